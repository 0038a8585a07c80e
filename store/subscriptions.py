"""Channel subscriptions: which news a channel, or a person in a direct message, wants to be told, and when."""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)

from store.custom_values import CustomMatch
from store.db import ReadConnection, WriteConnection
from store.portfolio import InvoiceFilter
from store.schema import Instant, metadata
from store.upsert import conflict_insert


class NewsKind(StrEnum):
    """What can be told."""

    PAST_DUE = "past_due"
    PAYMENT = "payment"
    LARGE_INVOICE = "large_invoice"
    CREDIT_LIMIT = "credit_limit"
    ERP_NOTE = "erp_note"
    SYNC_TROUBLE = "sync_trouble"


class Rhythm(StrEnum):
    """When it is told: as it happens, or gathered into a digest."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class PauseCause(StrEnum):
    """Why a subscription is paused."""

    PERSON = "person"  # somebody wanted it
    CHANNEL = "channel"  # Slack takes no message for it
    OUTSIDERS = "outsiders"  # people of other companies, or guests, read the channel
    OWNER = "owner"  # whoever set it up may do so no more


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelSubscription:
    """What is told to `channel_id`: a channel's id, or its owner's Slack user id for a direct message.

    `owner_id` is the account of whoever set it up and `owner_slack` their Slack user. `filter_text` is a filter as
    people type it, `wanted` what it was found to mean. Times of day are in `time_zone`, an IANA name; the quiet hours
    are both set or both None and may go over midnight; `digest_weekday` counts from Monday, 0. What happened before
    `counts_from` is not told. `pause_reason` is a sentence for people. `offered_at` is when its owner was asked to
    resume it.
    """

    id: str
    channel_id: str
    owner_id: str
    owner_slack: str
    events: tuple[NewsKind, ...]
    time_zone: str
    created_at: datetime
    counts_from: datetime
    filter_text: str = ""
    wanted: InvoiceFilter = field(default_factory=InvoiceFilter)
    rhythm: Rhythm = Rhythm.AT_ONCE
    digest_at: time = time(8)
    digest_weekday: int = 0
    quiet_from: time | None = None
    quiet_until: time | None = None
    paused_at: datetime | None = None
    pause_cause: PauseCause | None = None
    pause_reason: str = ""
    offered_at: datetime | None = None

    @property
    def is_direct(self) -> bool:
        """Whether it goes to its owner alone."""
        return self.channel_id == self.owner_slack


subscriptions = Table(
    "channel_subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel_id", String, nullable=False, index=True),
    Column("owner_id", String, nullable=False, index=True),
    Column("owner_slack", String, nullable=False),
    Column("events", String, nullable=False),
    Column("filter_text", Text, nullable=False),
    Column("wanted_json", Text, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("rhythm", String, nullable=False),
    Column("digest_at", String, nullable=False),
    Column("digest_weekday", Integer, nullable=False),
    Column("quiet_from", String),
    Column("quiet_until", String),
    Column("created_at", Instant, nullable=False),
    Column("counts_from", Instant, nullable=False),
    Column("paused_at", Instant),
    Column("pause_cause", String),
    Column("pause_reason", Text, nullable=False),
    Column("offered_at", Instant),
    Index("ix_channel_subscriptions_paused_at", "paused_at"),
)

_TIMES = ("digest_at", "quiet_from", "quiet_until")
_READ_APART = {*_TIMES, "events", "wanted", "rhythm", "pause_cause"}
_PLAIN = tuple(f.name for f in fields(ChannelSubscription) if f.name not in _READ_APART)
_RUNNING = {"paused_at": None, "pause_cause": None, "pause_reason": "", "offered_at": None}


async def lock_place(conn: WriteConnection, channel_id: str) -> None:
    """Until the transaction ends nobody else sets anything up for this place, so that equal ones find each other."""
    # SQLite has one writer at a time as it is.
    if conn.dialect.name == "postgresql":
        await conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"subscriptions/{channel_id}"))))


async def put_subscription(conn: WriteConnection, wanted: ChannelSubscription) -> None:
    """Keep a subscription, in the place of the one that has its id."""
    row = _row(wanted)
    statement = conflict_insert(conn, subscriptions).values(row)
    kept = {name: statement.excluded[name] for name in row if name != "id"}
    await conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=kept))


async def subscription_by_id(conn: ReadConnection, subscription_id: str) -> ChannelSubscription | None:
    """One subscription; None when there is none of this id."""
    return next(iter(await _read(conn, subscriptions.c.id == subscription_id)), None)


async def active_subscriptions(conn: ReadConnection) -> tuple[ChannelSubscription, ...]:
    """Those that are not paused, the oldest first."""
    return await _read(conn, subscriptions.c.paused_at.is_(None))


async def subscriptions_of(conn: ReadConnection, user_id: str) -> tuple[ChannelSubscription, ...]:
    """What an account has set up, paused or not, the oldest first."""
    return await _read(conn, subscriptions.c.owner_id == user_id)


async def subscriptions_in(conn: ReadConnection, channel_id: str) -> tuple[ChannelSubscription, ...]:
    """What goes to a channel, paused or not, the oldest first."""
    return await _read(conn, subscriptions.c.channel_id == channel_id)


async def unoffered_subscriptions(conn: ReadConnection) -> tuple[ChannelSubscription, ...]:
    """Those that Slack took no message for, and whose owner was not asked since to resume them."""
    c = subscriptions.c
    return await _read(conn, c.pause_cause == PauseCause.CHANNEL.value, c.offered_at.is_(None))


async def move_subscriptions(conn: WriteConnection, old: str, new: str) -> None:
    """Slack gave a channel another id: what went to it goes on."""
    await conn.execute(update(subscriptions).where(subscriptions.c.channel_id == old).values(channel_id=new))


async def pause_subscription(
    conn: WriteConnection, subscription_id: str, cause: PauseCause, reason: str, *, at: datetime
) -> bool:
    """Stop telling; False when it was paused before, or is no more."""
    values = {"paused_at": at, "pause_cause": cause.value, "pause_reason": reason, "offered_at": None}
    return await _change(conn, subscription_id, subscriptions.c.paused_at.is_(None), values)


async def resume_subscription(conn: WriteConnection, subscription_id: str, *, at: datetime) -> bool:
    """Tell again what happens from now on; False when it was not paused, or is no more."""
    values = {**_RUNNING, "counts_from": at}
    return await _change(conn, subscription_id, subscriptions.c.paused_at.is_not(None), values)


async def adopt_subscription(conn: WriteConnection, subscription_id: str, *, owner_id: str, owner_slack: str) -> None:
    """Make it somebody else's."""
    values = {"owner_id": owner_id, "owner_slack": owner_slack}
    await conn.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(values))


