from datetime import date, timedelta
from typing import Any

import pytest

from store.aging import Aging, customer_aging, open_balances
from store.db import Store
from store.invoices import InvoiceStatus, days_past_due
from store.money import Money
from store.records import RecordId
from tests.store.make import AT, CUSTOMER_ID, make_invoice, save, usd

TODAY = date(2026, 11, 22)
BUCKETS = ("current", "days_1_30", "days_31_60", "days_61_90", "over_90")


async def aged(store: Store, today: date = TODAY) -> tuple[Aging, ...]:
    async with store.read() as conn:
        return await customer_aging(conn, CUSTOMER_ID, today)


def in_buckets(aging: Aging) -> dict[str, int]:
    found = {name: getattr(aging, name).minor for name in BUCKETS}
    return {name: minor for name, minor in found.items() if minor}


class TestCustomerAging:
    @pytest.mark.sampled
    @pytest.mark.parametrize(
        ("days", "bucket"),
        [
            (-400, "current"),
            (-1, "current"),
            (0, "current"),
            (1, "days_1_30"),
            (30, "days_1_30"),
            (31, "days_31_60"),
            (60, "days_31_60"),
            (61, "days_61_90"),
            (90, "days_61_90"),
            (91, "over_90"),
            (5_000, "over_90"),
            (None, "current"),
        ],
    )
    async def test_sorts_by_days_past_due(self, store: Store, days: int | None, bucket: str) -> None:
        due = None if days is None else TODAY - timedelta(days=days)
        invoice = make_invoice(due_date=due, open_balance=usd(750))
        await save(store, invoice)
        (aging,) = await aged(store)
        assert in_buckets(aging) == {bucket: 750}
        assert aging.past_due_balance == usd(0 if bucket == "current" else 750)
        assert (days_past_due(invoice, TODAY) > 0) == (bucket != "current")

    async def test_adds_up_by_currency_the_largest_first(self, store: Store) -> None:
        def owed(source_id: str, currency: str, minor: int, days: int) -> Any:
            money = Money(currency=currency, minor=minor)
            due = TODAY - timedelta(days=days)
            return make_invoice(source_id, due_date=due, total=money, open_balance=money)

        await save(
            store,
            owed("1", "USD", 100, 0),
            owed("2", "USD", 20, 5),
            owed("3", "USD", 3, 95),
            owed("4", "JPY", 9_000, 31),
            owed("5", "EUR", 50, 61),
            owed("6", "EUR", 25, 62),
        )
        jpy, usd_, eur = await aged(store)
        assert [one.currency for one in (jpy, usd_, eur)] == ["JPY", "USD", "EUR"]
        assert in_buckets(usd_) == {"current": 100, "days_1_30": 20, "over_90": 3}
        assert (usd_.open_balance, usd_.past_due_balance, usd_.open_invoices) == (usd(123), usd(23), 3)
        assert in_buckets(eur) == {"days_61_90": 75}

    async def test_a_credit_stands_beside_what_is_owed(self, store: Store) -> None:
        late = TODAY - timedelta(days=10)
        await save(
            store,
            make_invoice("1", open_balance=usd(500), due_date=late),
            make_invoice("2", open_balance=usd(-700), due_date=late),
        )
        (aging,) = await aged(store)
        assert in_buckets(aging) == {"days_1_30": 500}
        assert (aging.open_balance, aging.credit, aging.open_invoices) == (usd(500), usd(700), 1)

    async def test_a_currency_with_nothing_but_credit_comes_last(self, store: Store) -> None:
        euros = Money(currency="EUR", minor=-30)
        await save(store, make_invoice("1", total=euros, open_balance=euros), make_invoice("2", open_balance=usd(1)))
        dollar, euro = await aged(store)
        assert (dollar.currency, dollar.credit) == ("USD", usd(0))
        assert (euro.open_balance.minor, euro.credit.minor, euro.open_invoices) == (0, 30, 0)

    async def test_leaves_out_what_is_not_owed(self, store: Store) -> None:
        await save(
            store,
            make_invoice("1", status=InvoiceStatus.PENDING),
            make_invoice("2", status=InvoiceStatus.VOIDED),
            make_invoice("3", status=InvoiceStatus.PAID, open_balance=usd(0)),
            make_invoice("4", deleted_at=AT),
            make_invoice("5", customer_id="netsuite:customer:8"),
            make_invoice("6", open_balance=usd(0)),
        )
        assert await aged(store) == ()
        await save(store, make_invoice("7", status=InvoiceStatus.PARTIALLY_PAID, open_balance=usd(1)))
        assert [aging.open_balance for aging in await aged(store)] == [usd(1)]

    async def test_the_day_is_the_caller_s(self, store: Store) -> None:
        await save(store, make_invoice(due_date=date(2028, 2, 29)))
        for today, bucket in ((date(2028, 2, 29), "current"), (date(2028, 3, 1), "days_1_30")):
            (aging,) = await aged(store, today)
            assert set(in_buckets(aging)) == {bucket}

    @pytest.mark.parametrize("due", [date(1, 1, 1), date(9999, 12, 31)])
    async def test_takes_the_ends_of_the_calendar(self, store: Store, due: date) -> None:
        await save(store, make_invoice(due_date=due))
        (aging,) = await aged(store)
        assert set(in_buckets(aging)) == {"over_90" if due < TODAY else "current"}


class TestOpenBalances:
    async def test_of_several_customers_per_currency(self, store: Store) -> None:
        euros = Money(currency="EUR", minor=900)
        await save(
            store,
            make_invoice("1", open_balance=usd(500)),
            make_invoice("2", open_balance=usd(20)),
            make_invoice("3", open_balance=usd(-5)),
            make_invoice("4", total=euros, open_balance=euros),
            make_invoice("5", open_balance=usd(7), customer_id="netsuite:customer:8"),
            make_invoice("6", open_balance=usd(9), customer_id="netsuite:customer:9"),
            make_invoice("7", status=InvoiceStatus.PENDING, customer_id="netsuite:customer:10"),
        )
        asked = [CUSTOMER_ID, *(RecordId(f"netsuite:customer:{number}") for number in (8, 10))]
        async with store.read() as conn:
            assert await open_balances(conn, asked) == {CUSTOMER_ID: (euros, usd(520)), asked[1]: (usd(7),)}
            assert await open_balances(conn, []) == {}


class TestDaysPastDue:
    def test_counts_calendar_days_of_open_invoices(self) -> None:
        assert days_past_due(make_invoice(due_date=TODAY - timedelta(days=45)), TODAY) == 45
        assert days_past_due(make_invoice(due_date=TODAY + timedelta(days=1)), TODAY) == 0
        assert days_past_due(make_invoice(due_date=None), TODAY) == 0

    @pytest.mark.parametrize("minor", [0, -1])
    def test_of_nothing_open_is_zero(self, minor: int) -> None:
        assert days_past_due(make_invoice(open_balance=usd(minor)), TODAY) == 0

    @pytest.mark.parametrize(
        "changes", [{"status": InvoiceStatus.PENDING}, {"status": InvoiceStatus.VOIDED}, {"deleted_at": AT}]
    )
    def test_of_what_is_not_owed_is_zero(self, changes: dict[str, Any]) -> None:
        assert days_past_due(make_invoice(due_date=TODAY - timedelta(days=45), **changes), TODAY) == 0
