"""Journal entries, as far as they post to a customer's receivables: they move what is owed without any bill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, RowMapping, String, Table, Text, select, text

from store.db import ReadConnection
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalLine:
    """One posting to the receivables of a customer: above zero more is owed, below zero less.

    `open_amount`, of the same sign, is what of it was neither paid nor applied to anything yet.
    """

    line_number: int
    customer_id: RecordId
    amount: Money
    open_amount: Money
    memo: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEntry(Pulled):
    """An entry with its lines on receivables alone, all in its currency (ISO code). A voided one counts for nothing."""

    number: str
    currency: str
    entry_date: date | None = None
    is_voided: bool = False
    url: str | None = None
    lines: tuple[JournalLine, ...] = ()


journal_entries = Table(
    "journal_entries",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("entry_date", Date),
    Column("is_voided", Boolean, nullable=False),
    Column("url", Text),
)

_IS_OPEN = "open_minor <> 0"

journal_lines = Table(
    "journal_lines",
    metadata,
    Column("entry_id", String, primary_key=True),
    Column("line_number", Integer, primary_key=True),
    Column("customer_id", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("open_minor", BigInteger, nullable=False),
    Column("memo", Text),
    # All that sums of what is open look at.
    Index(
        "ix_journal_lines_open",
        "customer_id",
        "currency",
        "open_minor",
        sqlite_where=text(_IS_OPEN),
        postgresql_where=text(_IS_OPEN),
    ),
)

_PLAIN = plain_names(JournalEntry, "lines")


def journal_entry_row(entry: JournalEntry) -> dict[str, Any]:
    """The table row of an entry without its lines; the fingerprint is the upsert's to add."""
    return plain_values(entry, _PLAIN)


def journal_line_rows(entry: JournalEntry) -> tuple[dict[str, Any], ...]:
    """The rows of an entry's lines."""
    return tuple(
        {
            "entry_id": entry.id,
            "line_number": line.line_number,
            "customer_id": line.customer_id,
            "currency": line.amount.currency,
            "amount_minor": line.amount.minor,
            "open_minor": line.open_amount.minor,
            "memo": line.memo,
        }
        for line in entry.lines
    )


def journal_entry_from_row(row: RowMapping, lines: Sequence[JournalLine] = ()) -> JournalEntry:
    """The record of a table row, with the lines that the caller read."""
    return JournalEntry(lines=tuple(lines), **{name: row[name] for name in _PLAIN})


async def journal_lines_of(conn: ReadConnection, entry_id: RecordId) -> tuple[JournalLine, ...]:
    """An entry's lines on receivables, in its own order."""
    c = journal_lines.c
    rows = (await conn.execute(select(journal_lines).where(c.entry_id == entry_id).order_by(c.line_number))).mappings()
    return tuple(
        JournalLine(
            line_number=row["line_number"],
            customer_id=RecordId(row["customer_id"]),
            amount=Money(currency=row["currency"], minor=row["amount_minor"]),
            open_amount=Money(currency=row["currency"], minor=row["open_minor"]),
            memo=row["memo"],
        )
        for row in rows
    )
