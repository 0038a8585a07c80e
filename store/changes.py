"""The change feed: what a sync changed, from what to what, in the order in which it was written.

Readers (the lookup index, notifications) keep a cursor each and ask for what came after it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, func, insert, select

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
    """One record's change. `fields` maps a field's name to (before, after); an insertion names none."""

    kind: str
    record_id: RecordId
    action: Action
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    sequence: int = 0


async def append_changes(conn: WriteConnection, changes: Iterable[Change], *, at: datetime) -> None:
    """Add changes to the feed, in the transaction that makes them."""
    rows = [
        {
            "at": at,
            "kind": change.kind,
            "record_id": change.record_id,
            "action": change.action,
            "fields_json": json.dumps(change.fields, default=str, ensure_ascii=False),
        }
        for change in changes
    ]
    if rows:
        await conn.execute(insert(change_feed), rows)


async def changes_after(conn: ReadConnection, sequence: int, *, limit: int) -> tuple[Change, ...]:
    """The next changes after a reader's cursor, oldest first."""
    query = select(change_feed).where(change_feed.c.sequence > sequence).order_by(change_feed.c.sequence).limit(limit)
    return tuple(
        Change(
            kind=row["kind"],
            record_id=RecordId(row["record_id"]),
            action=row["action"],
            fields={name: tuple(pair) for name, pair in json.loads(row["fields_json"]).items()},
            sequence=row["sequence"],
        )
        for row in (await conn.execute(query)).mappings()
    )


async def last_sequence(conn: ReadConnection) -> int:
    """The newest change's sequence; 0 when there is none."""
    return int((await conn.execute(select(func.coalesce(func.max(change_feed.c.sequence), 0)))).scalar_one())
