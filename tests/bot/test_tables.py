"""Aging, what is past due, a customer's open invoices and contacts: typed, chosen, turned page by page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from bot.filter_names import meaning_of
from bot.filters import Filter
from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN, GUEST, NORTHWIND_SHARED
from store.contacts import Contact
from store.crm.accounts import CrmAccount, CrmOwner, account_record_id
from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.pulled import Record, upsert_records
from store.records import record_id
from store.users import Role, add_user
from tests.bot.world import SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")


def is_loaded(seen: Outcome) -> bool:
    """Whether a modal shows more than that it is coming."""
    return seen.view is not None and "One moment" not in str(seen.view["blocks"])


LOADED = Waiting(until=is_loaded)
BIG = record_id("netsuite", "customer", "big")
REP = "Zelda Quill"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def ledger(opened: World) -> AsyncIterator[None]:
    """A customer with more open invoices than a page holds, in a subsidiary and with a sales rep of its own."""
    await keep(opened, [big_customer(opened), *(big_invoice(opened, number) for number in range(40))])
    yield


async def keep(world: World, records: list[Record]) -> None:
    async with world.store.write() as conn:
        await upsert_records(conn, records, at=world.clock())
    if world.assistant.deps.index is not None:
        await world.assistant.deps.index.refresh(world.store)


def big_customer(world: World, **values: Any) -> Customer:
    return Customer(
        id=BIG, origin="netsuite", source_id="big", seen_at=world.clock(), name="Zenith Big Co", sales_rep=REP, **values
    )


def big_invoice(world: World, number: int) -> Invoice:
    """Due on days around today, the even ones in euros."""
    amount = Money(currency="EUR" if number % 2 else "CHF", minor=1_000_00 * (number + 1))
    return Invoice(
        id=record_id("netsuite", "invoice", f"big{number}"),
        origin="netsuite",
        source_id=f"big{number}",
        seen_at=world.clock(),
        number=f"BIG-{number:03d}",
        status=InvoiceStatus.OPEN,
        total=amount,
        open_balance=amount,
        customer_id=BIG,
        due_date=world.assistant.deps.today().fromordinal(world.assistant.deps.today().toordinal() + 5 - number),
        subsidiary="Zenith : North" if number < 10 else "Zenith : South",
    )


def table_of(message: Message) -> list[list[str]]:
    """The rows of a message's data table, without their titles."""
    [table] = [block for block in message.blocks if block["type"] == "data_table"]
    return [[_text(cell) for cell in row] for row in table["rows"][1:]]


def _text(cell: dict[str, Any]) -> str:
    return str(cell["text"] if "text" in cell else cell["elements"][0]["elements"][0]["text"])


async def pressed(world: World, message: Message, action_id: str, user: str = ANA) -> Message:
    outcome = await world.workspace.click(user, message, action_id, waiting=SETTLED)
    return outcome.messages[-1]


async def said(world: World, text: str, user: str = ANA) -> str:
    return world.shown(await world.say(text, user=user))


