"""Deliveries: what has to reach a system of record or Slack, and how far each has come. The bot's outbox.

A delivery is written in the transaction of the record that it delivers, under an id that names it for ever: writing it
again changes nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, RowMapping, String, Table, Text, func, select, text

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    QUEUED = "queued"  # to be sent, or to be tried again
    SENT = "sent"
    UNKNOWN = "unknown"  # sent, and no answer came: it may have arrived
    REJECTED = "rejected"  # refused for a reason that another try cannot cure
    DEAD = "dead"  # tried for as long as the policy allows
    DROPPED = "dropped"  # an admin, or its sender, gave it up


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something on its way to one target.

    `kind` is what it delivers («note», «contact», «share», «notice»), `target` where: a system's name, or «slack».
    Deliveries of one `lane` go one after the other, by `sequence`: a customer in one system, a Slack channel.
    `about_id` is the record that it is about, `note_id` what is delivered when that is a record: a note, contact or
    message. `payload` is what the sender needs, as JSON. `author` is the Slack user whom trouble is told. Not sent
    before `not_before`. `external_id` is the receiver's id of what arrived («channel:ts» of a Slack message).

    The engine's own memory: `tried_at` is when it was last sent, and `in_doubt` whether that may have arrived without
    our knowing, even of one that was given up since. `asked_at` is when a person was asked about that. `round` counts
    how often a person set it going again or ended it, last at `decided_at`; `is_enqueued` says whether the current
    round has its durable work, `told` which state its kind's feature has been told of.
    """

    id: str
    kind: str
    target: str
    lane: str
    payload: Mapping[str, Any]
    created_at: datetime
    state: DeliveryState = DeliveryState.QUEUED
    about_id: str = ""
    note_id: str = ""
    author: str = ""
    attempts: int = 0
    not_before: datetime | None = None
    updated_at: datetime | None = None
    reason: str = ""
    external_id: str = ""
    tried_at: datetime | None = None
    in_doubt: bool = False
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    round: int = 1
    is_enqueued: bool = False
    told: str = DeliveryState.QUEUED.value
    sequence: int = field(default=0, compare=False)


# Written out, as a database takes a partial index only for the very condition; nothing else is to be looked after.
IS_OPEN = text("(state IN ('queued', 'unknown') OR told <> state)")
# It has come to its end and still holds what it was to say.
IS_SPENT = text("(state NOT IN ('queued', 'unknown') AND told = state AND payload_json <> '{}')")

deliveries = Table(
    "deliveries",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("about_id", String, nullable=False, index=True),
    Column("note_id", String, nullable=False, index=True),
    Column("author", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Instant),
    Column("updated_at", Instant),
    Column("reason", Text, nullable=False),
    Column("external_id", String, nullable=False),
    Column("tried_at", Instant),
    Column("in_doubt", Boolean, nullable=False),
    Column("asked_at", Instant),
    Column("decided_at", Instant, index=True),
    Column("round", Integer, nullable=False),
    Column("is_enqueued", Boolean, nullable=False),
    Column("told", String, nullable=False),
    Index("ix_deliveries_state_sequence", "state", "sequence"),
    Index("ix_deliveries_is_enqueued_sequence", "is_enqueued", "sequence"),
    Index("ix_deliveries_lane_tried_at", "lane", "tried_at"),
    Index("ix_deliveries_open", "is_enqueued", "sequence", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    Index("ix_deliveries_spent", "updated_at", sqlite_where=IS_SPENT, postgresql_where=IS_SPENT),
    sqlite_autoincrement=True,
)


async def add_deliveries(conn: WriteConnection, wanted: Sequence[Delivery]) -> None:
    """Put deliveries into the outbox, in this order; one whose id is there already stays as it is."""
    for delivery in wanted:
        statement = conflict_insert(conn, deliveries).values(delivery_row(delivery))
        await conn.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


async def delivery_by_id(conn: ReadConnection, delivery_id: str) -> Delivery | None:
    """One delivery; None when there is none of this id."""
    row = (await conn.execute(select(deliveries).where(deliveries.c.id == delivery_id))).mappings().first()
    return delivery_from_row(row) if row else None


async def deliveries_of_note(conn: ReadConnection, note_id: str) -> tuple[Delivery, ...]:
    """What is on its way, or has arrived, of one note, contact or message; oldest first."""
    query = select(deliveries).where(deliveries.c.note_id == note_id).order_by(deliveries.c.sequence)
    return tuple(delivery_from_row(row) for row in (await conn.execute(query)).mappings())


async def newest_of_notes(conn: ReadConnection, note_ids: Sequence[str]) -> dict[str, tuple[Delivery, ...]]:
    """The newest delivery to each target, by the note, contact or message that it delivers."""
    c = deliveries.c
    newest = select(func.max(c.sequence)).where(c.note_id.in_(note_ids)).group_by(c.note_id, c.target)
    rows = await conn.execute(select(deliveries).where(c.sequence.in_(newest)).order_by(c.sequence))
    found: dict[str, tuple[Delivery, ...]] = {}
    for delivery in map(delivery_from_row, rows.mappings()):
        found[delivery.note_id] = (*found.get(delivery.note_id, ()), delivery)
    return found


def delivery_from_row(row: RowMapping) -> Delivery:
    """The record of a table row."""
    plain = {name: row[name] for name in Delivery.__dataclass_fields__ if name not in {"payload", "state"}}
    return Delivery(payload=json.loads(row["payload_json"]), state=DeliveryState(row["state"]), **plain)


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """The table row of a delivery, without the place that the store gives it."""
    names = [name for name in Delivery.__dataclass_fields__ if name not in {"payload", "sequence"}]
    values = {name: getattr(delivery, name) for name in names}
    payload = json.dumps(delivery.payload, ensure_ascii=False)
    return values | {"payload_json": payload, "state": delivery.state.value}
