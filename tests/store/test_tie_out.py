from datetime import timedelta
from typing import Any

from store.balances import Balance
from store.db import Store
from store.invoices import InvoiceStatus
from store.money import Money
from store.payments import PaymentKind
from store.quarantine import EMAIL_FIELDS, Quarantined, quarantine_records
from store.records import RecordId, record_id
from store.tie_out import (
    Cause,
    Difference,
    TieOut,
    difference_since,
    known_differences,
    latest_tie_out,
    save_tie_out,
)
from store.tie_out_sums import Evidence, count_compared, differences, evidence
from tests.store.kinds import (
    journal_line,
    make_application,
    make_credit_memo,
    make_entry,
    make_payment,
    make_refund,
)
from tests.store.make import AT, CUSTOMER_ID, make_invoice, save, usd

HOUR = timedelta(hours=1)
OTHER = record_id("netsuite", "customer", "8")


def eur(minor: int) -> Money:
    return Money(currency="EUR", minor=minor)


def make_balance(balance: Money, customer_id: RecordId = CUSTOMER_ID, **values: Any) -> Balance:
    source_id = f"{customer_id.rpartition(':')[2]}-{balance.currency}"
    known: dict[str, Any] = {"seen_at": AT, "origin": "netsuite", "source_id": source_id}
    identity = record_id("netsuite", "balance", source_id)
    return Balance(id=identity, customer_id=customer_id, balance=balance, **known | values)


async def found(store: Store, limit: int = 9) -> list[tuple[str, int, int, int, int]]:
    async with store.read() as conn:
        listed = await differences(conn, "netsuite", limit=limit)
    return [
        (one.customer_id, one.balance.minor, one.open.minor, one.credits.minor, one.payments.minor) for one in listed
    ]


