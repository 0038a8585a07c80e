"""Sums and lists of the whole company, against the same made in Python."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from store.aging import Aging
from store.customers import Customer
from store.db import Store
from store.invoices import Invoice, InvoiceStatus, is_owed
from store.money import Money
from store.open_invoices import all_open_invoices, count_open, open_invoice_page, position_of
from store.portfolio import InvoiceFilter, currencies, matches, owners, subsidiaries
from store.portfolio_aging import aging_by_customer, count_past_due, largest_past_due, past_due_page, portfolio_aging
from store.records import RecordId, record_id
from tests.store.make import AT, make_customer, make_invoice, save

TODAY = date(2026, 11, 22)
FILTERS = (
    InvoiceFilter(),
    InvoiceFilter(owner="Robin Ray"),
    InvoiceFilter(owner="nobody"),
    InvoiceFilter(subsidiary="EU : West"),
    InvoiceFilter(currency="JPY"),
    InvoiceFilter(customer_id=record_id("netsuite", "customer", "3")),
    InvoiceFilter(amount_over=Decimal("50.5")),
    InvoiceFilter(days_over=0),
    InvoiceFilter(days_over=30),
    InvoiceFilter(owner="Dana O'Neil", amount_over=Decimal(20), days_over=10, currency="USD"),
)


def some_customers() -> list[Customer]:
    reps = [None, "Robin Ray", "Dana O'Neil"]
    managers = [None, None, None, "Robin Ray", "Robin Ray", "Mara Moss"]
    return [
        make_customer(str(number), sales_rep=reps[number % 3], account_manager=managers[number]) for number in range(6)
    ]


def some_invoices(count: int = 200) -> list[Invoice]:
    chance = Random(7)  # noqa: S311 - the same invoices in every run is what is wanted
    return [_invoice(chance, number) for number in range(count)]


def _invoice(chance: Random, number: int) -> Invoice:
    money = Money(
        currency=chance.choice(("USD", "USD", "EUR", "JPY", "KWD")), minor=chance.choice((0, -500, 100, 99_000))
    )
    money = Money(currency=money.currency, minor=money.minor + chance.choice((0, 50, 5_050, 5_051)))
    return make_invoice(
        str(number),
        customer_id=chance.choice([None, *(record_id("netsuite", "customer", str(each)) for each in range(7))]),
        total=money,
        open_balance=money,
        due_date=chance.choice((None, *(TODAY + timedelta(days=days) for days in (-400, -91, -31, -30, -1, 0, 1)))),
        status=chance.choice(tuple(InvoiceStatus)),
        sales_rep=chance.choice((None, "Robin Ray", "Dana O'Neil")),
        subsidiary=chance.choice((None, "EU : West", "Inc.")),
        deleted_at=chance.choice((None, None, None, AT)),
    )


@pytest.fixture
async def kept(store: Store) -> list[Invoice]:
    made = some_invoices()
    await save(store, *some_customers(), *made)
    return made


def meant(made: Sequence[Invoice], wanted: InvoiceFilter) -> list[Invoice]:
    """The open ones of these, in order, by the filter in Python."""
    known = {customer.id: customer for customer in some_customers()}
    found = [
        invoice
        for invoice in made
        if is_owed(invoice)
        and matches(wanted, invoice, known.get(invoice.customer_id) if invoice.customer_id else None, TODAY)
    ]
    return sorted(found, key=lambda invoice: (invoice.due_date or date.max, invoice.id))


def open_sums(made: Sequence[Invoice]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for invoice in made:
        sums[invoice.open_balance.currency] = sums.get(invoice.open_balance.currency, 0) + invoice.open_balance.minor
    return sums


def past_due_sums(made: Sequence[Invoice]) -> dict[tuple[str, RecordId], int]:
    sums: dict[tuple[str, RecordId], int] = {}
    for invoice in made:
        if invoice.customer_id and invoice.due_date and invoice.due_date < TODAY:
            key = (invoice.open_balance.currency, invoice.customer_id)
            sums[key] = sums.get(key, 0) + invoice.open_balance.minor
    return sums


@pytest.mark.parametrize("wanted", FILTERS)
class TestFilters:
    @pytest.mark.sampled(keep=6)
    async def test_the_aging_adds_up(self, store: Store, kept: list[Invoice], wanted: InvoiceFilter) -> None:
        async with store.read() as conn:
            found = await portfolio_aging(conn, wanted, TODAY)
        expected = meant(kept, wanted)
        owed = [aging for aging in found if aging.open_invoices]
        assert {aging.currency: aging.open_balance.minor for aging in owed} == open_sums(expected)
        assert sum(aging.open_invoices for aging in found) == len(expected)
        assert [aging.open_invoices for aging in found] == sorted((a.open_invoices for a in found), reverse=True)

    @pytest.mark.sampled(keep=6)
    async def test_every_customer_s_aging_adds_up_to_it(
        self, store: Store, kept: list[Invoice], wanted: InvoiceFilter
    ) -> None:
        async with store.read() as conn:
            whole = {aging.currency: aging for aging in await portfolio_aging(conn, wanted, TODAY)}
            parts = [each async for each in aging_by_customer(conn, wanted, TODAY)]
        assert {name: _summed(parts, name) for name in whole} == {name: _figures(whole[name]) for name in whole}
        del kept

    @pytest.mark.sampled(keep=6)
    async def test_the_largest_come_first(self, store: Store, kept: list[Invoice], wanted: InvoiceFilter) -> None:
        sums = past_due_sums(meant(kept, wanted))
        ranked = sorted(sums, key=lambda key: (key[0], -sums[key], key[1]))
        async with store.read() as conn:
            top = await largest_past_due(conn, wanted, TODAY, limit=2)
            whole = await largest_past_due(conn, wanted, TODAY, limit=100)
            order = sorted({key[0] for key in sums}, reverse=True)
            pages = [
                each
                for skipped in range(0, len(sums), 3)
                for each in await past_due_page(conn, wanted, TODAY, order, limit=3, skipped=skipped)
            ]
            counted = await count_past_due(conn, wanted, TODAY)
        assert counted == (len({key[1] for key in sums}), len(sums))
        assert pages == sorted(whole, key=lambda each: order.index(each.past_due_balance.currency))
        assert [(each.past_due_balance.currency, each.customer_id) for each in whole] == ranked
        assert [each.past_due_balance.minor for each in whole] == [sums[key] for key in ranked]
        by_currency = [[key for key in ranked if key[0] == name][:2] for name in sorted({key[0] for key in ranked})]
        assert [(each.past_due_balance.currency, each.customer_id) for each in top] == [
            key for keys in by_currency for key in keys
        ]

    @pytest.mark.sampled(keep=6)
    async def test_pages_lead_through_all_and_back(
        self, store: Store, kept: list[Invoice], wanted: InvoiceFilter
    ) -> None:
        expected = [invoice.id for invoice in meant(kept, wanted)]
        async with store.read() as conn:
            page = await open_invoice_page(conn, wanted, TODAY, limit=4)
            seen, pages = [invoice.id for invoice in page.invoices], [page]
            while page.has_more:
                page = await open_invoice_page(conn, wanted, TODAY, limit=4, after=position_of(page.invoices[-1]))
                seen += [invoice.id for invoice in page.invoices]
                pages.append(page)
            if len(pages) > 1:
                back = await open_invoice_page(conn, wanted, TODAY, limit=4, before=position_of(pages[-1].invoices[0]))
                assert back.invoices == pages[-2].invoices
                assert back.has_more == (len(pages) > 2)
            assert await count_open(conn, wanted, TODAY) == len(expected)
            assert [each.invoice.id async for each in all_open_invoices(conn, wanted, TODAY)] == expected
        assert seen == expected


class TestNames:
    async def test_are_those_that_can_be_asked_for(self, store: Store, kept: list[Invoice]) -> None:
        async with store.read() as conn:
            assert await owners(conn) == ("Dana O'Neil", "Mara Moss", "Robin Ray")
            assert await subsidiaries(conn) == ("EU : West", "Inc.")
            assert await currencies(conn) == ("EUR", "JPY", "KWD", "USD")
        del kept


class TestAllOpenInvoices:
    async def test_are_read_in_pages(self, store: Store, kept: list[Invoice], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("store.open_invoices._FETCHED", 7)
        monkeypatch.setattr("store.portfolio_aging._FETCHED", 3)
        async with store.read() as conn:
            found = [each.invoice.id async for each in all_open_invoices(conn, InvoiceFilter(), TODAY)]
            parts = [each async for each in aging_by_customer(conn, InvoiceFilter(), TODAY)]
        assert found == [invoice.id for invoice in meant(kept, InvoiceFilter())]
        assert sum(each.aging.open_invoices for each in parts) == len(found)

    async def test_know_their_customers(self, store: Store) -> None:
        await save(
            store,
            make_customer("7", name="ABC Inc", number="C7"),
            make_invoice("1"),
            make_invoice("2", customer_id=None),
        )
        async with store.read() as conn:
            found = [each async for each in all_open_invoices(conn, InvoiceFilter(), TODAY)]
        assert {(each.invoice.id, each.customer.name if each.customer else None) for each in found} == {
            ("netsuite:invoice:1", "ABC Inc"),
            ("netsuite:invoice:2", None),
        }


class TestTheIndex:
    async def test_bears_names_of_any_length(self, store: Store) -> None:
        dice = Random(1)  # noqa: S311 - what does not compress is wanted, the same in every run
        long = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=4_000))
        await save(store, make_customer(), make_invoice("1", subsidiary=long, sales_rep=long))
        async with store.read() as conn:
            assert await subsidiaries(conn) == (long,)
            [aging] = await portfolio_aging(conn, InvoiceFilter(subsidiary=long, owner=long), TODAY)
        assert aging.open_invoices == 1

    @pytest.mark.both_databases
    async def test_answers_sums_and_lists_alone(self, store: Store) -> None:
        if not store.is_sqlite:
            pytest.skip("the plan is read in SQLite's words")
        with read_statements(store) as asked:
            async with store.read() as conn:
                await portfolio_aging(conn, InvoiceFilter(currency="USD"), TODAY)
                await largest_past_due(conn, InvoiceFilter(days_over=30), TODAY, limit=5)
                await open_invoice_page(conn, InvoiceFilter(amount_over=Decimal(10)), TODAY, limit=15)
        assert len(asked) == 3
        async with store.read() as conn:
            for query, values in asked:
                found = await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
                assert "COVERING INDEX ix_invoices_open" in " ".join(row.detail for row in found)


@contextmanager
def read_statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The statements that readers execute inside the block, with their parameters."""
    engine, seen = store._reader.sync_engine, []

    def note(_conn: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _figures(aging: Aging) -> tuple[int, ...]:
    amounts = (aging.current, aging.days_1_30, aging.days_31_60, aging.days_61_90, aging.over_90, aging.credit)
    return (*(amount.minor for amount in amounts), aging.open_invoices)


def _summed(parts: Sequence[Any], currency: str) -> tuple[int, ...]:
    rows = [_figures(each.aging) for each in parts if each.aging.currency == currency]
    return tuple(map(sum, zip(*rows, strict=True)))
