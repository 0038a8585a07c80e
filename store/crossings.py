"""Invoices by when they became past due: what the passing of a day makes news."""

from collections.abc import AsyncIterator
from datetime import date

from sqlalchemy import select

from store.db import ReadConnection
from store.invoices import OWED, Invoice, invoice_from_row, invoices

_PAGE = 500


async def due_between(conn: ReadConnection, first: date, last: date) -> AsyncIterator[tuple[Invoice, ...]]:
    """The invoices on which something is owed and that were due on these days, both included; in pages by id."""
    c = invoices.c
    owed = (c.open_balance_minor > 0, c.status.in_(OWED), c.deleted_at.is_(None))
    query = select(invoices).where(*owed, c.due_date >= first, c.due_date <= last).order_by(c.id).limit(_PAGE)
    after = ""
    while True:
        rows = (await conn.execute(query.where(c.id > after))).mappings().all()
        if not rows:
            return
        yield tuple(invoice_from_row(row) for row in rows)
        after = rows[-1]["id"]
