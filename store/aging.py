"""What a customer owes, by currency and aging bucket, computed from its open invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, select

from store.db import ReadConnection
from store.invoices import OWED, invoices
from store.money import Money
from store.records import RecordId

# Days past due at which a bucket ends; what lies beyond the last is «over 90».
_BUCKET_ENDS_DAYS = (0, 30, 60, 90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Aging:
    """Open balance of one currency, split by days past due as of the day that was asked for.

    `credit` is what invoices with a negative open balance are worth, as a positive amount. It lowers no bucket and is
    not subtracted from the open balance: until somebody applies it, it pays no invoice. `open_invoices` counts the
    invoices on which something is owed.
    """

    current: Money
    days_1_30: Money
    days_31_60: Money
    days_61_90: Money
    over_90: Money
    credit: Money
    open_invoices: int

    @property
    def currency(self) -> str:
        return self.current.currency

    @property
    def past_due_balance(self) -> Money:
        return self.days_1_30 + self.days_31_60 + self.days_61_90 + self.over_90

    @property
    def open_balance(self) -> Money:
        return self.current + self.past_due_balance


async def customer_aging(conn: ReadConnection, customer_id: RecordId, today: date) -> tuple[Aging, ...]:
    """One Aging per currency in which the customer owes something or has a credit, the largest open balance first.

    `today` is the company's calendar date. An invoice is current through its due date; without one it stays current.
    """
    rows = await conn.execute(_AGING, {"customer_id": customer_id, **bucket_ends(today)})
    found = tuple(aging_of_row(*row) for row in rows)
    return tuple(sorted(found, key=lambda aging: (-aging.open_balance.minor, -aging.credit.minor, aging.currency)))


async def open_balances(conn: ReadConnection, customer_ids: Sequence[RecordId]) -> dict[RecordId, tuple[Money, ...]]:
    """What each of a few customers owes, per currency and the largest first; without those that owe nothing."""
    found: dict[RecordId, tuple[Money, ...]] = {}
    for row in await conn.execute(_OPEN_BALANCES, {"customer_ids": customer_ids}):
        money = Money(currency=row.currency, minor=int(row.minor))
        found[row.customer_id] = (*found.get(row.customer_id, ()), money)
    return found


def bucket_ends(today: date) -> dict[str, date]:
    """What a statement with `aging_sums` is executed with."""
    return {_end(number): today - timedelta(days=days) for number, days in enumerate(_BUCKET_ENDS_DAYS)}


def aging_sums() -> tuple[ColumnElement[int], ...]:
    """The columns behind the currency from which `aging_of_row` makes an Aging, of rows of the table `invoices`."""
    c = invoices.c
    is_owed, is_credit = c.open_balance_minor > 0, c.open_balance_minor < 0
    sums = [func.sum(case((is_owed & _in_bucket(number), c.open_balance_minor), else_=0)) for number in range(5)]
    credit = func.sum(case((is_credit, -c.open_balance_minor), else_=0))
    return (*sums, credit, func.sum(case((is_owed, 1), else_=0)))


def aging_of_row(currency: str, *sums: int) -> Aging:
    """The Aging of a row of a currency and its `aging_sums`."""
    *minors, count = map(int, sums)
    current, to_30, to_60, to_90, over, credit = (Money(currency=currency, minor=minor) for minor in minors)
    return Aging(
        current=current,
        days_1_30=to_30,
        days_31_60=to_60,
        days_61_90=to_90,
        over_90=over,
        credit=credit,
        open_invoices=count,
    )


def _end(number: int) -> str:
    """The name under which the statement is given the oldest due date of a bucket."""
    return f"end_{number}"


def _in_bucket(number: int) -> ColumnElement[bool]:
    """Whether an invoice's due date falls in bucket 0 (current) to 4 (over 90 days)."""
    due = invoices.c.due_date
    ends = [bindparam(_end(number), type_=Date) for number in range(len(_BUCKET_ENDS_DAYS))]
    if number == 0:
        return due.is_(None) | (due >= ends[0])
    if number == len(ends):
        return due < ends[-1]
    return and_(due < ends[number - 1], due >= ends[number])


def _aging_query() -> Select[Any]:
    c = invoices.c
    return (
        select(c.currency, *aging_sums())
        .where(c.customer_id == bindparam("customer_id"), c.open_balance_minor != 0, *_counts())
        .group_by(c.currency)
    )


def _open_balances_query() -> Select[Any]:
    c, minor = invoices.c, func.sum(invoices.c.open_balance_minor).label("minor")
    return (
        select(c.customer_id, c.currency, minor)
        .where(c.customer_id.in_(bindparam("customer_ids", expanding=True)), c.open_balance_minor > 0, *_counts())
        .group_by(c.customer_id, c.currency)
        .order_by(minor.desc(), c.currency)
    )


def _counts() -> tuple[ColumnElement[bool], ...]:
    return invoices.c.status.in_(OWED), invoices.c.deleted_at.is_(None)


# Built once: building them takes longer than running them.
_AGING = _aging_query()
_OPEN_BALANCES = _open_balances_query()
