"""What the whole company is owed, by currency and age, and by whom: sums that the database makes.

Nothing is added across currencies. Of everybody it is read from one index, which holds the open invoices only.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, Subquery, case, func, literal, select, tuple_

from store.aging import Aging, aging_of_row, aging_sums, bucket_ends
from store.customers import customers
from store.db import ReadConnection
from store.invoices import invoices, unsettled
from store.money import Money
from store.portfolio import InvoiceFilter, conditions
from store.records import RecordId

_FETCHED = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDue:
    """What one customer owes past due in one currency."""

    customer_id: RecordId
    past_due_balance: Money
    invoices: int
    oldest_due_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerAging:
    """A customer's aging in one currency; without a name where the invoices came before their customer."""

    name: str | None
    number: str | None
    aging: Aging


async def portfolio_aging(conn: ReadConnection, wanted: InvoiceFilter, today: date) -> tuple[Aging, ...]:
    """One Aging per currency, the one with the most open invoices first."""
    query = _grouped(wanted, today, aging_sums())
    found = [aging_of_row(*row) for row in await conn.execute(query, bucket_ends(today))]
    return tuple(sorted(found, key=lambda aging: (-aging.open_invoices, aging.currency)))


async def largest_past_due(
    conn: ReadConnection, wanted: InvoiceFilter, today: date, *, limit: int
) -> tuple[PastDue, ...]:
    """Of each currency the customers who owe the most past due, the largest first."""
    sums = _past_due(wanted, today)
    rank = func.row_number().over(partition_by=sums.c.currency, order_by=(sums.c.minor.desc(), sums.c.customer_id))
    ranked = select(sums, rank.label("rank")).subquery()
    query = select(ranked).where(ranked.c.rank <= limit).order_by(ranked.c.currency, ranked.c.rank)
    return tuple(_past_due_of(row) for row in await conn.execute(query))


async def past_due_page(
    conn: ReadConnection, wanted: InvoiceFilter, today: date, currencies: Sequence[str], *, limit: int, skipped: int
) -> tuple[PastDue, ...]:
    """Who owes something past due: currency by currency in this order, in each the largest first."""
    if not currencies:
        return ()
    sums = _past_due(wanted, today)
    order = case({code: place for place, code in enumerate(currencies)}, value=sums.c.currency, else_=len(currencies))
    place = (order, sums.c.currency, sums.c.minor.desc(), sums.c.customer_id)
    query = select(sums).order_by(*place).limit(limit).offset(skipped)
    return tuple(_past_due_of(row) for row in await conn.execute(query))


async def count_past_due(conn: ReadConnection, wanted: InvoiceFilter, today: date) -> tuple[int, int]:
    """How many customers owe something past due, and how many rows they have: one for each currency."""
    sums = _past_due(wanted, today)
    query = select(func.count(sums.c.customer_id.distinct()), func.count())
    customers_, rows = (await conn.execute(query.select_from(sums))).one()
    return int(customers_), int(rows)


def _grouped(
    wanted: InvoiceFilter, today: date, sums: Sequence[ColumnElement[int]], *further: ColumnElement[Any]
) -> Select[Any]:
    """Sums by currency, in the order of the index, so that they need no sorting."""
    groups = (invoices.c.currency, *further)
    return select(*groups, *sums).where(*unsettled(), *conditions(wanted, today)).group_by(*groups)


async def aging_by_customer(conn: ReadConnection, wanted: InvoiceFilter, today: date) -> AsyncIterator[CustomerAging]:
    """Every customer's aging, one per currency, by name, in one snapshot; read in pages, so any number fits."""
    named = _named_aging(wanted, today)
    order = [named.c.name_or_none, named.c.id_or_none, named.c.currency]
    query = select(named).order_by(*order).limit(_FETCHED)
    page = query
    while True:
        rows = (await conn.execute(page, bucket_ends(today))).all()
        for row in rows:
            yield CustomerAging(name=row.name, number=row.number, aging=aging_of_row(*row[4:]))
        if len(rows) < _FETCHED:
            return
        last = (rows[-1].name_or_none, rows[-1].id_or_none, rows[-1].currency)
        page = query.where(tuple_(*order) > tuple_(*(literal(each, String) for each in last)))


def _named_aging(wanted: InvoiceFilter, today: date) -> Subquery:
    c = invoices.c
    sums = (
        select(c.customer_id, c.currency, *(each.label(f"sum_{place}") for place, each in enumerate(aging_sums())))
        .where(*unsettled(), *conditions(wanted, today))
        .group_by(c.customer_id, c.currency)
        .subquery()
    )
    customer_id, currency, *amounts = sums.c
    return (
        select(
            func.coalesce(customers.c.name, "").label("name_or_none"),
            func.coalesce(customer_id, "").label("id_or_none"),
            customers.c.name,
            customers.c.number,
            currency,
            *amounts,
        )
        .select_from(sums.outerjoin(customers, customers.c.id == customer_id))
        .subquery()
    )


def _past_due(wanted: InvoiceFilter, today: date) -> Subquery:
    c = invoices.c
    sums = (
        func.sum(c.open_balance_minor).label("minor"),
        func.count().label("invoices"),
        func.min(c.due_date).label("oldest"),
    )
    query = _grouped(wanted, today, sums, c.customer_id)
    return query.where(c.open_balance_minor > 0, c.due_date < today, c.customer_id.is_not(None)).subquery()


def _past_due_of(row: Row[Any]) -> PastDue:
    return PastDue(
        customer_id=row.customer_id,
        past_due_balance=Money(currency=row.currency, minor=int(row.minor)),
        invoices=int(row.invoices),
        oldest_due_date=row.oldest,
    )
