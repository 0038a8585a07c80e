"""Which customers owe more than their credit limit, and which of them are known to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, String, Table, delete, func, select

from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.invoices import OWED, invoices
from store.money import Money
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import chunks, conflict_insert

credit_limit_breaks = Table(
    "credit_limit_breaks",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("since", Instant, nullable=False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditBreak:
    """A customer whose open balance, in the currency of the limit, is above it."""

    customer_id: RecordId
    open_balance: Money
    limit: Money


async def note_breaks(
    conn: WriteConnection, customer_ids: Sequence[RecordId], *, at: datetime
) -> tuple[CreditBreak, ...]:
    """Compare these customers with their limits now; those that are above and were not when last compared."""
    found: list[CreditBreak] = []
    for chunk in chunks(sorted(set(customer_ids))):
        above = await _above(conn, _ABOVE.where(customers.c.id.in_(chunk)))
        known = await _known(conn, chunk)
        healed = known - {each.customer_id for each in above}
        await conn.execute(delete(credit_limit_breaks).where(credit_limit_breaks.c.customer_id.in_(healed)))
        found += [each for each in above if each.customer_id not in known]
    await _keep(conn, found, at=at)
    return tuple(found)


async def note_all_breaks(conn: WriteConnection, *, at: datetime) -> None:
    """Know of every customer that is above its limit already, so that none of them is news."""
    await _keep(conn, await _above(conn, _ABOVE), at=at)


async def breaks_since(conn: ReadConnection, instant: datetime) -> dict[RecordId, datetime]:
    """The customers that went above their limit from then on and still are, with when."""
    c = credit_limit_breaks.c
    rows = await conn.execute(select(c.customer_id, c.since).where(c.since >= instant))
    return {RecordId(row.customer_id): row.since for row in rows}


def _above_query() -> Select[Any]:
    c, i = customers.c, invoices.c
    balance = func.sum(i.open_balance_minor).label("balance")
    owed = (i.customer_id == c.id) & (i.currency == c.credit_limit_currency)
    owed &= (i.open_balance_minor > 0) & i.status.in_(OWED) & i.deleted_at.is_(None)
    return (
        select(c.id, c.credit_limit_currency, c.credit_limit_minor, balance)
        .join(invoices, owed)
        # A limit of nothing is how an ERP writes that there is none.
        .where(c.credit_limit_minor > 0, c.deleted_at.is_(None))
        .group_by(c.id, c.credit_limit_currency, c.credit_limit_minor)
        .having(balance > c.credit_limit_minor)
        .order_by(c.id)
    )


# Built once: building it takes longer than running it.
_ABOVE = _above_query()


async def _above(conn: ReadConnection, query: Select[Any]) -> list[CreditBreak]:
    return [
        CreditBreak(
            customer_id=RecordId(row[0]),
            open_balance=Money(currency=row[1], minor=int(row[3])),
            limit=Money(currency=row[1], minor=int(row[2])),
        )
        for row in await conn.execute(query)
    ]


async def _known(conn: ReadConnection, customer_ids: Sequence[RecordId]) -> set[RecordId]:
    c = credit_limit_breaks.c
    found = await conn.execute(select(c.customer_id).where(c.customer_id.in_(customer_ids)))
    return {RecordId(customer_id) for customer_id in found.scalars()}


async def _keep(conn: WriteConnection, found: Sequence[CreditBreak], *, at: datetime) -> None:
    rows = [{"customer_id": each.customer_id, "since": at} for each in found]
    if rows:
        statement = conflict_insert(conn, credit_limit_breaks)
        await conn.execute(statement.on_conflict_do_nothing(index_elements=["customer_id"]), rows)
