"""Reversals: what had been applied to an invoice and was taken back, as the change feed has it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.changes import Change, change_feed, change_of_row
from store.db import ReadConnection
from store.invoices import Invoice, InvoiceStatus
from store.money import Money

# An invoice changes a few times in its life; of one that changes more often the newest are enough.
_LOOKED_AT = 50
_NOT_OWED = (InvoiceStatus.PENDING, InvoiceStatus.VOIDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reversal:
    """By how much an invoice's open balance rose again while its total stayed, and when we saw that."""

    amount: Money
    seen_at: datetime


async def newest_reversal(conn: ReadConnection, invoice: Invoice) -> Reversal | None:
    """The last one; None when nothing was taken back."""
    c = change_feed.c
    query = select(change_feed).where(c.record_id == invoice.id, c.action == "changed")
    rows = (await conn.execute(query.order_by(c.sequence.desc()).limit(_LOOKED_AT))).mappings()
    for change in map(change_of_row, rows):
        before, after = change.fields.get("open_balance_minor", (0, 0))
        if after > before and change.at is not None and not _is_edit(change):
            amount = Money(currency=invoice.open_balance.currency, minor=after - before)
            return Reversal(amount=amount, seen_at=change.at)
    return None


def _is_edit(change: Change) -> bool:
    """Whether the invoice itself became another: of another total, or no longer one that is not owed at all."""
    status_before = change.fields.get("status", ("", ""))[0]
    return bool({"total_minor", "currency"} & set(change.fields)) or status_before in _NOT_OWED
