"""Cursors: how far a stream of a source has been read. Saved in the transaction that saves what was read."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, RowMapping, String, Table, Text, bindparam, select, update

from store.db import ReadConnection, WriteConnection
from store.errors import StaleWriterError
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Where a stream stands.

    `value` is the connector's own text, opaque here. `covered_until` is the instant up to which the source has
    been read in full: what cards call «as of»; a first load has that once all open items are in. `completed_at` is
    when it was last read to its very end, history included. `run_id` and `version` are the fence that refuses a late
    writer.
    """

    source: str
    stream: str
    value: str
    covered_until: datetime | None
    run_id: str
    version: int
    completed_at: datetime | None = None


cursors = Table(
    "cursors",
    metadata,
    Column("source", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("value", Text, nullable=False),
    Column("covered_until", Instant),
    Column("run_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("completed_at", Instant),
)


_ONE = select(cursors).where(cursors.c.source == bindparam("source"), cursors.c.stream == bindparam("stream"))


async def read_cursor(conn: ReadConnection, source: str, stream: str) -> Cursor | None:
    """The cursor of one stream; None before its first run."""
    row = (await conn.execute(_ONE, {"source": source, "stream": stream})).mappings().first()
    return _cursor(row) if row else None


async def read_as_of(conn: ReadConnection, source: str, stream: str) -> datetime | None:
    """Up to when a stream has been read in full; None while its first load lacks open items."""
    known = await read_cursor(conn, source, stream)
    return known.covered_until if known else None


async def is_complete(conn: ReadConnection, source: str, stream: str) -> bool:
    """Whether a stream was ever read to its end: until then records of its history may be missing."""
    known = await read_cursor(conn, source, stream)
    return known is not None and known.completed_at is not None


async def list_cursors(conn: ReadConnection) -> tuple[Cursor, ...]:
    """Every cursor, by source and stream."""
    query = select(cursors).order_by(cursors.c.source, cursors.c.stream)
    return tuple(_cursor(row) for row in (await conn.execute(query)).mappings())


async def claim_cursor(conn: WriteConnection, source: str, stream: str, run_id: str) -> Cursor:
    """Make this run the stream's only writer from here on; a run that held it before can write no more.

    Raises StaleWriterError when another run claims it in this very moment.
    """
    known = await read_cursor(conn, source, stream)
    if known is not None:
        return await _replace(conn, known, run_id=run_id)
    fresh = Cursor(source=source, stream=stream, value="", covered_until=None, run_id=run_id, version=1)
    values = {name: getattr(fresh, name) for name in Cursor.__dataclass_fields__}
    statement = conflict_insert(conn, cursors).values(values)
    made = await conn.execute(statement.on_conflict_do_nothing(index_elements=["source", "stream"]))
    if made.rowcount != 1:
        raise StaleWriterError
    return fresh


async def advance_cursor(
    conn: WriteConnection, cursor: Cursor, *, value: str, covered_until: datetime | None
) -> Cursor:
    """Move the cursor, if it is still the one that the caller read. Raises StaleWriterError otherwise.

    `covered_until` never goes back: what a stream that is read anew still lacks is in the store already.
    """
    known = [instant for instant in (cursor.covered_until, covered_until) if instant is not None]
    return await _replace(conn, cursor, value=value, covered_until=max(known, default=None))


async def forget_cursor(conn: WriteConnection, cursor: Cursor) -> Cursor:
    """Start the stream over: the next run reads everything again. Raises StaleWriterError like advance_cursor."""
    return await _replace(conn, cursor, value="")


async def complete_cursor(conn: WriteConnection, cursor: Cursor, *, at: datetime) -> Cursor:
    """The stream has been read to its end. Raises StaleWriterError like advance_cursor."""
    return await _replace(conn, cursor, completed_at=at)


async def _replace(conn: WriteConnection, cursor: Cursor, **changes: Any) -> Cursor:
    c = cursors.c
    moved = replace(cursor, version=cursor.version + 1, **changes)
    same = (
        c.source == cursor.source,
        c.stream == cursor.stream,
        c.run_id == cursor.run_id,
        c.version == cursor.version,
    )
    updated = await conn.execute(update(cursors).where(*same).values(asdict(moved)))
    if updated.rowcount != 1:
        raise StaleWriterError
    return moved


def _cursor(row: RowMapping) -> Cursor:
    return Cursor(**{name: row[name] for name in Cursor.__dataclass_fields__})
