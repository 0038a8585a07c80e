"""Invoices by when they became past due: what the passing of a day makes news."""

from collections.abc import AsyncIterator
from datetime import date, datetime

from sqlalchemy import select

from store.db import ReadConnection
from store.disputes import disputes
from store.invoices import OWED, Invoice, invoice_from_row, invoices
from store.records import RecordId

PAGE = 500


async def due_between(conn: ReadConnection, first: date, last: date) -> AsyncIterator[tuple[Invoice, ...]]:
    """The invoices on which something is owed and that were due on these days, both included; in pages by id."""
    page = await due_page(conn, first, last, after=RecordId(""))
    while page:
        yield page
        page = await due_page(conn, first, last, after=page[-1].id)


async def due_page(
    conn: ReadConnection, first: date, last: date, *, after: RecordId, settled_since: datetime | None = None
) -> tuple[Invoice, ...]:
    """The next page of `due_between`; of invoices with a dispute that was resolved since then, when that is given."""
    c = invoices.c
    owed = (c.open_balance_minor > 0, c.status.in_(OWED), c.deleted_at.is_(None))
    query = select(invoices).where(*owed, c.due_date >= first, c.due_date <= last, c.id > after)
    if settled_since is not None:
        settled = select(disputes.c.invoice_id).where(disputes.c.resolved_at >= settled_since)
        query = query.where(c.id.in_(settled))
    rows = (await conn.execute(query.order_by(c.id).limit(PAGE))).mappings()
    return tuple(invoice_from_row(row) for row in rows)
