"""What a linked person asks, and what the channel reads."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.views.text import esc
from sandbox.slack.seed import ANA, BEN
from store.cursors import cursors
from store.invoices import invoices
from store.quarantine import Quarantined, quarantine_records, release_records
from tests.bot.world import SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestCustomer:
    async def test_part_of_a_name_answers_for_the_whole_channel(self, world: World) -> None:
        card = await world.card("/tesorio customer sun micro")
        assert card.ephemeral_to is None
        assert "Closest match for «sun micro»: name starts with «sun micro»." in world.shown(card)
        assert "Sun Microsystems, Inc. owes $" in world.shown(card)
        assert "NetSuite · as of" in world.shown(card)

    async def test_a_viewer_may_ask_too(self, world: World) -> None:
        assert "ABC Inc owes" in world.shown(await world.card("/tesorio customer ABC Inc", user=BEN))

    async def test_an_exact_name_is_shown_without_doubt(self, world: World) -> None:
        assert "Closest match" not in world.shown(await world.card("/tesorio customer ABC Inc"))

    async def test_a_name_that_looks_like_a_broadcast_pings_nobody(self, world: World) -> None:
        card = await world.card("/tesorio customer channel")
        assert "<!channel> & Co owes" in world.shown(card)
        assert "<!channel>" not in card.text
        assert esc("<!channel> & Co") in card.text

    async def test_children_owe_beside_it(self, world: World) -> None:
        shown = world.shown(await world.card("/tesorio customer Sun Microsystems, Inc."))
        assert "Children · not included above" in shown
        assert re.search(r"Sun Microsystems Federal, Inc\. · (\$[1-9]|nothing open)", shown)

    async def test_buttons_of_open_invoices_lead_to_their_cards(self, world: World) -> None:
        card = await world.card("/tesorio customer sun micro")
        [button] = [each for each in elements(card, "lookup.open") if each["text"]["text"] == "INV-12345"]
        opened = await world.workspace.click(BEN, card, "lookup.open", value=button["value"], waiting=SETTLED)
        [answer] = opened.messages
        assert answer.ts != card.ts
        assert "INV-12345" in world.shown(answer)
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(answer)


class TestInvoice:
    async def test_an_exact_number_is_shown_plainly(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        assert "Closest match" not in world.shown(card)
        assert "Open balance: $17,250.00" in world.shown(card)
        assert "12 days past due" in world.shown(card)

    async def test_a_partial_number_says_why_and_offers_the_others(self, world: World) -> None:
        card = await world.card("/tesorio invoice inv123")
        assert "Closest match for «inv123»" in world.shown(card)
        [menu] = elements(card, "lookup.choose")
        assert "INV-12345" in {option["text"]["text"] for option in menu["options"]}

    async def test_choosing_another_replaces_the_card_and_offers_the_rest(self, world: World) -> None:
        card = await world.card("/tesorio invoice inv123")
        [menu] = elements(card, "lookup.choose")
        [other] = [option for option in menu["options"] if option["text"]["text"] == "INV-12345"]
        outcome = await world.workspace.choose(ANA, card, "lookup.choose", other["value"], SETTLED)
        [replaced] = outcome.messages
        assert replaced.ts == card.ts
        assert "INV-12345" in world.shown(replaced)
        assert "Chosen for «inv123»." in world.shown(replaced)
        assert "Closest match" not in world.shown(replaced)
        [menu] = elements(replaced, "lookup.choose")
        assert "INV-123" in {option["text"]["text"] for option in menu["options"]}
        back = await world.workspace.choose(
            ANA, replaced, "lookup.choose", next(o["value"] for o in menu["options"] if o["text"]["text"] == "INV-123")
        )
        assert "ABC Inc owes $5,400.00" in world.shown(back)
        assert "Closest match for «inv123»" in world.shown(back)

    async def test_a_candidate_says_whose_it_is_and_what_is_open(self, world: World) -> None:
        [menu] = elements(await world.card("/tesorio invoice inv123"), "lookup.choose")
        [other] = [option for option in menu["options"] if option["text"]["text"] == "INV-12345"]
        assert other["description"]["text"].startswith("Sun Microsystems, Inc. · $17,250.00 · Open")

    async def test_the_customer_is_one_press_away(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        [button] = elements(card, "lookup.open")
        opened = await world.workspace.click(ANA, card, "lookup.open", value=button["value"])
        assert "Sun Microsystems, Inc. owes" in world.shown(opened)


class TestTooLong:
    async def test_a_pasted_page_is_refused_in_private(self, world: World) -> None:
        told = await world.card(f"/tesorio customer {'sun ' * 200}")
        assert told.ephemeral_to == ANA
        assert "too long to be a name or number" in world.shown(told)


@pytest_asyncio.fixture(loop_scope="module")
async def first_reading(world: World) -> AsyncIterator[None]:
    """The invoices are as if they had never been read to their end."""

    await set_invoices_read(world, completed_at=None)
    yield
    await set_invoices_read(world, completed_at=datetime.now(UTC))


async def set_invoices_read(world: World, **instants: datetime | None) -> None:
    async with world.store.write() as conn:
        await conn.execute(update(cursors).where(cursors.c.stream == "invoices").values(instants))


@pytest.mark.usefixtures("first_reading")
class TestFirstReading:
    NOTICE = "NetSuite is still being read for the first time"

    async def test_a_number_with_one_slip_is_only_suggested(self, world: World) -> None:
        told = await world.card("/tesorio invoice INV-12354")
        assert told.ephemeral_to == ANA
        assert f"No invoice matches «INV-12354». {self.NOTICE}" in world.shown(told)
        assert "INV-12345 · Sun Microsystems, Inc. · $17,250.00 · Open" in world.shown(told)

    async def test_a_closest_match_says_so(self, world: World) -> None:
        assert f"{self.NOTICE}; records may be missing." in world.shown(await world.card("/tesorio invoice inv123"))

    async def test_a_closest_customer_does_not_once_all_customers_are_read(self, world: World) -> None:
        assert self.NOTICE not in world.shown(await world.card("/tesorio customer sun micro"))

    async def test_the_sum_of_a_customer_lacks_what_is_not_read(self, world: World) -> None:
        await set_invoices_read(world, covered_until=None)
        customer = await world.card("/tesorio customer ABC Inc")
        invoice = await world.card("/tesorio invoice INV-12345")
        await set_invoices_read(world, covered_until=datetime.now(UTC))
        assert f"{self.NOTICE}; records may be missing." in world.shown(customer)
        assert self.NOTICE not in world.shown(invoice)

    async def test_the_very_thing_needs_no_warning(self, world: World) -> None:
        for asked in ("invoice INV-12345", "customer ABC Inc"):
            assert self.NOTICE not in world.shown(await world.card(f"/tesorio {asked}"))


class TestStale:
    async def test_figures_past_the_limit_carry_a_badge(self, world: World) -> None:
        assert "Stale" not in world.shown(await world.card("/tesorio invoice INV-12345"))
        world.clock.ahead = timedelta(hours=27)
        card = await world.card("/tesorio invoice INV-12345")
        assert "⚠️ Stale · NetSuite · as of" in world.shown(card).replace("*", "")


class TestUnreadRecords:
    async def test_a_sum_says_what_it_may_lack(self, world: World) -> None:
        broken = Quarantined(
            source="netsuite", stream="invoices", source_id="1", reason="total: «NaN»", seen_at=datetime.now(UTC)
        )
        async with world.store.write() as conn:
            await quarantine_records(conn, [broken])
        customer = world.shown(await world.card("/tesorio customer ABC Inc"))
        invoice = world.shown(await world.card("/tesorio invoice INV-12345"))
        async with world.store.write() as conn:
            await release_records(conn, "netsuite", "invoices", ["1"])
        assert "1 invoice in NetSuite could not be read and may be missing here." in customer
        assert "could not be read" not in invoice
        assert "could not be read" not in world.shown(await world.card("/tesorio customer ABC Inc"))


class TestUnreadableRecord:
    async def test_its_card_says_since_when_and_shows_what_was_known(self, world: World) -> None:
        known = await world.card("/tesorio invoice INV-12345")
        async with world.store.read() as conn:
            query = select(invoices.c.source_id).where(invoices.c.number == "INV-12345")
            source_id = (await conn.execute(query)).scalar_one()
        since = datetime.now(UTC) - timedelta(hours=2)
        broken = Quarantined(
            source="netsuite", stream="invoices", source_id=source_id, reason="total", seen_at=since, kind="invoice"
        )
        async with world.store.write() as conn:
            await quarantine_records(conn, [broken])
        card = world.shown(await world.card("/tesorio invoice INV-12345"))
        async with world.store.write() as conn:
            await release_records(conn, "netsuite", "invoices", [source_id])
        assert "Stale" not in world.shown(known)
        assert "⚠️ Stale · NetSuite · as of" in card.replace("*", "")
        assert "This invoice could not be read since" in card
        assert "Open balance: $17,250.00" in card
        assert "could not be read" not in world.shown(await world.card("/tesorio invoice INV-12345"))


class TestAudit:
    async def test_who_asked_what_is_on_record(self, world: World) -> None:
        before = len(await world.audited())
        await world.card("/tesorio invoice INV-12345")
        asked, shown = (await world.audited())[before:]
        assert asked[0] == shown[0]
        assert asked[0].startswith("user:")
        assert asked[1:] == ("lookup.invoice", "INV-12345")
        assert shown[1] == "card.shown"