class TestDifferences:
    async def test_open_invoices_less_unapplied_credits_and_payments_are_the_balance(self, store: Store) -> None:
        await save(
            store,
            make_balance(usd(10_000 + 5_000 - 300 - 200)),
            make_invoice("1", open_balance=usd(10_000)),
            make_invoice("2", open_balance=usd(5_000), status=InvoiceStatus.PARTIALLY_PAID),
            make_invoice("3", open_balance=usd(999), status=InvoiceStatus.PENDING),
            make_invoice("4", open_balance=usd(999), status=InvoiceStatus.VOIDED),
            make_invoice("5", open_balance=usd(999), deleted_at=AT),
            make_credit_memo("1", unapplied=usd(300)),
            make_credit_memo("2", unapplied=usd(999), is_voided=True),
            make_payment("1", unapplied=usd(200)),
            make_payment("2", unapplied=usd(999), kind=PaymentKind.DEPOSIT),
            make_payment("3", unapplied=usd(999), is_voided=True),
            make_payment("4", unapplied=usd(999), deleted_at=AT),
        )
        assert await found(store) == []
        async with store.read() as conn:
            assert await count_compared(conn, "netsuite") == (1, 0)
            assert await count_compared(conn, "salesforce") == (0, 0)

    async def test_says_what_each_side_is_made_of(self, store: Store) -> None:
        await save(
            store,
            make_balance(usd(1)),
            make_invoice("1", open_balance=usd(100)),
            make_credit_memo("1", unapplied=usd(30)),
            make_payment("1", unapplied=usd(20)),
        )
        assert await found(store) == [(CUSTOMER_ID, 1, 100, 30, 20)]
        async with store.read() as conn:
            (one,) = await differences(conn, "netsuite", limit=9)
        assert (one.ours, one.amount) == (usd(50), usd(-49))

    async def test_a_balance_of_nothing_known_differs_unless_it_is_zero(self, store: Store) -> None:
        await save(store, make_balance(usd(0)), make_balance(usd(7), OTHER))
        assert await found(store) == [(OTHER, 7, 0, 0, 0)]

    async def test_refunds_journal_entries_and_what_was_drawn_from_deposits_count(self, store: Store) -> None:
        await save(
            store,
            make_balance(usd(100 + 40 - 15 + 7)),
            make_invoice("1", open_balance=usd(100)),
            make_refund("1", unapplied=usd(40)),
            make_refund("2", unapplied=usd(999), is_voided=True),
            make_application("1", unapplied=usd(15)),
            make_application("2", unapplied=usd(999), deleted_at=AT),
            make_entry("1", journal_line(1, 9, 7), journal_line(2, 50, 50, OTHER)),
            make_entry("2", journal_line(1, 999, 999), is_voided=True),
        )
        assert await found(store) == []
        await save(store, make_balance(usd(0), OTHER))
        async with store.read() as conn:
            (one,) = await differences(conn, "netsuite", limit=9)
        assert (one.customer_id, one.adjustments, one.ours) == (OTHER, usd(50), usd(50))

    async def test_each_currency_stands_for_itself(self, store: Store) -> None:
        invoices = (make_invoice("1", open_balance=usd(100)), make_invoice("2", total=eur(90), open_balance=eur(90)))
        await save(store, *invoices, make_balance(usd(100)), make_balance(eur(80)))
        async with store.read() as conn:
            (one,) = await differences(conn, "netsuite", limit=9)
        assert (one.balance, one.ours) == (eur(80), eur(90))

    async def test_what_is_open_in_a_currency_without_a_balance_differs_where_all_that_is_told_agrees(
        self, store: Store
    ) -> None:
        abroad = make_invoice("2", total=eur(90), open_balance=eur(90))
        settled = make_invoice("3", customer_id=OTHER, total=eur(50), open_balance=eur(50))
        credit = make_credit_memo("1", customer_id=OTHER, total=eur(50), unapplied=eur(50))
        untold = make_invoice("4", customer_id=record_id("netsuite", "customer", "9"), open_balance=usd(7))
        await save(store, make_invoice("1", open_balance=usd(100)), abroad, settled, credit, untold)
        await save(store, make_balance(usd(100)), make_balance(usd(0), OTHER))
        async with store.read() as conn:
            (one,) = await differences(conn, "netsuite", limit=9)
            assert await count_compared(conn, "netsuite") == (3, 1)
        assert (one.customer_id, one.balance, one.ours) == (CUSTOMER_ID, eur(0), eur(90))
        # What a balance that differs is made of, its own row says: it may count other currencies.
        await save(store, make_balance(usd(199)))
        async with store.read() as conn:
            (one,) = await differences(conn, "netsuite", limit=9)
            assert await count_compared(conn, "netsuite") == (2, 1)
        assert (one.balance, one.ours) == (usd(199), usd(100))

    async def test_no_more_differ_than_are_compared(self, store: Store) -> None:
        sterling = Money(currency="GBP", minor=9)
        await save(store, make_invoice("1", total=eur(90), open_balance=eur(90)), make_balance(usd(0)))
        await save(store, make_invoice("2", total=sterling, open_balance=sterling))
        async with store.read() as conn:
            assert await count_compared(conn, "netsuite") == (3, 2)

    async def test_the_largest_of_each_currency_come_first(self, store: Store) -> None:
        third = record_id("netsuite", "customer", "9")
        await save(store, make_balance(usd(5)), make_balance(usd(-500), OTHER), make_balance(usd(50), third))
        await save(store, make_balance(eur(1)))
        assert [row[1] for row in await found(store)] == [1, -500, 50, 5]
        assert [row[1] for row in await found(store, limit=2)] == [1, -500]

    async def test_a_customer_that_is_gone_is_not_compared(self, store: Store) -> None:
        await save(store, make_balance(usd(5), deleted_at=AT))
        assert await found(store) == []