class TestAging:
    async def test_leads_with_what_is_open_and_past_due(self, world: World) -> None:
        answer = await world.card("/tesorio aging subsidiary:south currency:EUR")
        assert answer.ephemeral_to is None
        # The odd ones from 11 on: 12+14+…+40 thousand, all of them past due.
        assert answer.blocks[0]["text"]["text"] == "€390K open, €390K past due (100%)"

    async def test_never_adds_currencies(self, world: World) -> None:
        shown = await said(world, f'/tesorio aging owner:"{REP}"')
        # Odd numbers are euros: 2+4+…+40 thousand; even ones francs: 1+3+…+39 thousand.
        assert "€420K open" in shown
        assert "CHF 400K open" in shown.replace("\xa0", " ")
        assert "820" not in shown

    async def test_has_a_chart_and_the_same_in_words(self, world: World) -> None:
        answer = await world.card("/tesorio aging")
        kinds = [block["type"] for block in answer.blocks]
        assert "data_visualization" in kinds
        assert "table" in kinds

    async def test_without_the_chart_where_slack_refuses_it(self, world: World) -> None:
        world.workspace.faults.fail("response_url", 400)
        world.workspace.faults._queue[-1] = replace(world.workspace.faults._queue[-1], body="invalid_blocks")
        answer = await world.card("/tesorio aging")
        kinds = {block["type"] for block in answer.blocks}
        assert not kinds & {"data_visualization", "table"}
        assert "Over 90 days" in world.shown(answer)

    async def test_a_choice_redraws_the_message(self, world: World) -> None:
        answer = await world.card("/tesorio aging currency:EUR")
        [menu] = elements(answer, "aging.owner")
        assert {option["text"]["text"] for option in menu["options"]} >= {"All sales reps", REP}
        outcome = await world.workspace.choose(ANA, answer, "aging.owner", f"={REP}", SETTLED)
        [redrawn] = outcome.messages
        assert redrawn.ts == answer.ts
        assert f"Only sales rep {REP} · in EUR" in world.shown(redrawn)
        assert elements(redrawn, "aging.owner")[0]["initial_option"]["value"] == f"={REP}"
        both = await world.workspace.choose(ANA, redrawn, "aging.subsidiary", "=Zenith : North", SETTLED)
        assert f"Only sales rep {REP} · subsidiary North · in EUR" in world.shown(both)
        back = await world.workspace.choose(ANA, both.messages[0], "aging.owner", "*", SETTLED)
        assert "Only subsidiary North · in EUR" in world.shown(back)

    async def test_names_that_are_too_many_for_a_menu_are_searched(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.views.portfolio_menus._MAX_MENU_CHARACTERS", 300)
        answer = await world.card("/tesorio aging")
        [menu] = elements(answer, "aging.owner")
        assert menu["type"] == "external_select"
        offered = await world.workspace.suggestions(ANA, answer, "aging.owner", "zel")
        assert [option["value"] for option in offered["options"]] == ["*", f"={REP}"]
        assert await world.workspace.suggestions(GUEST, answer, "aging.owner", "zel") == {"options": []}

    async def test_me_is_the_sales_rep_of_my_name(self, world: World) -> None:
        assert "No sales rep is called «ana@meridian.example» like you" in await said(world, "/tesorio aging owner:me")
        async with world.store.write() as conn:
            user = await add_user(conn, email="z@x.example", name="ZELDA QUILL", role=Role.VIEWER, at=world.clock())
        async with world.store.read() as conn:
            meant = await meaning_of(world.assistant.deps, conn, Filter(owner="me"), user)
        assert meant.filter.owner == REP
        assert f"Only sales rep {REP}" in await said(world, "/tesorio aging owner:zelda")

    async def test_me_is_whom_the_crm_knows_by_my_address(self, world: World) -> None:
        owner = CrmOwner(id="005", name="Zelda M. Quill", email="ZM@x.example")
        account = CrmAccount(
            id=account_record_id("salesforce", "001"),
            origin="salesforce",
            source_id="001",
            name="Zenith",
            owner=owner,
            seen_at=world.clock(),
        )
        customer = big_customer(world, account_manager=owner.name)
        async with world.store.write() as conn:
            user = await add_user(conn, email="zm@x.example", name=REP, role=Role.VIEWER, at=world.clock())
            await upsert_records(conn, [customer, account], at=world.clock())
        async with world.store.read() as conn:
            meant = await meaning_of(world.assistant.deps, conn, Filter(owner="me"), user)
        await keep(world, [big_customer(world)])
        assert meant.filter.owner == owner.name

    async def test_its_buttons_lead_on(self, world: World) -> None:
        answer = await world.card(f'/tesorio aging owner:"{REP}"')
        listed = await pressed(world, answer, "overdue.open")
        assert "past due" in listed.text
        assert all("Zenith Big Co" in row for row in table_of(listed))
        card = await pressed(world, answer, "lookup.open")
        assert "Zenith Big Co owes" in world.shown(card)

    async def test_nothing_open_is_a_sentence(self, world: World) -> None:
        shown = await said(world, f'/tesorio aging owner:"{REP}" currency:USD')
        assert "Nothing is open" in shown
        assert f"No open invoices for: sales rep {REP} · in USD." in shown


class TestFilters:
    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("owner:", "What should follow owner:?"),
            ("owner:nobody", "No sales rep is called «nobody». There is "),
            ("amount>abc", "«abc» is no amount"),
            ("subsidiary:zenith", "Which subsidiary is «zenith»: «Zenith : North» or «Zenith : South»?"),
            ("currency:XXX", "No currency is called «XXX». There is "),
            ("customer:qqqqqqqq", "No customer is called «qqqqqqqq»"),
            ("customer:sun", "Which customer is «sun»: «"),
            ("something else", "«something else» is no filter. Filters are: "),
            ("<!channel>", "is no filter"),
            ("x" * 3000, "is no filter"),
        ],
    )
    @pytest.mark.parametrize("word", ["aging", "overdue"])
    async def test_what_cannot_be_meant_is_said_to_the_person_alone(
        self, world: World, word: str, typed: str, told: str
    ) -> None:
        outcome = await world.say(f"/tesorio {word} {typed}")
        assert told in world.shown(outcome)
        assert all(message.ephemeral_to == ANA for message in outcome.messages)


