"""The global shortcut, and what is pressed inside the modal that it opens."""

from datetime import UTC, datetime

import pytest

from bot.views.values import RecordRef, encode
from sandbox.slack import Outcome, Waiting
from sandbox.slack.seed import ANA, DEACTIVATED, GUEST, TEAM_ID
from store.records import record_id
from store.users import Role, SlackLink, add_user, deactivate_user, link_slack
from store.work import WorkState
from tests.bot.world import ACKED, World, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")


def is_loaded(outcome: Outcome) -> bool:
    return outcome.view is not None and "One moment" not in str(outcome.view["blocks"])


LOADED = Waiting(until=is_loaded)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def searching(world: World, user: str = ANA) -> Outcome:
    """The modal of the shortcut."""
    return await world.workspace.shortcut(user, "find_in_tesorio", waiting=LOADED)


async def chosen(world: World, typed: str, user: str = ANA) -> Outcome:
    """The same modal with the card of the first record that its search offers."""
    await searching(world, user)
    offered = await world.workspace.suggestions(user, None, "find.choose", typed)
    return await world.workspace.choose(user, None, "find.choose", offered["options"][0], LOADED)


async def pressed(world: World, action_id: str, *, value: str | None = None, waiting: Waiting = LOADED) -> Outcome:
    """A button of the modal on top."""
    return await world.workspace.click(ANA, None, action_id, value=value, waiting=waiting)


def button_of(world: World, number: str) -> str:
    invoice = world.ledger.invoice_numbered(number)
    return encode(RecordRef(kind="invoice", record_id=record_id("netsuite", "invoice", str(invoice.id))))


def title(outcome: Outcome) -> str:
    assert outcome.view is not None
    return str(outcome.view["title"]["text"])


class TestSearch:
    async def test_opens_a_select_that_offers_customers_and_invoices(self, world: World) -> None:
        outcome = await searching(world)
        assert title(outcome) == "Find in Tesorio"
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "12345")
        assert "Invoice INV-12345" in {option["text"]["text"] for option in offered["options"]}
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "sun")
        assert "Customer Sun Microsystems, Inc." in {option["text"]["text"] for option in offered["options"]}

    async def test_a_choice_shows_the_card_below_the_search(self, world: World) -> None:
        outcome = await chosen(world, "INV-12345")
        assert outcome.view_op == "update"
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(outcome)
        assert outcome.view is not None
        assert outcome.view["blocks"][0]["block_id"] == "search"
        assert not outcome.messages

    async def test_the_next_choice_takes_its_place(self, world: World) -> None:
        await chosen(world, "INV-12345")
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "abc inc")
        outcome = await world.workspace.choose(ANA, None, "find.choose", offered["options"][0], LOADED)
        assert "ABC Inc owes" in world.shown(outcome)
        assert "17,250" not in world.shown(outcome)

    async def test_a_customer_fits_without_the_table_that_only_messages_have(self, world: World) -> None:
        outcome = await chosen(world, "Sun Microsystems, Inc.")
        assert "Sun Microsystems, Inc. owes $" in world.shown(outcome)
        assert "1-30" in world.shown(outcome)

    async def test_what_was_shown_is_on_record(self, world: World) -> None:
        await chosen(world, "INV-12345")
        await world.catch_up()
        audited = [(action, subject) for _, action, subject in await world.audited()]
        assert audited[-1][0] == "card.shown"
        assert audited[-1][1].startswith("netsuite:invoice:")

    @pytest.mark.parametrize("user", [GUEST, DEACTIVATED])
    async def test_gives_the_unlinked_the_way_to_an_account_and_nothing_else(self, world: World, user: str) -> None:
        outcome = await searching(world, user)
        assert "not linked to an account" in world.shown(outcome)
        assert "search" not in str(outcome.view)

    async def test_the_way_to_an_account_opens_over_it(self, world: World) -> None:
        await searching(world, GUEST)
        connect = await world.workspace.click(GUEST, None, "connect.open", waiting=LOADED)
        assert title(connect) != "Find in Tesorio"
        await world.workspace.close(GUEST)
        below = world.workspace.modal(GUEST)
        assert below is not None
        assert below["title"]["text"] == "Find in Tesorio"

    async def test_a_late_trigger_is_told_in_the_direct_conversation(self, world: World) -> None:
        world.workspace.faults.refuse("views.open", "expired_trigger_id")
        outcome = await world.workspace.shortcut(ANA, "find_in_tesorio")
        assert "press once more" in world.shown(outcome)


