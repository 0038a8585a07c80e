"""The audit trail: who did or saw what, chained by hashes so that an edit, a gap or a swap shows.

Each event's hash covers its content and the hash before it. Cutting off the newest events does not break the chain;
that is found by comparing the last hash with one noted elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, RowMapping, String, Table, Text, insert, select, text

from store.db import ReadConnection, WriteConnection
from store.records import aware_utc
from store.schema import Instant, metadata

# Events checked at a time, so that memory does not grow with the trail.
_BATCH = 1000
_GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEvent:
    """One thing done or seen. `actor` is «user:<id>», «slack:<id>» for someone unlinked, or «system»."""

    at: datetime
    actor: str
    action: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


audit_events = Table(
    "audit_events",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail_json", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_events_actor_sequence", "actor", "sequence"),
    sqlite_autoincrement=True,
)


async def append_audit(conn: WriteConnection, events: Sequence[AuditEvent]) -> None:
    """Chain events to the trail. The end of the trail is the caller's until its transaction ends: no chain forks."""
    if conn.dialect.name == "postgresql":
        # Appenders take turns, readers go on; SQLite has one writer anyway.
        await conn.execute(text("LOCK TABLE audit_events IN EXCLUSIVE MODE"))
    newest = select(audit_events.c.hash).order_by(audit_events.c.sequence.desc()).limit(1)
    previous = (await conn.execute(newest)).scalar_one_or_none() or _GENESIS
    rows: list[dict[str, Any]] = []
    for event in events:
        row = _row(event, previous)
        rows.append(row)
        previous = row["hash"]
    if rows:
        await conn.execute(insert(audit_events), rows)


async def first_broken_audit(conn: ReadConnection) -> int | None:
    """The sequence of the first event that does not fit the chain; None when the whole trail holds."""
    previous, sequence = _GENESIS, 0
    while batch := await _events_after(conn, sequence):
        for row in batch:
            if row["previous_hash"] != previous or row["hash"] != _hash(_content(row), previous):
                return int(row["sequence"])
            previous, sequence = row["hash"], row["sequence"]
    return None


async def recent_subjects(conn: ReadConnection, actor: str, action: str, *, among: int) -> tuple[str, ...]:
    """What this actor did this to, each once and the newest first, `among` as many of their newest events."""
    c = audit_events.c
    newest = select(c.action, c.subject).where(c.actor == actor).order_by(c.sequence.desc()).limit(among)
    found = [row.subject for row in await conn.execute(newest) if row.action == action]
    return tuple(dict.fromkeys(found))


async def _events_after(conn: ReadConnection, sequence: int) -> Sequence[RowMapping]:
    c = audit_events.c
    query = select(audit_events).where(c.sequence > sequence).order_by(c.sequence).limit(_BATCH)
    return (await conn.execute(query)).mappings().all()


def _row(event: AuditEvent, previous: str) -> dict[str, Any]:
    row = {
        "at": aware_utc(event.at),
        "actor": _storable(event.actor),
        "action": event.action,
        "subject": _storable(event.subject),
        # As ASCII: it may hold what people pasted, and half a surrogate pair is no text to a database.
        "detail_json": json.dumps(event.detail, sort_keys=True, default=str),
    }
    return row | {"previous_hash": previous, "hash": _hash(_content(row), previous)}


def _storable(pasted: str) -> str:
    return pasted.encode("utf-8", "replace").decode().replace("\x00", "?")


def _content(row: Mapping[str, Any] | RowMapping) -> list[str]:
    return [row["at"].isoformat(), row["actor"], row["action"], row["subject"], row["detail_json"]]


def _hash(content: list[str], previous: str) -> str:
    return hashlib.sha256(json.dumps([previous, *content], ensure_ascii=False).encode()).hexdigest()
