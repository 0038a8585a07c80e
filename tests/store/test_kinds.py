"""Every kind of pulled record comes out of the store as it went in, with its parts."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import RowMapping, Table, func, select

from store.applications import Application, applications, applications_of
from store.attachments import attachment_from_row, attachments, attachments_of
from store.balances import balance_from_row, balances
from store.contacts import contact_from_row, contacts
from store.credit_memos import credit_memo_from_row, credit_memos, credit_memos_of
from store.custom_fields import custom_field_from_row, custom_fields, custom_fields_of
from store.db import ReadConnection, Store
from store.deposit_applications import (
    deposit_application_from_row,
    deposit_applications,
    settled_by_deposits,
)
from store.exchange_rates import exchange_rate_from_row, exchange_rates, rate_on
from store.gl_accounts import gl_account_by_id, gl_account_from_row, gl_accounts
from store.installments import Installment
from store.invoices import invoice_by_id
from store.journal_entries import journal_entries, journal_entry_from_row, journal_lines_of
from store.messages import count_messages, message_from_row, messages, messages_about
from store.money import Money
from store.payments import PaymentKind, payment_by_id, payment_from_row, payments, payments_of
from store.pulled import Record, kind_of, tombstone_records
from store.records import RecordId, record_id
from store.refunds import refund_from_row, refunds
from store.sales_orders import sales_order_from_row, sales_orders, sales_orders_of
from store.subsidiaries import living_subsidiaries, subsidiaries, subsidiary_from_row
from tests.store.kinds import (
    ACCOUNT,
    BALANCE,
    DEPOSIT_ID,
    FIELD,
    FILE,
    INVOICE_ID,
    MESSAGE,
    ORDER,
    RATE,
    SUBSIDIARY,
    applied,
    journal_line,
    make_application,
    make_credit_memo,
    make_entry,
    make_payment,
    make_refund,
)
from tests.store.make import AT, CUSTOMER_ID, changes, make_contact, make_customer, make_invoice, save, usd

_KINDS: list[tuple[Record, Table, Callable[[RowMapping], Record]]] = [
    (SUBSIDIARY, subsidiaries, subsidiary_from_row),
    (ACCOUNT, gl_accounts, gl_account_from_row),
    (RATE, exchange_rates, exchange_rate_from_row),
    (BALANCE, balances, balance_from_row),
    (make_payment(is_voided=True, check_number="12", memo="m", account="Bank"), payments, payment_from_row),
    (make_credit_memo(created_from="INV-1", sales_rep="Ana"), credit_memos, credit_memo_from_row),
    (make_application(memo="m"), deposit_applications, deposit_application_from_row),
    (make_refund(account="Bank", is_voided=True), refunds, refund_from_row),
    (make_entry(entry_date=date(2026, 11, 7)), journal_entries, journal_entry_from_row),
    (ORDER, sales_orders, sales_order_from_row),
    (MESSAGE, messages, message_from_row),
    (FILE, attachments, attachment_from_row),
    (FIELD, custom_fields, custom_field_from_row),
    (make_contact(first_name="Eva", role="AP", source_field="custentity_ap"), contacts, contact_from_row),
]


@pytest.mark.parametrize(("record", "table", "from_row"), _KINDS, ids=[kind_of(record) for record, *_ in _KINDS])
class TestEveryKind:
    @pytest.mark.sampled
    async def test_comes_out_as_it_went_in(
        self, store: Store, record: Record, table: Table, from_row: Callable[[RowMapping], Record]
    ) -> None:
        await save(store, record)
        async with store.read() as conn:
            row = (await conn.execute(select(table))).mappings().one()
        assert from_row(row) == record
        assert [(change.kind, change.action) for change in await changes(store)] == [(kind_of(record), "inserted")]

    @pytest.mark.sampled
    async def test_unchanged_is_not_written_again(
        self, store: Store, record: Record, table: Table, from_row: Callable[[RowMapping], Record]
    ) -> None:
        await save(store, record)
        later = replace(record, seen_at=AT + timedelta(days=1))
        counts = await save(store, later)
        async with store.read() as conn:
            row = (await conn.execute(select(table))).mappings().one()
        assert (counts.unchanged, counts.changed) == (1, 0)
        assert from_row(row).seen_at == AT

    async def test_has_a_column_for_each_field(
        self, store: Store, record: Record, table: Table, from_row: Callable[[RowMapping], Record]
    ) -> None:
        del store, from_row
        amounts = {f.name for f in fields(record) if isinstance(getattr(record, f.name), Money)}
        expected = {f.name for f in fields(record)} - amounts - {"applications", "lines"}
        assert expected <= set(table.c.keys())
        assert {f"{name}_minor" for name in amounts} <= set(table.c.keys())


class TestApplications:
    async def test_of_a_payment_are_replaced_when_it_changes(self, store: Store) -> None:
        paid = make_payment(applications=(applied(1, 8_000), applied(2, 1_000)))
        await save(store, paid)
        assert await self._read(store, paid.id) == (applied(1, 8_000), applied(2, 1_000))
        counts = await save(store, replace(paid, applications=(applied(1, 7_000),)))
        assert counts.changed == 1
        assert await self._read(store, paid.id) == (applied(1, 7_000),)

    async def test_of_a_credit_memo_stand_beside_those_of_payments(self, store: Store) -> None:
        memo, paid = (
            make_credit_memo(applications=(applied(1, 1_500),)),
            make_payment(applications=(applied(1, 8_000),)),
        )
        await save(store, memo, paid)
        assert await self._read(store, memo.id) == (applied(1, 1_500),)
        async with store.read() as conn:
            assert (await conn.execute(select(func.count()).select_from(applications))).scalar_one() == 2

    @staticmethod
    async def _read(store: Store, owner: RecordId) -> tuple[Application, ...]:
        async with store.read() as conn:
            return await applications_of(conn, owner)


class TestDepositApplications:
    async def test_are_what_the_deposit_settled(self, store: Store) -> None:
        first = make_application("1", applications=(applied(1, 100), applied(2, 200, record_id("netsuite", "x", "2"))))
        gone = make_application("2", applications=(applied(1, 50),), deleted_at=AT)
        await save(store, first, gone, make_application("3", applied_on=None, applications=(applied(1, 7),)))
        async with store.read() as conn:
            found = await settled_by_deposits(conn, [DEPOSIT_ID])
        assert sorted(one.line_number for one in found[DEPOSIT_ID]) == [1, 2, 3]
        assert {one.amount.minor for one in found[DEPOSIT_ID]} == {100, 200, 7}

    async def test_a_deleted_one_leaves_its_money_to_the_deposit(self, store: Store) -> None:
        deposit = make_payment("90", kind=PaymentKind.DEPOSIT, total=usd(900), unapplied=usd(500))
        await save(store, deposit, make_application("1"), make_application("2", total=usd(100)))
        for _ in range(2):
            async with store.write() as conn:
                await tombstone_records(conn, "deposit_application", [make_application("1").id], at=AT)
            async with store.read() as conn:
                left = await payment_by_id(conn, deposit.id)
            assert left is not None
            assert left.unapplied == usd(800)
        assert ("payment", "changed", {"unapplied_minor": (500, 800)}) in [
            (change.kind, change.action, change.fields) for change in await changes(store)
        ]
        # What the source says is written again, as it may know better.
        assert (await save(store, deposit)).changed == 1

    async def test_a_deposit_that_was_read_since_then_stays(self, store: Store) -> None:
        deposit = make_payment("90", kind=PaymentKind.DEPOSIT, total=usd(900), unapplied=usd(900))
        await save(store, deposit, make_application("1"))
        async with store.write() as conn:
            await tombstone_records(conn, "deposit_application", [make_application("1").id], at=AT)
        assert (await save(store, deposit)).unchanged == 1


class TestBurial:
    async def test_a_customers_balance_goes_with_it(self, store: Store) -> None:
        other = replace(BALANCE, id=RecordId("b:2"), source_id="2", customer_id=RecordId("c:2"))
        await save(store, make_customer(), BALANCE, other)
        async with store.write() as conn:
            assert await tombstone_records(conn, "customer", [CUSTOMER_ID], at=AT) == 1
        async with store.read() as conn:
            living = (await conn.execute(select(balances.c.id).where(balances.c.deleted_at.is_(None)))).scalars().all()
        assert living == ["b:2"]
        assert ("balance", "tombstoned") in [(change.kind, change.action) for change in await changes(store)]


class TestJournalEntries:
    async def test_keep_their_lines(self, store: Store) -> None:
        entry = make_entry("1", journal_line(1, -900, -100), journal_line(4, 50, 0))
        await save(store, entry)
        async with store.read() as conn:
            assert await journal_lines_of(conn, entry.id) == entry.lines
        await save(store, replace(entry, lines=entry.lines[:1]))
        async with store.read() as conn:
            assert await journal_lines_of(conn, entry.id) == entry.lines[:1]


class TestLists:
    async def test_are_newest_first_and_paged(self, store: Store) -> None:
        days = [date(2026, 11, day) for day in (1, 3, 2)]
        await save(store, *(make_payment(str(n), payment_date=day) for n, day in enumerate(days)))
        await save(store, *(make_credit_memo(str(n), credit_date=day) for n, day in enumerate(days)), ORDER)
        async with store.read() as conn:
            assert [one.payment_date for one in await payments_of(conn, CUSTOMER_ID, limit=2)] == [days[1], days[2]]
            assert [one.payment_date for one in await payments_of(conn, CUSTOMER_ID, limit=2, offset=2)] == [days[0]]
            assert [one.credit_date for one in await credit_memos_of(conn, CUSTOMER_ID, limit=1)] == [days[1]]
            assert await sales_orders_of(conn, CUSTOMER_ID, limit=9) == (ORDER,)
            assert await payment_by_id(conn, RecordId("netsuite:payment:0")) == make_payment("0", payment_date=days[0])

    async def test_leave_out_what_was_deleted(self, store: Store) -> None:
        await save(store, make_payment(deleted_at=AT), make_credit_memo(deleted_at=AT), replace(FILE, deleted_at=AT))
        async with store.read() as conn:
            found: tuple[Awaitable[tuple[object, ...]], ...] = (
                payments_of(conn, CUSTOMER_ID, limit=9),
                credit_memos_of(conn, CUSTOMER_ID, limit=9),
                attachments_of(conn, INVOICE_ID, limit=9),
            )
            assert [await one for one in found] == [(), (), ()]

    async def test_a_customers_messages_include_those_about_its_invoices(self, store: Store) -> None:
        await save(store, make_invoice("1"), MESSAGE)
        async with store.read() as conn:
            assert await messages_about(conn, CUSTOMER_ID, limit=9) == (MESSAGE,)
            assert await count_messages(conn, CUSTOMER_ID) == 1
            assert await messages_about(conn, CUSTOMER_ID, limit=9, offset=1) == ()

    async def test_definitions_are_listed_by_kind(self, store: Store) -> None:
        await save(store, FIELD, SUBSIDIARY, replace(SUBSIDIARY, id=RecordId("x"), source_id="3", is_inactive=True))
        async with store.read() as conn:
            assert await custom_fields_of(conn, "netsuite", "customer") == (FIELD,)
            assert await custom_fields_of(conn, "netsuite", "invoice") == ()
            assert await living_subsidiaries(conn, limit=9) == (SUBSIDIARY,)
            assert await gl_account_by_id(conn, ACCOUNT.id) is None


class TestRates:
    async def test_the_newest_that_holds_on_the_day_counts(self, store: Store) -> None:
        older = replace(RATE, id=RecordId("r"), source_id="6", rate="1.1", effective_date=date(2026, 11, 1))
        await save(store, RATE, older)
        async with store.read() as conn:
            assert await self._rate(conn, date(2026, 11, 21)) == (Decimal("1.1234"), date(2026, 11, 20))
            assert await self._rate(conn, date(2026, 11, 19)) == (Decimal("1.1"), date(2026, 11, 1))
            assert await self._rate(conn, date(2026, 10, 31)) is None

    @staticmethod
    async def _rate(conn: ReadConnection, day: date) -> tuple[Decimal, date] | None:
        return await rate_on(conn, base="USD", currency="EUR", day=day)


class TestInstallments:
    async def test_are_kept_and_replaced_with_the_invoice(self, store: Store) -> None:
        parts = tuple(
            Installment(sequence=n, due_date=date(2026, 12, n), amount=usd(5_000), open_balance=usd(n)) for n in (1, 2)
        )
        invoice = make_invoice(installments=parts)
        await save(store, invoice)
        async with store.read() as conn:
            assert await invoice_by_id(conn, invoice.id) == invoice
        await save(store, replace(invoice, installments=parts[:1]))
        async with store.read() as conn:
            found = await invoice_by_id(conn, invoice.id)
        assert found is not None
        assert found.installments == parts[:1]

    async def test_stay_when_the_invoice_is_read_in_a_way_that_does_not_tell_them(self, store: Store) -> None:
        part = Installment(sequence=1, due_date=date(2026, 12, 1), amount=usd(5_000), open_balance=usd(1))
        invoice = make_invoice(installments=(part,))
        await save(store, invoice)
        await save(store, replace(invoice, memo="read by another way", installments=None))
        async with store.read() as conn:
            found = await invoice_by_id(conn, invoice.id)
        assert found is not None
        assert (found.memo, found.installments) == ("read by another way", (part,))


class TestAmounts:
    async def test_of_another_currency_are_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="unapplied is in EUR"):
            await save(store, make_payment(unapplied=Money(currency="EUR", minor=1)))
