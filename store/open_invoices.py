"""Open invoices one by one: in pages for people, the longest due first, and all of them for a file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, Tuple, func, literal, select, tuple_

from store.customers import Customer, customers_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoices, invoices_by_id, unsettled
from store.portfolio import InvoiceFilter, conditions
from store.records import RecordId

_FETCHED = 5000
# Where an invoice without a due date stands: behind all others.
_NO_DUE_DATE = date.max


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a page begins or ends: an invoice's place in the list, which stays good when the list changes."""

    due_date: date
    invoice_id: RecordId


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some of the list, in order; `has_more` in the direction that was read."""

    invoices: tuple[Invoice, ...]
    has_more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedInvoice:
    """An invoice with its customer, where that is known."""

    invoice: Invoice
    customer: Customer | None


def position_of(invoice: Invoice) -> Position:
    """Where this invoice stands."""
    return Position(due_date=invoice.due_date or _NO_DUE_DATE, invoice_id=invoice.id)


async def open_invoice_page(
    conn: ReadConnection,
    wanted: InvoiceFilter,
    today: date,
    *,
    limit: int,
    after: Position | None = None,
    before: Position | None = None,
) -> Page:
    """The invoices behind `after`, or those just ahead of `before`, or the first ones; without their lines."""
    query = _listed(select(invoices.c.id), wanted, today)
    if before is not None:
        query = query.where(_is_ahead(before)).order_by(*(each.desc() for each in _place()))
    else:
        behind = [_is_behind(after)] if after is not None else []
        query = query.where(*behind).order_by(*_place())
    ids = list((await conn.execute(query.limit(limit + 1))).scalars())
    shown = ids[:limit] if before is None else ids[:limit][::-1]
    found = await invoices_by_id(conn, shown) if shown else {}
    return Page(invoices=tuple(found[each] for each in shown), has_more=len(ids) > limit)


async def count_open(conn: ReadConnection, wanted: InvoiceFilter, today: date) -> int:
    """How many there are in all."""
    return int((await conn.execute(_listed(select(func.count(invoices.c.id)), wanted, today))).scalar_one())


async def all_open_invoices(conn: ReadConnection, wanted: InvoiceFilter, today: date) -> AsyncIterator[ListedInvoice]:
    """All of them in the same order, in one snapshot; read in pages, so that any number fits into memory."""
    after: Position | None = None
    while True:
        page = await open_invoice_page(conn, wanted, today, limit=_FETCHED, after=after)
        ids = {invoice.customer_id for invoice in page.invoices if invoice.customer_id}
        known = await customers_by_id(conn, tuple(ids)) if ids else {}
        for invoice in page.invoices:
            yield ListedInvoice(invoice=invoice, customer=known.get(invoice.customer_id or RecordId("")))
        if not page.has_more:
            return
        after = position_of(page.invoices[-1])


def _listed(query: Select[Any], wanted: InvoiceFilter, today: date) -> Select[Any]:
    return query.where(*unsettled(), invoices.c.open_balance_minor > 0, *conditions(wanted, today))


def _place() -> tuple[ColumnElement[date], ColumnElement[str]]:
    return func.coalesce(invoices.c.due_date, literal(_NO_DUE_DATE, Date)), invoices.c.id


def _is_behind(place: Position) -> ColumnElement[bool]:
    return tuple_(*_place()) > _values(place)


def _is_ahead(place: Position) -> ColumnElement[bool]:
    return tuple_(*_place()) < _values(place)


def _values(place: Position) -> Tuple:
    return tuple_(literal(place.due_date, Date), literal(place.invoice_id, String))