class TestInsideTheModal:
    async def test_a_button_opens_its_card_over_this_one(self, world: World) -> None:
        first = await chosen(world, "INV-12345")
        customer = await pressed(world, "lookup.open")
        assert title(customer) == "Customer"
        assert "Sun Microsystems, Inc. owes" in world.shown(customer)
        assert not customer.messages
        assert world.workspace.modal(ANA) == customer.view
        await world.workspace.close(ANA)
        assert world.workspace.modal(ANA) == first.view

    async def test_the_fourth_card_takes_the_place_of_the_third(self, world: World) -> None:
        await chosen(world, "INV-12345")
        await pressed(world, "lookup.open")
        third = await pressed(world, "lookup.open", value=button_of(world, "INV-12345"))
        assert (title(third), third.view_op) == ("Invoice", "update")
        fourth = await pressed(world, "lookup.open")
        assert "Sun Microsystems, Inc. owes" in world.shown(fourth)
        assert third.view is not None
        assert fourth.view is not None
        assert fourth.view["id"] == third.view["id"]
        assert not world.log.errors()

    async def test_refresh_renews_the_card_and_keeps_the_search(self, world: World) -> None:
        world.ledger.add_invoice(world.ledger.customer_named("ABC Inc").id, total_minor=500_00, number="INV-88001")
        await world.card("/tesorio customer ABC Inc")
        await chosen(world, "ABC Inc")
        before = len(world.workspace.messages(world.workspace.app_channel(ANA).id, ANA))
        fresh = await pressed(
            world, "refresh.record", waiting=Waiting(until=lambda seen: "INV-88001" in str(seen.view))
        )
        assert "INV-88001" in world.shown(fresh)
        assert fresh.view is not None
        assert fresh.view["blocks"][0]["block_id"] == "search"
        assert len(world.workspace.messages(world.workspace.app_channel(ANA).id, ANA)) == before

    async def test_a_refresh_of_a_closed_modal_tells_nobody(self, world: World) -> None:
        await chosen(world, "ABC Inc")
        view = world.workspace.modal(ANA)
        assert view is not None
        world.netsuite.faults.http(503, times=100)
        await world.workspace.click(ANA, None, "refresh.record", waiting=ACKED)
        await world.workspace.close(ANA)
        payload = world.last_envelope().payload
        assert await ended(world.assistant, f"refresh-{ANA}--{payload['actions'][0]['action_ts']}") is WorkState.DONE
        assert not world.log.errors()

    @pytest.mark.parametrize("action_id", ["lookup.open", "refresh.record", "find.choose"])
    async def test_access_that_went_meanwhile_takes_the_card_away(self, world: World, action_id: str) -> None:
        async with world.store.write() as conn:
            user = await add_user(conn, email=f"{action_id}@meridian.example", name="x", role=Role.VIEWER, at=NOW)
            link = SlackLink(team_id=TEAM_ID, slack_user_id=GUEST, user_id=user.id, linked_at=NOW, linked_by="test")
            await link_slack(conn, link)
        await chosen(world, "INV-12345", GUEST)
        option = (await world.workspace.suggestions(GUEST, None, "find.choose", "ABC Inc"))["options"][0]
        async with world.store.write() as conn:
            await deactivate_user(conn, user.id)
        if action_id == "find.choose":
            outcome = await world.workspace.choose(GUEST, None, action_id, option, LOADED)
        else:
            outcome = await world.workspace.click(GUEST, None, action_id, waiting=LOADED)
        assert "not linked to an account" in world.shown(outcome)
        assert "17,250" not in str(outcome.view)

    async def test_a_record_that_is_not_ours_is_not_shown(self, world: World) -> None:
        await chosen(world, "INV-12345")
        forged = {"text": {"type": "plain_text", "text": "x"}, "value": "1:invoice:netsuite:invoice:999999"}
        outcome = await world.workspace.choose(ANA, None, "find.choose", forged, LOADED)
        assert "out of date" in world.shown(outcome)


class TestHome:
    async def test_what_was_found_is_recent_there_and_opens_in_a_modal(self, world: World) -> None:
        await chosen(world, "INV-12345")
        await world.catch_up()
        await world.audited()
        await world.workspace.close(ANA)
        published = Waiting(until=lambda outcome: "INV-12345" in str(outcome.home))
        home = (await world.workspace.open_home(ANA, waiting=published)).home
        assert home is not None
        wanted = button_of(world, "INV-12345")
        outcome = await world.workspace.click(ANA, home["id"], "lookup.open", value=wanted, waiting=LOADED)
        assert title(outcome) == "Invoice"
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(outcome)
        assert not outcome.messages
