"""From changes and days to the outbox, over a store: nothing twice, nothing lost, nothing that is no news."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from store.cursors import claim_cursor, complete_cursor
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.disputes import Dispute, DisputeReason, add_dispute, resolve_dispute
from store.invoices import InvoiceStatus
from store.notes import Note
from store.portfolio import InvoiceFilter
from store.records import RecordId, record_id
from store.runs import Outcome, SyncRun, save_run, start_run
from store.subscriptions import NewsKind
from tests.notify.make import (
    ANA,
    CHANNEL,
    CUSTOMER,
    PAST_DUE,
    PAYMENTS,
    Notifier,
    begun,
    invoices,
    pay,
    settled,
    subscribed,
)
from tests.store.make import AT, make_invoice, make_note, save, usd


class TestChanges:
    async def test_a_payment_is_told_once_with_the_way_to_its_card(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        await pay(notifier, invoice, 6_000)
        await notifier.look()
        await notifier.look()
        [post] = await notifier.posts()
        assert post.payload["text"] == "Payment or credit of $60.00 on INV-1 of ABC Inc, $40.00 still open"
        assert (post.lane, post.author, post.about_id) == (f"slack/{CHANNEL}", ANA, invoice.id)
        actions = [
            each["action_id"]
            for block in post.payload["blocks"]
            for each in block.get("elements", ())
            if "action_id" in each
        ]
        assert actions == ["lookup.open", "reply.open"]

    async def test_a_void_is_no_payment(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice)
        await save(
            notifier.deps.store, replace(invoice, status=InvoiceStatus.VOIDED, open_balance=usd(0), total=usd(0))
        )
        await notifier.look()
        assert await notifier.posts() == []

    async def test_a_large_invoice_and_a_broken_limit(self, notifier: Notifier) -> None:
        limited = replace(CUSTOMER, credit_limit=usd(50_000))
        await begun(notifier, limited, wanted=InvoiceFilter(amount_over=Decimal(400)))
        await save(
            notifier.deps.store,
            make_invoice("1", total=usd(45_000), open_balance=usd(45_000), due_date=date(2027, 1, 1)),
        )
        await notifier.look()
        await save(notifier.deps.store, make_invoice("2", due_date=date(2027, 1, 1)))
        await notifier.look()
        assert await notifier.texts() == [
            "New invoice of $450.00: INV-1 of ABC Inc, due 1 Jan 2027",
            "ABC Inc owes $550.00, above its credit limit of $500.00",
        ]

    async def test_a_limit_is_told_when_it_breaks_and_not_while_it_is_broken(self, notifier: Notifier) -> None:
        [invoice, more] = invoices(2)
        limited = replace(CUSTOMER, credit_limit=usd(15_000))
        await begun(notifier, limited, invoice, events=(NewsKind.CREDIT_LIMIT,))
        for step in range(2):
            await save(notifier.deps.store, replace(more, open_balance=usd(10_000), seen_at=AT))
            await notifier.look()
            await save(notifier.deps.store, make_invoice("3", due_date=date(2027, 1, 1), memo=str(step)))
            await notifier.look()
            await save(notifier.deps.store, replace(more, open_balance=usd(0)), make_invoice("3", open_balance=usd(0)))
            notifier.clock.forward(minutes=1)
            await notifier.look()
        assert len(await notifier.posts()) == 2

    async def test_customers_that_were_above_before_are_no_news(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, replace(CUSTOMER, credit_limit=usd(5_000)), invoice, events=(NewsKind.CREDIT_LIMIT,))
        await save(notifier.deps.store, replace(invoice, memo="x", open_balance=usd(11_000), total=usd(11_000)))
        await notifier.look()
        assert await notifier.posts() == []

    async def test_the_first_reading_of_a_source_is_no_news(self, notifier: Notifier) -> None:
        store = notifier.deps.store
        await save(store, replace(CUSTOMER, credit_limit=usd(15_000)))
        await settled(notifier)
        await subscribed(store, wanted=InvoiceFilter(amount_over=Decimal(1)))
        run = SyncRun(id="r1", source="netsuite", stream="invoices", started_at=AT, outcome=Outcome.RUNNING)
        async with store.write() as conn:
            cursor = await claim_cursor(conn, "netsuite", "invoices", "r1")
            await start_run(conn, run)
        await save(store, *invoices(9))
        await notifier.look()
        # Its last page is told of after it has ended.
        await save(store, make_invoice("last", due_date=date(2026, 11, 1)))
        async with store.write() as conn:
            await complete_cursor(conn, cursor, at=AT)
            await save_run(conn, replace(run, outcome=Outcome.OK, ended_at=AT))
        await notifier.look()
        assert await notifier.posts() == []
        await save(store, make_invoice("new", due_date=date(2027, 1, 1)), at=AT + timedelta(seconds=1))
        notifier.clock.forward(seconds=2)
        await notifier.look()
        assert await notifier.texts() == ["New invoice of $100.00: INV-new of ABC Inc, due 1 Jan 2027"]

    async def test_nothing_is_told_of_what_happened_before_the_subscription(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await save(notifier.deps.store, invoice)
        await settled(notifier)
        await pay(notifier, invoice, 100)
        await subscribed(notifier.deps.store, counts_from=AT + timedelta(seconds=1))
        await notifier.look()
        assert await notifier.posts() == []


class TestNotes:
    async def test_one_that_was_written_in_the_erp_is_told(self, notifier: Notifier) -> None:
        await begun(notifier, events=(NewsKind.ERP_NOTE,))
        await save(notifier.deps.store, make_note(text="Will pay <!channel> on Friday"))
        await notifier.look()
        [text] = await notifier.texts()
        assert text == "New note in NetSuite on ABC Inc: Will pay &lt;!channel&gt; on Friday"

    @pytest.mark.parametrize("external_id", ["77", "message:77", ""])
    async def test_our_own_that_comes_back_is_not(self, notifier: Notifier, external_id: str) -> None:
        """A14: notification, note, sync, notification must not go round."""
        await begun(notifier, events=(NewsKind.ERP_NOTE,))
        ours = Note(
            id=record_id("tesorio", "note", "1"),
            origin="tesorio",
            source_id="1",
            about_id=CUSTOMER.id,
            text="They will\npay on Friday",
            written_at=AT,
            seen_at=AT,
            author_id="u1",
        )
        sent = Delivery(
            id="d1",
            kind="note",
            target="netsuite",
            lane="netsuite/7",
            payload={},
            created_at=AT,
            state=DeliveryState.SENT if external_id else DeliveryState.UNKNOWN,
            in_doubt=not external_id,
            about_id=CUSTOMER.id,
            note_id=ours.id,
            external_id=external_id,
        )
        await save(notifier.deps.store, ours)
        async with notifier.deps.store.write() as conn:
            await add_deliveries(conn, [sent])
        await notifier.look()
        await save(notifier.deps.store, make_note("77", text="Ana (Slack): They will pay on Friday"))
        await notifier.look()
        assert await notifier.posts() == []
        await save(notifier.deps.store, make_note("78", text="Something else"))
        await notifier.look()
        assert len(await notifier.posts()) == 1


class TestPastDue:
    async def test_is_told_on_the_morning_after_once(self, notifier: Notifier) -> None:
        await begun(notifier, make_invoice("1", due_date=date(2026, 11, 22)), **PAST_DUE)
        notifier.clock.forward(hours=22)
        await notifier.look()
        assert await notifier.posts() == []
        for _ in range(10):
            notifier.clock.forward(hours=12)
            await notifier.look()
        assert await notifier.texts() == ["INV-1 of ABC Inc is 1 day past due: $100.00 open"]

    async def test_days_on_which_nothing_ran_are_made_up_for(self, notifier: Notifier) -> None:
        late = [make_invoice(str(day), due_date=date(2026, 11, day)) for day in range(22, 26)]
        await begun(notifier, *late, **PAST_DUE)
        notifier.clock.forward(days=5)
        await notifier.look()
        assert len(await notifier.posts()) == 4

    async def test_by_the_days_of_the_filter(self, notifier: Notifier) -> None:
        known = [make_invoice("30", due_date=date(2026, 10, 24)), make_invoice("old", due_date=date(2026, 1, 1))]
        await begun(notifier, *known, **PAST_DUE, wanted=InvoiceFilter(days_over=30), counts_from=AT)
        notifier.clock.forward(days=1)
        await notifier.look()
        assert await notifier.posts() == []
        notifier.clock.forward(days=1)
        await notifier.look()
        assert await notifier.texts() == ["INV-30 of ABC Inc is 31 days past due: $100.00 open"]

    async def test_a_dispute_holds_it_back_until_it_is_settled(self, notifier: Notifier) -> None:
        invoice = make_invoice("1", due_date=date(2026, 11, 22))
        await begun(notifier, invoice, **PAST_DUE)
        dispute = Dispute(
            id="d1",
            invoice_id=invoice.id,
            reason=DisputeReason.QUALITY,
            amount=usd(100),
            opened_at=AT,
            author="Ana",
            author_id="a",
            slack_user=ANA,
            note_id=RecordId("n"),
        )
        async with notifier.deps.store.write() as conn:
            await add_dispute(conn, dispute, at=AT)
        notifier.clock.forward(days=3)
        await save(notifier.deps.store, replace(invoice, memo="x", due_date=date(2026, 11, 21)), at=notifier.clock())
        await notifier.look()
        assert await notifier.posts() == []
        async with notifier.deps.store.write() as conn:
            await resolve_dispute(conn, "d1", by="Ana", at=notifier.clock())
        notifier.clock.forward(days=1)
        await notifier.look()
        assert len(await notifier.posts()) == 1

    async def test_paid_or_disputed_while_it_waited_is_not_told(self, notifier: Notifier) -> None:
        invoice = make_invoice("1", due_date=date(2026, 11, 22))
        await begun(notifier, invoice, **PAST_DUE, quiet_from=time(0), quiet_until=time(10))
        notifier.clock.forward(days=1)
        await notifier.look()
        await pay(notifier, invoice, 10_000)
        notifier.clock.forward(hours=2)
        await notifier.look()
        assert await notifier.posts() == []

    async def test_an_invoice_that_comes_past_due_is_told_at_once(self, notifier: Notifier) -> None:
        await begun(notifier, **PAST_DUE)
        await save(notifier.deps.store, make_invoice("1", due_date=date(2026, 9, 1)))
        await notifier.look()
        assert len(await notifier.posts()) == 1
