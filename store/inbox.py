"""The inbox: requests from Slack that change something, each known by what stays the same when Slack sends it again.

A request is claimed here before anything is done about it, so it has one effect however often it comes and whichever
program it comes to. Where it was acknowledged before that effect, its payload is kept until the effect is there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, String, Table, Text, delete, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftBehind:
    """A request that was acknowledged and never served to its end; `attempts` counts how often that was tried."""

    key: str
    payload: Mapping[str, Any]
    attempts: int


inbox = Table(
    "inbox",
    metadata,
    Column("key", String, primary_key=True),
    # The program that serves it: after a crash the same one, started again, goes on.
    Column("holder", String, nullable=False),
    Column("claimed_at", Instant, nullable=False, index=True),
    Column("done_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("payload_json", Text, nullable=False),
)


async def claim_request(
    conn: WriteConnection, key: str, *, holder: str, at: datetime, payload: Mapping[str, Any] | None = None
) -> bool:
    """Whether the request is new, and so the caller's to serve. `payload` is kept for `left_behind`, if given."""
    kept = "" if payload is None else json.dumps(payload)
    values = {"key": key, "holder": holder, "claimed_at": at, "attempts": 1, "payload_json": kept}
    statement = conflict_insert(conn, inbox).values(values).on_conflict_do_nothing(index_elements=["key"])
    return (await conn.execute(statement.returning(inbox.c.key))).first() is not None


async def finish_request(conn: WriteConnection, key: str, *, at: datetime) -> None:
    """The request was served: what people wrote in it is forgotten, that it was there is not."""
    await conn.execute(update(inbox).where(inbox.c.key == key).values(done_at=at, payload_json=""))


async def left_behind(conn: ReadConnection, holder: str, *, since: datetime) -> tuple[LeftBehind, ...]:
    """What this program acknowledged since then and did not finish before it ended, oldest first."""
    c = inbox.c
    wanted = (c.holder == holder, c.done_at.is_(None), c.payload_json != "", c.claimed_at >= since)
    query = select(c.key, c.payload_json, c.attempts).where(*wanted).order_by(c.claimed_at)
    rows = (await conn.execute(query)).all()
    return tuple(LeftBehind(key=row[0], payload=json.loads(row[1]), attempts=row[2]) for row in rows)


async def take_again(conn: WriteConnection, key: str) -> None:
    """Count another attempt before it is made, so that a request that ends the program is not tried for ever."""
    await conn.execute(update(inbox).where(inbox.c.key == key).values(attempts=inbox.c.attempts + 1))


async def forget_requests(conn: WriteConnection, *, before: datetime) -> int:
    """Remove what was claimed before this instant; how many that were."""
    return int((await conn.execute(delete(inbox).where(inbox.c.claimed_at < before))).rowcount)