class TestWhoReads:
    @pytest.mark.parametrize("line", ["/tesorio aging", "/tesorio overdue", "/tesorio overdue by:customer"])
    async def test_outsiders_never_do(self, world: World, line: str) -> None:
        outcome = await world.workspace.say(ANA, NORTHWIND_SHARED, line)
        [answer] = outcome.messages
        assert answer.ephemeral_to == ANA
        assert "people of another company read this channel" in world.shown(answer)

    @pytest.mark.parametrize("line", ["/tesorio aging currency:EUR", "/tesorio overdue customer:zenith"])
    async def test_a_private_answer_is_posted_by_its_button(
        self, world: World, monkeypatch: pytest.MonkeyPatch, line: str
    ) -> None:
        slack = world.assistant.deps.rules.slack
        monkeypatch.setitem(
            world.assistant.deps.rules.__dict__, "slack", slack.model_copy(update={"answers": "private"})
        )
        answer = await world.card(line)
        assert answer.ephemeral_to == ANA
        outcome = await world.workspace.click(ANA, answer, "answers.post", waiting=SETTLED)
        posted = [message for message in outcome.messages if message.ephemeral_to is None]
        assert [message.text for message in posted] == [answer.text]


class TestOverdue:
    async def test_the_longest_past_due_first(self, world: World) -> None:
        listed = await world.card("/tesorio overdue customer:zenith")
        days = [int(row[-2]) for row in table_of(listed)]
        assert days == sorted(days, reverse=True)
        assert len(days) == 10
        assert "1-10 of 34" in world.shown(listed)

    async def test_pages_lead_forth_and_back(self, world: World) -> None:
        first = await world.card("/tesorio overdue customer:zenith")
        second = await pressed(world, first, "invoices.next")
        third = await pressed(world, second, "invoices.next")
        assert second.ts == first.ts
        fourth = await pressed(world, third, "invoices.next")
        assert "31-34 of 34" in world.shown(fourth)
        assert not elements(fourth, "invoices.next")
        assert table_of(await pressed(world, fourth, "invoices.previous")) == table_of(third)
        assert table_of(await pressed(world, third, "invoices.previous")) == table_of(second)
        again = await pressed(world, second, "invoices.previous")
        assert table_of(again) == table_of(first)
        assert not elements(again, "invoices.previous")

    async def test_by_customer_and_back(self, world: World) -> None:
        by_customer = await world.card(f'/tesorio overdue by:customer owner:"{REP}" days>10')
        rows = table_of(by_customer)
        assert [row[0] for row in rows] == ["Zenith Big Co", "Zenith Big Co"]
        assert f"Only sales rep {REP} · more than 10 days past due" in world.shown(by_customer)
        by_invoice = await pressed(world, by_customer, "overdue.view")
        assert all(int(row[-2]) > 10 for row in table_of(by_invoice))

    async def test_amounts_are_in_each_currency_s_own_units(self, world: World) -> None:
        listed = await world.card("/tesorio overdue customer:zenith amount>39k")
        assert [row[0] for row in table_of(listed)] == ["BIG-039"]

    async def test_an_invoice_of_the_page_opens_its_card(self, world: World) -> None:
        listed = await world.card("/tesorio overdue customer:zenith")
        [menu] = elements(listed, "lookup.open")
        outcome = await world.workspace.choose(ANA, listed, "lookup.open", menu["options"][0]["value"], SETTLED)
        assert "BIG-039" in world.shown(outcome)

    async def test_nothing_past_due_is_a_sentence(self, world: World) -> None:
        assert "No invoice is past due." in await said(world, "/tesorio overdue days>9000")
        assert "No customer owes anything past due." in await said(world, "/tesorio overdue by:customer days>9000")


