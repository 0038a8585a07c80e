"""The customers whom one sales rep looks after, those with the most past due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, bindparam, case, cast, func, select

from store.customers import Customer, customers, customers_by_id
from store.db import ReadConnection
from store.invoices import OWED, invoices
from store.money import Money, exponent, exponents
from store.records import RecordId


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCustomer:
    """A customer with what is open and what is past due of it, each per currency, the largest past due first."""

    customer: Customer
    open_balances: tuple[Money, ...]
    past_due_balances: tuple[Money, ...]


async def customers_past_due_of(
    conn: ReadConnection, sales_rep: str, today: date, *, limit: int
) -> tuple[OwnCustomer, ...]:
    """Those of the rep's customers who have something past due on this calendar date, the most first.

    The order takes a unit of every currency for the same: it is only an order, and no sum of it is shown.
    """
    ranked = (await conn.execute(_RANKED, {"sales_rep": sales_rep, "today": today, "limit": limit})).scalars()
    ids = tuple(RecordId(each) for each in ranked)
    known = await customers_by_id(conn, ids)
    sums = await _sums(conn, ids, today)
    return tuple(_own(known[each], sums.get(each, ())) for each in ids if each in known)


async def count_customers_past_due_of(conn: ReadConnection, sales_rep: str, today: date) -> int:
    """How many they are."""
    return int((await conn.execute(_COUNT, {"sales_rep": sales_rep, "today": today})).scalar_one())


async def count_customers_of(conn: ReadConnection, sales_rep: str) -> int:
    """How many customers the rep has, whatever they owe."""
    query = select(func.count()).select_from(customers)
    mine = query.where(customers.c.sales_rep == sales_rep, customers.c.deleted_at.is_(None))
    return int((await conn.execute(mine)).scalar_one())


async def _sums(
    conn: ReadConnection, ids: Sequence[RecordId], today: date
) -> dict[RecordId, tuple[tuple[Money, Money], ...]]:
    """What is open and what is past due, by customer and currency."""
    found: dict[RecordId, tuple[tuple[Money, Money], ...]] = {}
    for row in await conn.execute(_SUMS, {"customer_ids": ids, "today": today}):
        pair = (_money(row.currency, row.open), _money(row.currency, row.past_due))
        found[row.customer_id] = (*found.get(row.customer_id, ()), pair)
    return found


def _own(customer: Customer, sums: tuple[tuple[Money, Money], ...]) -> OwnCustomer:
    largest = sorted(sums, key=lambda pair: (-pair[1].decimal, -pair[0].decimal, pair[0].currency))
    return OwnCustomer(
        customer=customer,
        open_balances=tuple(whole for whole, _ in largest),
        past_due_balances=tuple(late for _, late in largest if late.minor > 0),
    )


def _money(currency: str, minor: Any) -> Money:
    return Money(currency=currency, minor=int(minor))


def _owed() -> tuple[ColumnElement[bool], ...]:
    c = invoices.c
    return c.open_balance_minor > 0, c.status.in_(OWED), c.deleted_at.is_(None)


def _past_due_of_rep(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(customers.join(invoices, invoices.c.customer_id == customers.c.id))
        .where(
            customers.c.sales_rep == bindparam("sales_rep"),
            customers.c.deleted_at.is_(None),
            invoices.c.due_date < bindparam("today"),
            *_owed(),
        )
    )


def _in_units() -> ColumnElement[Any]:
    """An invoice's open balance in whole units of its currency, as a float: good for an order, not for money."""
    c = invoices.c
    others = [(c.currency.in_(codes), float(10**each)) for each, codes in exponents()]
    return cast(c.open_balance_minor, Float) / case(*others, else_=float(10 ** exponent("USD")))


def _sums_query() -> Select[Any]:
    c = invoices.c
    late = case((c.due_date < bindparam("today"), c.open_balance_minor), else_=0)
    return (
        select(
            c.customer_id,
            c.currency,
            func.sum(c.open_balance_minor).label("open"),
            func.sum(late).label("past_due"),
        )
        .where(c.customer_id.in_(bindparam("customer_ids", expanding=True)), *_owed())
        .group_by(c.customer_id, c.currency)
    )


# Built once: building a statement takes longer than running it.
_RANKED = (
    _past_due_of_rep(customers.c.id)
    .group_by(customers.c.id)
    .order_by(func.sum(_in_units()).desc(), customers.c.id)
    .limit(bindparam("limit"))
)
_COUNT = _past_due_of_rep(func.count(customers.c.id.distinct()))
_SUMS = _sums_query()