class TestEvidence:
    async def known(self, store: Store) -> Evidence:
        async with store.read() as conn:
            return await evidence(conn, "netsuite", [CUSTOMER_ID, OTHER], since=AT, most_broken=9)

    async def test_there_may_be_none(self, store: Store) -> None:
        await save(store, make_invoice("1"), make_balance(usd(1)))
        nobody = frozenset[RecordId]()
        assert await self.known(store) == Evidence(
            quarantined=nobody, changed_since=nobody, other_currency=nobody, unplaced=0
        )

    async def test_whose_records_cannot_be_read(self, store: Store) -> None:
        await save(store, make_invoice("1"), make_payment("2", customer_id=OTHER))
        third = record_id("netsuite", "customer", "9")
        posted = (journal_line(1, 5, 5, customer_id=third), journal_line(2, 5, 5, customer_id=third))
        await save(store, make_entry("5", *posted))
        held = [
            Quarantined(source="netsuite", stream="x", source_id=source_id, reason="bad", seen_at=AT, kind=kind)
            for source_id, kind in (
                *(("1", "invoice"), ("2", "payment"), ("3", "invoice"), ("4", "note")),
                *(("5", "journal_entry"), ("6", "journal_entry")),
            )
        ]
        # What is no e-mail address in a field, even in many of them, hides no record and no amount.
        held += [
            Quarantined(
                source="netsuite", stream=EMAIL_FIELDS, source_id=f"invoice {nth} cc", reason="n/a", seen_at=AT + HOUR
            )
            for nth in range(20)
        ]
        async with store.write() as conn:
            await quarantine_records(conn, held)
        known = await self.known(store)
        assert known.quarantined == {CUSTOMER_ID, OTHER, third}
        assert known.unplaced == 2

    async def test_of_more_customers_than_a_statement_names(self, store: Store) -> None:
        await save(store, make_credit_memo("1", customer_id=OTHER, source_changed_at=AT + HOUR))
        many = [*(record_id("netsuite", "customer", f"x{nth}") for nth in range(6_000)), OTHER]
        async with store.read() as conn:
            known = await evidence(conn, "netsuite", many, since=AT, most_broken=9)
        assert known.changed_since == {OTHER}

    async def test_who_changed_after_the_balances_were_read(self, store: Store) -> None:
        await save(store, make_invoice("1"), make_credit_memo("1", customer_id=OTHER, source_changed_at=AT + HOUR))
        assert (await self.known(store)).changed_since == {OTHER}
        await save(store, make_entry("1", journal_line(1, 5, 5), source_changed_at=AT + HOUR))
        assert (await self.known(store)).changed_since == {OTHER, CUSTOMER_ID}

    async def test_who_has_open_items_in_a_currency_without_a_balance(self, store: Store) -> None:
        await save(store, make_balance(usd(1)), make_invoice("1"))
        deposit = make_payment("1", kind=PaymentKind.DEPOSIT, customer_id=OTHER, total=eur(9), unapplied=eur(9))
        await save(store, deposit)
        assert (await self.known(store)).other_currency == frozenset()
        await save(store, make_invoice("2", customer_id=OTHER, total=eur(9), open_balance=eur(9)))
        assert (await self.known(store)).other_currency == {OTHER}


class TestKept:
    async def test_the_newest_with_its_differences(self, store: Store) -> None:
        one = Difference(
            customer_id=CUSTOMER_ID,
            balance=usd(-5),
            open=usd(1),
            credits=usd(2),
            payments=usd(3),
            adjustments=usd(-4),
            causes=(Cause.CHANGED_SINCE, Cause.UNPLACED),
            since=AT - HOUR,
        )
        old = TieOut(source="netsuite", at=AT, compared=9, differing=1, appeared=1, balances_read_at=AT - HOUR)
        new = TieOut(source="netsuite", at=AT + HOUR, compared=8, differing=2)
        async with store.write() as conn:
            assert await latest_tie_out(conn, "netsuite") is None
            await save_tie_out(conn, old, [one])
            assert await latest_tie_out(conn, "netsuite") == old
            assert await known_differences(conn, "netsuite", limit=9) == (one,)
            assert await difference_since(conn, "netsuite") == {(CUSTOMER_ID, "USD"): AT - HOUR}
            await save_tie_out(conn, new, [])
            await save_tie_out(conn, new, [])
            assert await latest_tie_out(conn, "netsuite") == new
            assert await known_differences(conn, "netsuite", limit=9) == ()
            assert await latest_tie_out(conn, "salesforce") is None
