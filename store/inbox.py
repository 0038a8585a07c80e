"""The inbox: requests from Slack that change something, each known by what stays the same when Slack sends it again.

A request is claimed here before anything is done about it, so it has one effect however often it comes and whichever
program it comes to. Where it was acknowledged before that effect, its payload is kept until the effect is there.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, String, Table, Text, delete, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftBehind:
    """A request that was acknowledged and never served to its end; `attempts` counts the tries, whoever made them."""

    key: str
    payload: Mapping[str, Any]
    attempts: int
    holder: str


inbox = Table(
    "inbox",
    metadata,
    Column("key", String, primary_key=True),
    # The program that serves it: after a crash the same one, started again, goes on, or another that lives.
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
    return await _unfinished(conn, inbox.c.holder == holder, since)


async def left_by_others(conn: ReadConnection, living: Collection[str], *, since: datetime) -> tuple[LeftBehind, ...]:
    """Likewise of the programs that live no more: of all but these."""
    return await _unfinished(conn, inbox.c.holder.not_in(living), since)


async def take_again(conn: WriteConnection, left: LeftBehind, *, holder: str) -> bool:
    """Whether `holder` may serve it, and no other program that asks at the same moment.

    It counts as tried once more before it is, so that a request that ends the program is not tried for ever.
    """
    c = inbox.c
    is_as_found = (c.key == left.key, c.holder == left.holder, c.attempts == left.attempts, c.done_at.is_(None))
    statement = update(inbox).where(*is_as_found).values(holder=holder, attempts=c.attempts + 1)
    return bool((await conn.execute(statement)).rowcount)


async def forget_requests(conn: WriteConnection, *, before: datetime) -> int:
    """Remove what was claimed before this instant; how many that were."""
    return int((await conn.execute(delete(inbox).where(inbox.c.claimed_at < before))).rowcount)


async def _unfinished(conn: ReadConnection, whose: ColumnElement[bool], since: datetime) -> tuple[LeftBehind, ...]:
    c = inbox.c
    wanted = (whose, c.done_at.is_(None), c.payload_json != "", c.claimed_at >= since)
    query = select(c.key, c.payload_json, c.attempts, c.holder).where(*wanted).order_by(c.claimed_at)
    rows = (await conn.execute(query)).all()
    return tuple(LeftBehind(key=row[0], payload=json.loads(row[1]), attempts=row[2], holder=row[3]) for row in rows)