async def note_offer(conn: WriteConnection, subscription_id: str, *, at: datetime) -> bool:
    """The owner is being asked to resume it; False when they were asked before."""
    return await _change(conn, subscription_id, subscriptions.c.offered_at.is_(None), {"offered_at": at})


async def delete_subscription(conn: WriteConnection, subscription_id: str) -> bool:
    """End a subscription; False when it is no more."""
    ended = await conn.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id))
    return bool(ended.rowcount == 1)


def filter_json(wanted: InvoiceFilter) -> str:
    """The filter as text."""
    return json.dumps(asdict(wanted), default=str, ensure_ascii=False)


def filter_of_json(text: str) -> InvoiceFilter:
    """The filter of such a text."""
    kept = json.loads(text)
    over, custom = kept["amount_over"], kept.get("custom")
    apart = {
        "amount_over": None if over is None else Decimal(over),
        "custom": CustomMatch(**custom) if custom else None,
    }
    return InvoiceFilter(**kept | apart)


async def _change(
    conn: WriteConnection, subscription_id: str, condition: ColumnElement[bool], values: dict[str, Any]
) -> bool:
    statement = update(subscriptions).where(subscriptions.c.id == subscription_id, condition)
    return bool((await conn.execute(statement.values(values))).rowcount == 1)


async def _read(conn: ReadConnection, *conditions: ColumnElement[bool]) -> tuple[ChannelSubscription, ...]:
    query = select(subscriptions).where(*conditions).order_by(subscriptions.c.created_at, subscriptions.c.id)
    return tuple(_subscription(row) for row in (await conn.execute(query)).mappings())


def _row(wanted: ChannelSubscription) -> dict[str, Any]:
    times = {name: _text(getattr(wanted, name)) for name in _TIMES}
    return (
        {name: getattr(wanted, name) for name in _PLAIN}
        | times
        | {
            "events": " ".join(wanted.events),
            "wanted_json": filter_json(wanted.wanted),
            "rhythm": wanted.rhythm.value,
            "pause_cause": wanted.pause_cause.value if wanted.pause_cause else None,
        }
    )


def _text(value: time | None) -> str | None:
    return None if value is None else value.isoformat("minutes")


def _subscription(row: RowMapping) -> ChannelSubscription:
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    times: dict[str, Any] = {name: time.fromisoformat(row[name]) if row[name] else None for name in _TIMES}
    return ChannelSubscription(
        events=tuple(NewsKind(event) for event in row["events"].split()),
        wanted=filter_of_json(row["wanted_json"]),
        rhythm=Rhythm(row["rhythm"]),
        pause_cause=PauseCause(row["pause_cause"]) if row["pause_cause"] else None,
        **plain,
        **times,
    )
