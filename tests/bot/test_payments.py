"""«Payments» on cards: whose they are, in order, page by page, as a file; net and gross beside what is owed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from sandbox.ledger import hands
from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN, GUEST
from store.applications import Application
from store.credit_memos import CreditMemo
from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.payments import Payment, PaymentKind
from store.pulled import Record, upsert_records
from store.records import RecordId, record_id
from store.work import WorkState
from tests.bot.test_csv import fetched, files_of, finished
from tests.bot.world import SETTLED, World, elements, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")


def is_loaded(seen: Outcome) -> bool:
    return seen.view is not None and "One moment" not in str(seen.view["blocks"])


LOADED = Waiting(until=is_loaded)
PAYER = record_id("netsuite", "customer", "payer")
BILL = record_id("netsuite", "invoice", "payer1")


def usd(minor: int) -> Money:
    return Money(currency="USD", minor=minor)


def records(world: World) -> list[Record]:
    """A customer with one open invoice of $1,000 and 23 payments, one credit memo and one deposit."""
    today = world.assistant.deps.today()
    known: dict[str, Any] = {"origin": "netsuite", "seen_at": world.clock(), "customer_id": PAYER}
    bill = Invoice(
        id=BILL,
        source_id="payer1",
        number="PAYER-1",
        status=InvoiceStatus.PARTIALLY_PAID,
        total=usd(150_000),
        open_balance=usd(100_000),
        due_date=today,
        **known,
    )
    return [
        Customer(id=PAYER, source_id="payer", name="Zephyr Payer Co", **{k: known[k] for k in ("origin", "seen_at")}),
        bill,
        *[payment(world, number, known) for number in range(23)],
        CreditMemo(
            id=RecordId("netsuite:credit_memo:payer"),
            source_id="payer",
            number="=CM-1",
            total=usd(5_000),
            unapplied=usd(5_000),
            credit_date=today - timedelta(days=400),
            **known,
        ),
        Payment(
            id=record_id("netsuite", "payment", "deposit"),
            source_id="deposit",
            number="DEP-1",
            kind=PaymentKind.DEPOSIT,
            total=usd(30_000),
            unapplied=usd(30_000),
            payment_date=today - timedelta(days=500),
            **known,
        ),
    ]


def payment(world: World, number: int, known: dict[str, Any]) -> Payment:
    """The newest, number 0, paid $500 of the bill and has $200 left."""
    applied = Application(line_number=1, applied_to=BILL, amount=usd(50_000), number="PAYER-1")
    is_newest = number == 0
    return Payment(
        id=record_id("netsuite", "payment", f"payer{number}"),
        source_id=f"payer{number}",
        number=f"PAY-{number:02d}",
        kind=PaymentKind.PAYMENT,
        total=usd(70_000),
        unapplied=usd(20_000 if is_newest else 0),
        payment_date=world.assistant.deps.today() - timedelta(days=number),
        applications=(applied,) if is_newest else (),
        **known,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def ledger(opened: World) -> AsyncIterator[None]:
    async with opened.store.write() as conn:
        await upsert_records(conn, records(opened), at=opened.clock())
    if opened.assistant.deps.index is not None:
        await opened.assistant.deps.index.refresh(opened.store)
    yield


async def customer_card(world: World, user: str = ANA) -> Message:
    return await world.card("/tesorio customer zephyr payer co", user=user)


async def pressed(world: World, message: Message, action_id: str, user: str = ANA) -> Message:
    return (await world.workspace.click(user, message, action_id, waiting=SETTLED)).messages[-1]


class TestCards:
    async def test_the_customer_s_tells_gross_from_net(self, world: World) -> None:
        shown = world.shown(await customer_card(world))
        assert "Zephyr Payer Co owes $1,000.00" in shown
        assert "Net $750.00 · after $200.00 unapplied payments and $50.00 unapplied credits" in shown
        assert "$300.00 customer deposits, not subtracted" in shown
        assert "· PAY-00" in shown

    async def test_the_invoice_s_names_what_was_applied(self, world: World) -> None:
        shown = world.shown(await world.card("/tesorio invoice PAYER-1"))
        assert "Applied to this invoice" in shown
        assert "PAY-00 · $500.00 · " in shown


class TestPayments:
    async def test_are_for_whoever_pressed_page_by_page(self, world: World) -> None:
        listed = await pressed(world, await customer_card(world), "payments.open", BEN)
        assert listed.ephemeral_to == BEN
        assert listed.text.startswith("Zephyr Payer Co: 25 payments and credits")
        assert "Unapplied: $200.00 payments, $50.00 credits, $300.00 deposits" in world.shown(listed)
        turned = await pressed(world, listed, "payments.next", BEN)
        assert "11-20 of 25" in world.shown(turned)
        last = await pressed(world, turned, "payments.next", BEN)
        assert "DEP-1" in world.shown(last)
        assert not elements(last, "payments.next")
        assert "11-20 of 25" in world.shown(await pressed(world, last, "payments.previous", BEN))

    async def test_of_an_invoice_are_those_that_paid_it(self, world: World) -> None:
        listed = await pressed(world, await world.card("/tesorio invoice PAYER-1"), "payments.open")
        assert "PAYER-1: 1 payment or credit" in world.shown(listed)
        assert "PAY-00" in world.shown(listed)
        [menu] = elements(listed, "lookup.open")
        assert menu["options"][0]["text"]["text"] == "PAYER-1"

    async def test_in_a_modal_they_are_a_modal(self, world: World) -> None:
        await world.workspace.shortcut(ANA, "find_in_tesorio", waiting=LOADED)
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "zephyr payer")
        await world.workspace.choose(ANA, None, "find.choose", offered["options"][0], LOADED)
        await world.workspace.click(ANA, None, "payments.open", waiting=LOADED)
        view = world.workspace.modal(ANA)
        assert view is not None
        assert view["title"]["text"] == "Payments"
        assert "PAY-00" in world.shown(Outcome(view=view))

    async def test_a_guest_sees_nothing(self, world: World) -> None:
        outcome = await world.workspace.click(GUEST, await customer_card(world), "payments.open", waiting=SETTLED)
        assert "PAY-" not in world.shown(outcome)

    @pytest.mark.parametrize("value", ["", "1:customer:", '{"v": 1, "table": "payments", "first": 1}'])
    async def test_a_forged_button_shows_nothing(self, world: World, value: str) -> None:
        card = await customer_card(world)
        await world.workspace.click(ANA, card, "payments.open", waiting=SETTLED)
        clicks = (each.payload for each in reversed(world.workspace.hub.deliveries) if "actions" in each.payload)
        payload = dict(next(clicks)) | {"trigger_id": f"forged.{value[:9]}"}
        payload["actions"] = [payload["actions"][0] | {"action_id": "payments.next", "value": value}]
        await world.workspace.hub.deliver("interactive", payload)
        await world.catch_up()
        assert "out of date" in world.workspace.messages("#ar-team", ANA)[-1].text

    async def test_as_a_file_no_number_is_a_formula(self, world: World) -> None:
        listed = await pressed(world, await customer_card(world), "payments.open")
        before = len(files_of(world))
        await pressed(world, listed, "csv.send")
        assert await finished(world) is WorkState.DONE
        message = files_of(world)[before]
        assert message.files[0]["name"].startswith("payments-zephyr-payer-co-")
        rows = await fetched(message)
        assert len(rows) == 25
        assert rows[0]["Applied to"] == "PAYER-1"
        assert rows[0]["Applied amount"] == "500.00"
        assert {"'=CM-1"} == {row["Number"] for row in rows if row["Kind"] == "credit memo"}


class TestReversed:
    async def test_a_bounced_payment_is_said_on_both_cards(self, world: World) -> None:
        """A cheque bounces in the ERP: the invoice is open again, to the cent, and nothing is paid by it any more."""
        paid = next(
            each
            for each in world.ledger.payments.values()
            if each.applications and each.amount_minor == sum(one.amount_minor for one in each.applications)
        )
        invoice = world.ledger.invoices[paid.applications[0].invoice_id]
        hands.reverse_payment(world.ledger, paid.id)
        world.clock.ahead += timedelta(minutes=10)
        await world.assistant.pull("netsuite", "reversed")
        assert await ended(world.assistant, "reversed") is WorkState.DONE
        shown = world.shown(await world.card(f"/tesorio invoice {invoice.number}"))
        assert "⚠️ Reversed:" in shown
        assert paid.number not in shown
        name = world.ledger.customers[paid.customer_id].name
        listed = await pressed(world, await world.card(f"/tesorio customer {name}"), "payments.open")
        assert "Payment, voided" in world.shown(listed)
