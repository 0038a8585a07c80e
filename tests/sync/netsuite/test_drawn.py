"""What is drawn from deposits, paid back, or posted in the books: read, settled with what it concerns, and counted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.ledger import Kind, drawing, hands
from sandbox.ledger.balances import balance
from store.adjustments import adjustments_of
from store.credit_memos import CreditMemo
from store.db import Store
from store.money import Money
from store.payments import Payment
from store.pulled import kind_of
from store.receipts import Receipt, Whose, receipt_page, unapplied_of
from store.records import RecordId
from store.tie_out import Cause, known_differences, latest_tie_out
from sync.errors import NotPermittedError
from sync.pull import PullOrder, pull_source
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench

HOUR = timedelta(hours=1)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path, customers=4, invoice_files=False) as made:
        yield made


async def pull(bench: NetSuiteBench, store: Store) -> None:
    bench.pass_time(HOUR)
    streams = ("customers", "invoices", "payments", "deposit_applications", "credit_memos", "refunds")
    order = PullOrder(run_id=f"run {bench.now}", streams=(*streams, "journal_entries", "balances", "deletions"))
    await pull_source(bench.source, store, order, clock=lambda: bench.now)


async def differences(store: Store) -> list[tuple[int, tuple[Cause, ...]]]:
    async with store.read() as conn:
        found = await latest_tie_out(conn, "netsuite")
        assert found is not None
        assert found.compared > 3
        return [(one.amount.minor, one.causes) for one in await known_differences(conn, "netsuite", limit=9)]


async def receipts(store: Store, number: str, **whose: str) -> Receipt:
    async with store.read() as conn:
        known = Whose(**{name: RecordId(f"netsuite:{value}") for name, value in whose.items()})
        (found,) = [one for one in await receipt_page(conn, known, limit=50) if one.number == number]
        return found


@pytest.mark.sampled
class TestDrawn:
    async def test_a_deposit_says_what_it_settled_and_what_is_left(self, bench: NetSuiteBench, store: Store) -> None:
        customer_id = min(bench.ledger.customers)
        bill = bench.ledger.add_invoice(customer_id, total_minor=9_000)
        deposit = hands.take_deposit(bench.ledger, customer_id, 5_000)
        await pull(bench, store)
        bench.pass_time(HOUR)
        # Which is no change of the deposit itself.
        hands.apply(bench.ledger, deposit, bill.id, 3_000)
        await pull(bench, store)
        found = await receipts(store, deposit.number, customer_id=f"customer:{customer_id}")
        assert found.unapplied.minor == 2_000
        assert [(one.number, one.amount.minor) for one in found.applications] == [(bill.number, 3_000)]
        assert (await receipts(store, deposit.number, invoice_id=f"invoice:{bill.id}")).applications
        assert await differences(store) == []
        (drawn,) = bench.ledger.records_of(Kind.DEPOSIT_APPLICATION, customer_id)
        bench.ledger.delete(Kind.DEPOSIT_APPLICATION, drawn.id)
        await pull(bench, store)
        given_back = await receipts(store, deposit.number, customer_id=f"customer:{customer_id}")
        assert (given_back.unapplied.minor, given_back.applications) == (5_000, ())
        assert await differences(store) == []

    async def test_what_was_drawn_and_settles_nothing_is_unapplied(self, bench: NetSuiteBench, store: Store) -> None:
        customer_id = min(bench.ledger.customers)
        bill = bench.ledger.add_invoice(customer_id, total_minor=9_000)
        hands.apply(bench.ledger, hands.take_deposit(bench.ledger, customer_id, 5_000), bill.id, 3_000)
        (drawn,) = bench.ledger.records_of(Kind.DEPOSIT_APPLICATION, customer_id)
        drawing.release_application(bench.ledger, drawn.id)
        await pull(bench, store)
        async with store.read() as conn:
            (spare,) = await unapplied_of(conn, RecordId(f"netsuite:customer:{customer_id}"))
        assert (spare.payments.minor, spare.deposits.minor) == (3_000, 2_000)
        assert await differences(store) == []


@pytest.mark.sampled
class TestPaidBack:
    async def test_what_a_refund_used_up_is_read_with_it(self, bench: NetSuiteBench, store: Store) -> None:
        customer_id = min(bench.ledger.customers)
        memo = hands.issue_credit_memo(bench.ledger, customer_id, 5_000)
        paid = hands.take_payment(bench.ledger, customer_id, 800)
        deposit = hands.take_deposit(bench.ledger, customer_id, 700)
        await pull(bench, store)
        bench.pass_time(HOUR)
        # None of which is a change of what they are paid out of.
        for source, amount in ((memo, 2_000), (paid, 800), (deposit, 300)):
            drawing.refund(bench.ledger, customer_id, amount, source)
        drawing.refund(bench.ledger, customer_id, 55)
        await pull(bench, store)
        whose = f"customer:{customer_id}"
        assert (await receipts(store, memo.number, customer_id=whose)).unapplied.minor == 3_000
        assert (await receipts(store, paid.number, customer_id=whose)).unapplied.minor == 0
        assert (await receipts(store, deposit.number, customer_id=whose)).unapplied.minor == 400
        async with store.read() as conn:
            moved = await adjustments_of(conn, RecordId(f"netsuite:customer:{customer_id}"))
        assert moved == (Money(currency=memo.currency, minor=55),)
        assert await differences(store) == []


@pytest.mark.sampled
class TestPosted:
    async def test_what_is_open_of_an_entry_counts_until_it_is_settled(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer_id = min(bench.ledger.customers)
        bill = bench.ledger.add_invoice(customer_id, total_minor=900)
        charge = hands.post_journal_entry(bench.ledger, customer_id, 1_234)
        credit = hands.post_journal_entry(bench.ledger, customer_id, -1_000)
        await pull(bench, store)
        assert await differences(store) == []
        drawing.settle_journal_entry(bench.ledger, credit.id, bill.id, 600)
        bench.ledger.delete(Kind.JOURNAL_ENTRY, charge.id)
        await pull(bench, store)
        assert await differences(store) == []
        async with store.read() as conn:
            (moved,) = await adjustments_of(conn, RecordId(f"netsuite:customer:{customer_id}"))
        assert moved.minor == -400
        assert balance(bench.ledger, customer_id)

    async def test_where_entries_may_not_be_read_the_difference_says_so(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        hands.post_journal_entry(bench.ledger, min(bench.ledger.customers), 1_234)
        hands.post_journal_entry(bench.ledger, max(bench.ledger.customers), 250)
        bench.server.permissions.lack("Make Journal Entry")
        with pytest.raises(NotPermittedError, match="Make Journal Entry"):
            await pull(bench, store)
        assert await differences(store) == [(1_234, (Cause.JOURNALS_UNREAD,))]

    async def test_each_kind_is_read_by_its_id(self, bench: NetSuiteBench) -> None:
        kinds = {
            "deposit_application": Kind.DEPOSIT_APPLICATION,
            "refund": Kind.CUSTOMER_REFUND,
            "journal_entry": Kind.JOURNAL_ENTRY,
        }
        for name, kind in kinds.items():
            known = max(bench.ledger.records(kind))
            (found,) = await bench.source.fetch(name, str(known), since=None)
            assert (kind_of(found), found.source_id) == (name, str(known))
            bench.ledger.delete(kind, known)
            assert await bench.source.fetch(name, str(known), since=None) == ()

    async def test_a_refresh_of_the_customer_brings_what_was_used_up(self, bench: NetSuiteBench) -> None:
        customer_id = min(bench.ledger.customers)
        deposit = hands.take_deposit(bench.ledger, customer_id, 900)
        memo = hands.issue_credit_memo(bench.ledger, customer_id, 800)
        bench.pass_time(timedelta(days=2))
        since = bench.now
        bench.pass_time(HOUR)
        drawing.refund(bench.ledger, customer_id, 300, deposit)
        drawing.refund(bench.ledger, customer_id, 200, memo)
        found = await bench.source.fetch("customer", str(customer_id), since=since)
        spare = {one.source_id: one.unapplied.minor for one in found if isinstance(one, Payment | CreditMemo)}
        assert spare == {str(deposit.id): 600, str(memo.id): 600}

    async def test_entries_of_many_lines_are_read_whole(self, bench: NetSuiteBench) -> None:
        bench.rules |= {"page_size": 5}
        await bench.source.close()
        bench.open()
        for _ in range(7):
            hands.post_journal_entry(bench.ledger, min(bench.ledger.customers), 10)
        pages = [page async for page in bench.source.pages("journal_entries", "", now=bench.now + HOUR)]
        found = [record.source_id for page in pages for record in page.records]
        assert len(pages) == 2
        assert sorted(found) == sorted(bench.ids("journal_entries"))
