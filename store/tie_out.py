"""Tie-outs: how what the store makes of open items compares with the balances that the source itself tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, RowMapping, String, Table, delete, func, insert, select

from store.db import ReadConnection, WriteConnection
from store.money import Money
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import conflict_insert


class Cause(StrEnum):
    """What a difference may come from; several may hold."""

    INCOMPLETE = "incomplete"  # invoices, payments or credit memos have never been read to the end
    BEHIND = "behind"  # they were last read well before the balances
    QUARANTINED = "quarantined"  # one of the customer's records cannot be read
    UNPLACED = "unplaced"  # records cannot be read, and nobody knows whose they are
    CHANGED_SINCE = "changed_since"  # something of the customer's changed after the balances were read
    OTHER_CURRENCY = "other_currency"  # the customer has open items in a currency without a balance
    DEPOSITS_UNREAD = "deposits_unread"  # deposit applications are wanted and have never been read
    REFUNDS_UNREAD = "refunds_unread"  # likewise refunds
    JOURNALS_UNREAD = "journals_unread"  # likewise journal entries
    OTHER_TRANSACTIONS = "other_transactions"  # kinds that are not pulled, such as statement charges


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One customer in one currency. `balance` is the source's; the others make up ours.

    It is `open` less `credits` less `payments`, moved by `adjustments`: refunds and journal entries.

    `since` is when a tie-out first found one for this customer and currency.
    """

    customer_id: RecordId
    balance: Money
    open: Money
    credits: Money
    payments: Money
    adjustments: Money
    causes: tuple[Cause, ...] = ()
    since: datetime | None = None

    @property
    def ours(self) -> Money:
        """What the store makes of the open items."""
        minor = self.open.minor - self.credits.minor - self.payments.minor + self.adjustments.minor
        return Money(currency=self.balance.currency, minor=minor)

    @property
    def amount(self) -> Money:
        """How much more the source says is owed."""
        return Money(currency=self.balance.currency, minor=self.balance.minor - self.ours.minor)


@dataclass(frozen=True, kw_only=True, slots=True)
class TieOut:
    """One comparison: of `compared` balances, `differing` differ, `appeared` of them for the first time.

    What is open in a currency without a balance, and differs for that, counts in all of them as a balance of zero.
    `balances_read_at` is when the source told the balances; None when that was not noted.
    """

    source: str
    at: datetime
    compared: int
    differing: int
    appeared: int = 0
    balances_read_at: datetime | None = None


tie_outs = Table(
    "tie_outs",
    metadata,
    Column("source", String, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("compared", Integer, nullable=False),
    Column("differing", Integer, nullable=False),
    Column("appeared", Integer, nullable=False),
    Column("balances_read_at", Instant),
)

# Those of the newest tie-out alone.
tie_out_differences = Table(
    "tie_out_differences",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("customer_id", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("open_minor", BigInteger, nullable=False),
    Column("credits_minor", BigInteger, nullable=False),
    Column("payments_minor", BigInteger, nullable=False),
    Column("adjustments_minor", BigInteger, nullable=False),
    Column("causes", String, nullable=False),
    Column("since", Instant, nullable=False),
)

_AMOUNTS = ("balance", "open", "credits", "payments", "adjustments")


async def save_tie_out(conn: WriteConnection, found: TieOut, differences: Sequence[Difference]) -> None:
    """Keep a tie-out, with its differences in place of the last one's."""
    values = {name: getattr(found, name) for name in TieOut.__dataclass_fields__}
    kept = conflict_insert(conn, tie_outs).values(values)
    await conn.execute(kept.on_conflict_do_update(index_elements=["source", "at"], set_=values))
    await conn.execute(delete(tie_out_differences).where(tie_out_differences.c.source == found.source))
    rows = [_row(found, place, one) for place, one in enumerate(differences)]
    if rows:
        await conn.execute(insert(tie_out_differences), rows)


async def latest_tie_out(conn: ReadConnection, source: str) -> TieOut | None:
    """The newest one of a source; None when its balances were never compared."""
    c = tie_outs.c
    row = (await conn.execute(select(tie_outs).where(c.source == source).order_by(c.at.desc()).limit(1))).mappings()
    found = row.first()
    return TieOut(**found) if found else None


async def known_differences(conn: ReadConnection, source: str, *, limit: int) -> tuple[Difference, ...]:
    """The differences of the newest tie-out, the largest of each currency first."""
    c = tie_out_differences.c
    query = select(tie_out_differences).where(c.source == source).order_by(c.place).limit(limit)
    return tuple(_difference(row) for row in (await conn.execute(query)).mappings())


async def differences_of(conn: ReadConnection, customer_id: RecordId) -> tuple[Difference, ...]:
    """One customer's in the newest tie-out of its source, by currency; () when its balances agree."""
    c = tie_out_differences.c
    query = select(tie_out_differences).where(c.customer_id == customer_id).order_by(c.currency)
    return tuple(_difference(row) for row in (await conn.execute(query)).mappings())


async def count_appeared(conn: ReadConnection, source: str, *, since: datetime | None) -> int:
    """How many of the kept differences appeared after an instant; all of them without one."""
    c = tie_out_differences.c
    later = [] if since is None else [c.since > since]
    query = select(func.count()).select_from(tie_out_differences).where(c.source == source, *later)
    return int((await conn.execute(query)).scalar_one())


async def difference_since(conn: ReadConnection, source: str) -> dict[tuple[RecordId, str], datetime]:
    """Since when each customer's balance in a currency differs, of those that are kept."""
    c = tie_out_differences.c
    rows = await conn.execute(select(c.customer_id, c.currency, c.since).where(c.source == source))
    return {(RecordId(row.customer_id), row.currency): row.since for row in rows}


def _row(found: TieOut, place: int, one: Difference) -> dict[str, Any]:
    amounts = {f"{name}_minor": getattr(one, name).minor for name in _AMOUNTS}
    return amounts | {
        "source": found.source,
        "place": place,
        "customer_id": one.customer_id,
        "currency": one.balance.currency,
        "causes": " ".join(one.causes),
        "since": one.since or found.at,
    }


def _difference(row: RowMapping) -> Difference:
    amounts = {name: Money(currency=row["currency"], minor=row[f"{name}_minor"]) for name in _AMOUNTS}
    return Difference(
        customer_id=RecordId(row["customer_id"]),
        causes=tuple(Cause(each) for each in row["causes"].split()),
        since=row["since"],
        **amounts,
    )
