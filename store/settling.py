"""Open invoices that a source's list of open ones has no more: settled, though nobody says by what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from store.changes import Change, append_changes
from store.db import WriteConnection
from store.invoices import InvoiceStatus, invoices
from store.records import RecordId
from store.upsert import chunks


async def settle_invoices(conn: WriteConnection, ids: Sequence[RecordId], *, at: datetime) -> int:
    """Close these invoices; say how many. One that a pull brings again is as the pull brings it."""
    closed: list[Change] = []
    c = invoices.c
    for chunk in chunks(ids):
        rows = await conn.execute(select(c.id, c.status, c.open_balance_minor).where(c.id.in_(chunk)))
        closed += [_closing(row.id, row.status, row.open_balance_minor) for row in rows]
        paid = {"status": InvoiceStatus.PAID.value, "open_balance_minor": 0, "seen_at": at, "fingerprint": ""}
        await conn.execute(update(invoices).where(c.id.in_(chunk)).values(paid))
    await append_changes(conn, closed, at=at)
    return len(closed)


def _closing(invoice_id: RecordId, status: str, open_minor: int) -> Change:
    fields = {"status": (status, InvoiceStatus.PAID.value), "open_balance_minor": (open_minor, 0)}
    return Change(kind="invoice", record_id=invoice_id, action="changed", fields=fields)
