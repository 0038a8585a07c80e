from datetime import date, timedelta
from typing import Any

import pytest

from store.aging import Aging, customer_aging
from store.db import Store
from store.invoices import InvoiceStatus, days_past_due
from store.money import Money
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

    async def test_a_negative_balance_lowers_the_sum(self, store: Store) -> None:
        await save(store, make_invoice("1", open_balance=usd(500)), make_invoice("2", open_balance=usd(-700)))
        (aging,) = await aged(store)
        assert (aging.open_balance, aging.open_invoices) == (usd(-200), 2)

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


class TestDaysPastDue:
    def test_counts_calendar_days_of_open_invoices(self) -> None:
        assert days_past_due(make_invoice(due_date=TODAY - timedelta(days=45)), TODAY) == 45
        assert days_past_due(make_invoice(due_date=TODAY + timedelta(days=1)), TODAY) == 0
        assert days_past_due(make_invoice(due_date=None), TODAY) == 0

    @pytest.mark.parametrize("minor", [0, -1])
    def test_of_nothing_open_is_zero(self, minor: int) -> None:
        assert days_past_due(make_invoice(open_balance=usd(minor)), TODAY) == 0
