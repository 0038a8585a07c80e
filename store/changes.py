"""The change feed: what a sync changed, from what to what, in the order in which it was written.

Readers (the lookup index, notifications) keep a cursor each and ask for what came after it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Integer, RowMapping, String, Table, Text, func, select, text

from store.bulk import insert_columns, insert_rows
from store.db import ReadConnection, WriteConnection
from store.records import RecordId
from store.schema import Instant, metadata

Action = Literal["inserted", "changed", "tombstoned"]

change_feed = Table(
    "change_feed",
    metadata,
    # SQLite counts rows only in a column declared INTEGER; PostgreSQL should count in 64 bits.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False, index=True),
    Column("action", String, nullable=False),
    Column("fields_json", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One record's change. `fields` maps a field's name to (before, after); an insertion names none.

    `sequence` and `at` are where and when it stands in the feed.
    """

    kind: str
    record_id: RecordId
    action: Action
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    sequence: int = 0
    at: datetime | None = field(default=None, compare=False)


async def append_changes(conn: WriteConnection, changes: Iterable[Change], *, at: datetime) -> None:
    """Add changes to the feed, in the transaction that makes them."""
    rows = [
        {
            "at": at,
            "kind": change.kind,
            "record_id": change.record_id,
            "action": change.action,
            "fields_json": json.dumps(change.fields, default=str, ensure_ascii=False) if change.fields else "{}",
        }
        for change in changes
    ]
    await insert_rows(conn, change_feed, rows)


async def append_insertions(conn: WriteConnection, kind: str, ids: Sequence[RecordId], *, at: datetime) -> None:
    """Add to the feed that these records are new: a first load is millions of them."""
    if not ids:
        return
    same = {"at": at, "kind": kind, "action": "inserted", "fields_json": "{}"}
    columns = {name: [value] * len(ids) for name, value in same.items()}
    await insert_columns(conn, change_feed, columns | {"record_id": ids})


async def changes_after(conn: ReadConnection, sequence: int, *, limit: int) -> tuple[Change, ...]:
    """The next changes after a reader's cursor, oldest first."""
    query = select(change_feed).where(change_feed.c.sequence > sequence).order_by(change_feed.c.sequence).limit(limit)
    return tuple(change_of_row(row) for row in (await conn.execute(query)).mappings())


async def changes_since(conn: ReadConnection, instant: datetime, *, limit: int) -> tuple[Change, ...]:
    """The newest changes, down to those of that instant, oldest first: what is to be had without an index by time."""
    c = change_feed.c
    rows = (await conn.execute(select(change_feed).order_by(c.sequence.desc()).limit(limit))).mappings()
    return tuple(reversed([change_of_row(row) for row in rows if row["at"] >= instant]))


async def was_changed(conn: ReadConnection, kind: str, origin: str, *, after: datetime, before: int) -> bool:
    """Whether records of this kind and origin changed after that instant and before that sequence."""
    c = change_feed.c
    theirs = (c.kind == kind, c.record_id.startswith(f"{origin}:", autoescape=True))
    query = select(c.sequence).where(c.sequence < before, *theirs, c.at > after).limit(1)
    return (await conn.execute(query)).first() is not None


async def last_sequence(conn: ReadConnection) -> int:
    """The newest change's sequence; 0 when there is none."""
    return int((await conn.execute(select(func.coalesce(func.max(change_feed.c.sequence), 0)))).scalar_one())


async def settled_sequence(conn: WriteConnection) -> int:
    """The newest sequence below which no change can appear any more.

    PostgreSQL gives out the numbers before it commits, so this waits for those who are writing to the feed; it holds
    newcomers up until the caller's transaction ends, which should be at once.
    """
    if conn.dialect.name != "sqlite":
        await conn.execute(text("LOCK TABLE change_feed IN SHARE MODE"))
    return await last_sequence(conn)


def change_of_row(row: RowMapping) -> Change:
    """The change of a row of the feed."""
    return Change(
        kind=row["kind"],
        record_id=RecordId(row["record_id"]),
        action=row["action"],
        fields={name: tuple(pair) for name, pair in json.loads(row["fields_json"]).items()},
        sequence=row["sequence"],
        at=row["at"],
    )
