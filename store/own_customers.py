"""The customers whom one person looks after: those with the most past due first, each currency by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from store.customers import Customer, customers, customers_by_id
from store.db import ReadConnection
from store.invoices import OWED, invoices
from store.money import Money
from store.portfolio import customers_of_owner
from store.records import RecordId


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCustomer:
    """A customer with what is open and what is past due of it, each per currency, those past due first."""

    customer: Customer
    open_balances: tuple[Money, ...]
    past_due_balances: tuple[Money, ...]


async def customers_past_due_of(
    conn: ReadConnection, sales_rep: str, today: date, *, limit: int
) -> tuple[OwnCustomer, ...]:
    """Those of the rep's customers who have something past due on this calendar date, the most first.

    Currencies are not compared: first comes the largest debtor of each, then the second of each and so on, beginning
    with the currency of the most invoices. A customer stands where the best of its currencies puts it.
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
    mine = query.where(customers_of_owner(sales_rep), customers.c.deleted_at.is_(None))
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
    ordered = sorted(sums, key=lambda pair: (pair[1].minor <= 0, pair[0].currency))
    return OwnCustomer(
        customer=customer,
        open_balances=tuple(whole for whole, _ in ordered),
        past_due_balances=tuple(late for _, late in ordered if late.minor > 0),
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
            customers_of_owner(bindparam("sales_rep")),
            customers.c.deleted_at.is_(None),
            invoices.c.due_date < bindparam("today"),
            *_owed(),
        )
    )


def _ranked_query() -> Select[Any]:
    """The customers by their place among the debtors of a currency, then by how common that currency is."""
    c = invoices.c
    columns = (customers.c.id, c.currency, func.sum(c.open_balance_minor).label("minor"), func.count().label("number"))
    owed = _past_due_of_rep(*columns).group_by(customers.c.id, c.currency).subquery()
    place = func.row_number().over(partition_by=owed.c.currency, order_by=(owed.c.minor.desc(), owed.c.id))
    in_all = func.sum(owed.c.number).over(partition_by=owed.c.currency)
    placed = select(owed.c.id, owed.c.currency, place.label("place"), in_all.label("in_all")).subquery()
    order = (placed.c.place, placed.c.in_all.desc(), placed.c.currency)
    turn = func.row_number().over(order_by=order).label("turn")
    turns = select(placed.c.id, turn).subquery()
    return select(turns.c.id).group_by(turns.c.id).order_by(func.min(turns.c.turn)).limit(bindparam("limit"))


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
_RANKED = _ranked_query()
_COUNT = _past_due_of_rep(func.count(customers.c.id.distinct()))
_SUMS = _sums_query()
