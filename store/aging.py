"""What a customer owes, by currency and aging bucket, computed from its open invoices."""

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
    """Open balance of one currency, split by days past due as of the day that was asked for."""

    current: Money
    days_1_30: Money
    days_31_60: Money
    days_61_90: Money
    over_90: Money
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
    """One Aging per currency in which the customer owes something, the largest open balance first.

    `today` is the company's calendar date. An invoice is current through its due date; without one it stays current.
    """
    ends = {_end(number): today - timedelta(days=days) for number, days in enumerate(_BUCKET_ENDS_DAYS)}
    rows = (await conn.execute(_AGING, {"customer_id": customer_id, **ends})).all()
    found = tuple(_aging(row[0], [int(value) for value in row[1:6]], int(row[6])) for row in rows)
    return tuple(sorted(found, key=lambda aging: -aging.open_balance.minor))


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
    sums = [func.sum(case((_in_bucket(number), c.open_balance_minor), else_=0)) for number in range(5)]
    return (
        select(c.currency, *sums, func.count())
        .where(
            c.customer_id == bindparam("customer_id"),
            c.open_balance_minor != 0,
            c.status.in_(OWED),
            c.deleted_at.is_(None),
        )
        .group_by(c.currency)
    )


# Built once: building it takes longer than running it.
_AGING = _aging_query()


def _aging(currency: str, minors: list[int], count: int) -> Aging:
    current, to_30, to_60, to_90, over = (Money(currency=currency, minor=minor) for minor in minors)
    return Aging(
        current=current,
        days_1_30=to_30,
        days_31_60=to_60,
        days_61_90=to_90,
        over_90=over,
        open_invoices=count,
    )
