"""Adjustments: what refunds and journal entries leave open moves what a customer owes, as bills and credits do."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, func, literal_column, select, union_all

from store.db import ReadConnection
from store.journal_entries import journal_entries, journal_lines
from store.money import Money
from store.records import RecordId
from store.refunds import refunds


async def adjustments_of(conn: ReadConnection, customer_id: RecordId) -> tuple[Money, ...]:
    """A customer's, one amount for each currency in which they are not zero: above zero where more is owed."""
    rows = await conn.execute(_summed(customer_id))
    return tuple(Money(currency=row.currency, minor=int(row.minor)) for row in rows if row.minor)


def open_adjustments(customer_id: RecordId | None = None) -> CompoundSelect[Any]:
    """Rows of customer_id, currency and minor, several for one customer; of one customer, or of all."""
    r, line, entry = refunds.c, journal_lines.c, journal_entries.c
    # The zeros stand in the statement itself, or the database would not take the indexes of these rows.
    paid_back = select(r.customer_id, r.currency, r.unapplied_minor.label("minor")).where(
        r.unapplied_minor != literal_column("0"), r.deleted_at.is_(None), r.is_voided.is_(False)
    )
    posted = (
        select(line.customer_id, line.currency, line.open_minor.label("minor"))
        .join(journal_entries, entry.id == line.entry_id)
        .where(line.open_minor != literal_column("0"), entry.deleted_at.is_(None), entry.is_voided.is_(False))
    )
    if customer_id is None:
        return union_all(paid_back, posted)
    return union_all(paid_back.where(r.customer_id == customer_id), posted.where(line.customer_id == customer_id))


def _summed(customer_id: RecordId) -> Select[Any]:
    rows = open_adjustments(customer_id).subquery()
    sums = select(rows.c.currency, func.sum(rows.c.minor).label("minor"))
    return sums.group_by(rows.c.currency).order_by(rows.c.currency)
