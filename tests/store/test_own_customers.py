from datetime import date
from typing import Any

from store.db import Store
from store.money import Money
from store.own_customers import count_customers_of, count_customers_past_due_of, customers_past_due_of
from store.records import record_id
from tests.store.make import make_customer, make_invoice, save

TODAY = date(2026, 11, 22)
LATE, LATER = date(2026, 11, 1), date(2026, 12, 1)


def money(minor: int, currency: str = "USD") -> Money:
    return Money(currency=currency, minor=minor)


def invoice(number: str, customer: str, minor: int, currency: str = "USD", due: date = LATE, **values: Any) -> Any:
    amount = money(minor, currency)
    known = {"total": amount, "open_balance": amount, "due_date": due} | values
    return make_invoice(number, customer_id=record_id("netsuite", "customer", customer), **known)


async def seen(store: Store, rep: str = "Ana Silva", *, limit: int = 10) -> list[tuple[str, list[int], list[int]]]:
    async with store.read() as conn:
        found = await customers_past_due_of(conn, rep, TODAY, limit=limit)
    return [
        (
            own.customer.source_id,
            [late.minor for late in own.past_due_balances],
            [whole.minor for whole in own.open_balances],
        )
        for own in found
    ]


async def counts(store: Store, rep: str = "Ana Silva") -> tuple[int, int]:
    async with store.read() as conn:
        return await count_customers_past_due_of(conn, rep, TODAY), await count_customers_of(conn, rep)


class TestOwnCustomers:
    async def test_the_most_past_due_comes_first(self, store: Store) -> None:
        await save(
            store,
            *(make_customer(each, sales_rep="Ana Silva") for each in "123"),
            make_customer("4", sales_rep="Ben Okafor"),
            invoice("1", "1", 100_00),
            invoice("2", "2", 300_00),
            invoice("3", "2", 700_00, due=LATER),
            invoice("4", "3", 900_00, due=LATER),
            invoice("5", "4", 999_00),
        )
        assert await seen(store) == [("2", [300_00], [1000_00]), ("1", [100_00], [100_00])]
        assert await seen(store, limit=1) == [("2", [300_00], [1000_00])]
        assert await counts(store) == (2, 3)

    async def test_an_account_manager_goes_before_a_sales_rep(self, store: Store) -> None:
        await save(
            store,
            make_customer("1", sales_rep="Ben Okafor", account_manager="Ana Silva"),
            make_customer("2", sales_rep="Ana Silva", account_manager="Ben Okafor"),
            make_customer("3", sales_rep="Ana Silva"),
            *(invoice(each, each, int(each)) for each in "123"),
        )
        assert [one[0] for one in await seen(store)] == ["3", "1"]
        assert await counts(store) == (2, 2)

    async def test_each_currency_stands_by_itself(self, store: Store) -> None:
        await save(
            store,
            make_customer("1", sales_rep="Ana Silva"),
            make_customer("2", sales_rep="Ana Silva"),
            invoice("1", "1", 50_00),
            invoice("2", "1", 90_000, "JPY"),
            invoice("3", "2", 60_000, "KWD"),
        )
        assert await seen(store) == [("1", [90_000, 50_00], [90_000, 50_00]), ("2", [60_000], [60_000])]

    async def test_no_currency_hides_another(self, store: Store) -> None:
        await save(
            store,
            *(make_customer(each, sales_rep="Ana Silva") for each in "12345"),
            invoice("1", "1", 900_00),
            invoice("2", "2", 800_00),
            invoice("3", "3", 700_00),
            invoice("4", "4", 9_000_000, "JPY"),
            invoice("5", "5", 8_000_000, "JPY"),
        )
        # Yen are many to a dollar; dollars come first because most invoices are in them.
        assert [each for each, _, _ in await seen(store)] == ["1", "4", "2", "5", "3"]
        assert [each for each, _, _ in await seen(store, limit=2)] == ["1", "4"]

    async def test_what_is_not_owed_does_not_count(self, store: Store) -> None:
        gone = make_customer("2", sales_rep="Ana Silva", deleted_at=make_customer().seen_at)
        await save(
            store,
            make_customer("1", sales_rep="Ana Silva"),
            gone,
            invoice("1", "1", -100_00),
            invoice("2", "1", 100_00, due=TODAY),
            invoice("3", "2", 100_00),
        )
        assert await seen(store) == []
        assert await counts(store) == (0, 1)

    async def test_nobody_has_nobody(self, store: Store) -> None:
        await save(store, make_customer("1"), invoice("1", "1", 100_00))
        assert await seen(store, "") == []
        assert await counts(store, "Ana") == (0, 0)