class TestOpenInvoices:
    async def test_are_for_whoever_pressed(self, world: World) -> None:
        card = await world.card("/tesorio customer zenith big co")
        listed = await pressed(world, card, "invoices.open", BEN)
        assert listed.ephemeral_to == BEN
        assert listed.text.startswith("Zenith Big Co: ")
        assert "40 invoices" in listed.text
        turned = await pressed(world, listed, "invoices.next", BEN)
        assert "11-20 of 40" in world.shown(turned)
        assert turned.ephemeral_to == BEN

    async def test_in_a_modal_they_are_a_modal(self, world: World) -> None:
        await world.workspace.shortcut(ANA, "find_in_tesorio", waiting=LOADED)
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "zenith")
        await world.workspace.choose(ANA, None, "find.choose", offered["options"][0], LOADED)
        await world.workspace.click(ANA, None, "invoices.open", waiting=LOADED)
        assert "BIG-039" in shown_modal(world)
        await world.workspace.click(ANA, None, "invoices.next", waiting=LOADED)
        assert "11-20 of 40" in shown_modal(world)

    @pytest.mark.sampled
    @pytest.mark.parametrize("value", ["", "1:invoice:netsuite:invoice:1", "x" * 2000])
    @pytest.mark.parametrize("action_id", ["invoices.open", "invoices.next", "overdue.open", "overdue.view"])
    async def test_a_forged_button_shows_nothing(self, world: World, action_id: str, value: str) -> None:
        outcome = await forged(world, action_id, value)
        assert "out of date" in outcome

    async def test_a_forged_menu_shows_nothing(self, world: World) -> None:
        assert "out of date" in await forged(world, "aging.owner", "whatever")


def shown_modal(world: World) -> str:
    return world.shown(Outcome(view=world.workspace.modal(ANA)))


async def forged(world: World, action_id: str, value: str) -> str:
    """What a click says that no message of ours offers."""
    await world.workspace.click(ANA, await world.card("/tesorio overdue"), "overdue.view", waiting=SETTLED)
    clicks = (each.payload for each in reversed(world.workspace.hub.deliveries) if "actions" in each.payload)
    payload = dict(next(clicks)) | {"trigger_id": f"forged.{action_id}.{value[:9]}"}
    payload["actions"] = [payload["actions"][0] | {"action_id": action_id, "value": value}]
    await world.workspace.hub.deliver("interactive", payload)
    await world.catch_up()
    return world.workspace.messages("#ar-team", ANA)[-1].text


class TestContacts:
    async def test_primary_first_with_all_that_is_known(self, world: World) -> None:
        await keep(world, [contact(world, 1), contact(world, 2, is_primary=True), contact(world, 3, is_inactive=True)])
        card = await world.card("/tesorio customer zenith big co")
        assert "zoe2@zenith.example" not in world.shown(card)
        await world.workspace.click(ANA, card, "contacts.open", waiting=LOADED)
        shown = shown_modal(world)
        assert shown.index("Zoe 2 · Controller · primary contact") < shown.index("Zoe 1 · Controller")
        assert "zoe2@zenith.example" in shown
        assert "+41 44 000 00 02" in shown
        assert "Zoe 3" not in shown

    async def test_a_viewer_may_not(self, world: World) -> None:
        await keep(world, [contact(world, 1)])
        card = await world.card("/tesorio customer zenith big co")
        await world.workspace.click(BEN, card, "contacts.open", waiting=LOADED)
        shown = world.shown(Outcome(view=world.workspace.modal(BEN)))
        assert "does not allow" in shown
        assert "zoe" not in shown.lower()
        assert ("contacts.open.denied", f"1:customer:{BIG}") in [each[1:] for each in await world.audited()]


def contact(world: World, number: int, **values: Any) -> Contact:
    return Contact(
        id=record_id("netsuite", "contact", f"big{number}"),
        origin="netsuite",
        source_id=f"big{number}",
        seen_at=world.clock(),
        name=f"Zoe {number}",
        customer_id=BIG,
        title="Controller",
        email=f"zoe{number}@zenith.example",
        phone=f"+41 44 000 00 0{number}",
        **values,
    )
