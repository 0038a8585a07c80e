"""Slack channels: what we know of those that the app is in or was asked in, and who added it there."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, RowMapping, String, Table, Text, bindparam, case, delete, or_, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelFacts:
    """What Slack says of a channel.

    `is_known` is False for one that Slack tells us nothing about. `is_direct` is the app's own conversation with one
    person. `is_external` says that people of another company read it, or are invited to; `has_guests` that guests do.
    """

    id: str
    name: str = ""
    is_known: bool = True
    is_direct: bool = False
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = False
    is_external: bool = False
    has_guests: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A channel as the store has it, since `checked_at`.

    `added_by` is the Slack user who added the app, where we heard of it; `was_adder_linked` whether that person was
    linked to an account then.
    """

    facts: ChannelFacts
    checked_at: datetime
    added_by: str = ""
    added_at: datetime | None = None
    was_adder_linked: bool = False

    @property
    def is_destination(self) -> bool:
        """Whether things may be shared to it: only where a linked user added the app, as long as it is there."""
        facts = self.facts
        is_open = facts.is_known and facts.is_member and not facts.is_archived and not facts.is_direct
        return is_open and self.was_adder_linked


slack_channels = Table(
    "slack_channels",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_known", Boolean, nullable=False),
    Column("is_direct", Boolean, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("is_archived", Boolean, nullable=False),
    Column("is_member", Boolean, nullable=False),
    Column("is_external", Boolean, nullable=False),
    Column("has_guests", Boolean, nullable=False),
    Column("checked_at", Instant, nullable=False),
    # The last event about it: an answer to a question from before that is old news.
    Column("heard_at", Instant, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at", Instant),
    Column("was_adder_linked", Boolean, nullable=False),
)

_FACTS = tuple(ChannelFacts.__dataclass_fields__)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = {"added_by": "", "added_at": None, "was_adder_linked": False}
# Built once: it is asked with every answer.
_BY_ID = select(slack_channels).where(slack_channels.c.id == bindparam("id"))


async def channel_by_id(conn: ReadConnection, channel_id: str) -> Channel | None:
    """A channel; None when we never heard of it."""
    row = (await conn.execute(_BY_ID, {"id": channel_id})).mappings().first()
    return _channel(row) if row else None


async def put_channel(conn: WriteConnection, facts: ChannelFacts, *, asked_at: datetime) -> None:
    """Keep what Slack said of a channel when it was asked at that instant; what we heard later than that stays.

    Where the app is not, nobody has added it.
    """
    table = slack_channels
    values = {name: getattr(facts, name) for name in _FACTS} | {"checked_at": asked_at}
    statement = conflict_insert(conn, table).values(values | _NOBODY | {"heard_at": _NEVER})
    kept: dict[str, object] = {name: statement.excluded[name] for name in (*_FACTS, "checked_at") if name != "id"}
    if not facts.is_member:
        kept |= _NOBODY
    is_news = (table.c.heard_at <= asked_at) & (table.c.checked_at <= asked_at)
    await conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=kept, where=is_news))


async def change_channel(conn: WriteConnection, channel_id: str, at: datetime, **changes: object) -> None:
    """Keep what an event of that instant said of a channel, unless we heard something newer; `changes` are facts.

    A channel that we do not know stays unknown.
    """
    c = slack_channels.c
    if "is_member" in changes and not changes["is_member"]:
        changes |= _NOBODY
    statement = update(slack_channels).where(c.id == channel_id, c.heard_at <= at)
    await conn.execute(statement.values(heard_at=at, **changes))


async def doubt_channels(conn: WriteConnection) -> None:
    """What we know of who reads channels may not be so any more: Slack has to be asked again about each."""
    c = slack_channels.c
    may_differ = (c.is_known.is_(True), c.is_direct.is_(False), c.is_external.is_(False))
    await conn.execute(update(slack_channels).where(*may_differ).values(checked_at=_NEVER))


async def note_added(conn: WriteConnection, channel_id: str, *, by: str, was_linked: bool, at: datetime) -> None:
    """Keep who added the app to a channel, unless we heard something newer of it.

    One that we did not know counts as external until Slack was asked.
    """
    added = {"is_member": True, "added_by": by, "added_at": at, "was_adder_linked": was_linked, "heard_at": at}
    unknown = ChannelFacts(id=channel_id, is_known=False, is_external=True)
    values = {name: getattr(unknown, name) for name in _FACTS} | {"checked_at": _NEVER}
    statement = conflict_insert(conn, slack_channels).values(values | added)
    is_news = slack_channels.c.heard_at <= at
    await conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=added, where=is_news))


async def forget_channel(conn: WriteConnection, channel_id: str) -> None:
    """A channel that is no more."""
    await conn.execute(delete(slack_channels).where(slack_channels.c.id == channel_id))


async def change_channel_id(conn: WriteConnection, old: str, new: str) -> None:
    """Slack gave a channel another id, as it may when it becomes shared; who added the app stays known."""
    await forget_channel(conn, new)
    await conn.execute(update(slack_channels).where(slack_channels.c.id == old).values(id=new))


async def member_channel_ids(conn: ReadConnection) -> frozenset[str]:
    """The channels that the app is in, as far as we know."""
    query = select(slack_channels.c.id).where(
        slack_channels.c.is_member.is_(True), slack_channels.c.is_direct.is_(False)
    )
    return frozenset((await conn.execute(query)).scalars())


async def channels_checked_before(conn: ReadConnection, instant: datetime, *, limit: int) -> tuple[str, ...]:
    """Channels whose facts are older than that, the oldest first."""
    c = slack_channels.c
    query = select(c.id).where(c.checked_at < instant).order_by(c.checked_at, c.id).limit(limit)
    return tuple((await conn.execute(query)).scalars())


async def destinations(
    conn: ReadConnection, typed: str = "", *, with_external: bool = False, limit: int = 100
) -> tuple[Channel, ...]:
    """Channels that may be shared to and whose name contains what was typed: those that begin with it first.

    Channels that outsiders read are left out unless they are wanted.
    """
    c = slack_channels.c
    wanted = typed.strip().removeprefix("#").lower()
    query = select(slack_channels).where(
        c.is_member.is_(True),
        c.was_adder_linked.is_(True),
        c.is_known.is_(True),
        c.is_archived.is_(False),
        c.is_direct.is_(False),
    )
    if not with_external:
        query = query.where(c.is_external.is_(False), c.has_guests.is_(False))
    if wanted:
        query = query.where(c.name.contains(wanted, autoescape=True))
    begins = case((c.name.startswith(wanted, autoescape=True), 0), else_=1)
    rows = await conn.execute(query.order_by(begins, c.name, c.id).limit(limit))
    return tuple(_channel(row) for row in rows.mappings())


async def channel_called(conn: ReadConnection, name: str) -> Channel | None:
    """The channel of this id or name («sales» or «#sales»): one that the app is in before any other."""
    c = slack_channels.c
    query = select(slack_channels).where(or_(c.id == name, c.name == name.removeprefix("#").lower()))
    row = (await conn.execute(query.order_by(c.is_member.desc(), c.is_archived, c.id).limit(1))).mappings().first()
    return _channel(row) if row else None


def _channel(row: RowMapping) -> Channel:
    facts = ChannelFacts(**{name: row[name] for name in _FACTS})
    rest = {name: row[name] for name in Channel.__dataclass_fields__ if name != "facts"}
    return Channel(facts=facts, **rest)
