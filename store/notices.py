"""Notices: what was found to be news to a subscription, told or waiting to be told. Each is told once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    TextClause,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from store.db import ReadConnection, WriteConnection
from store.money import Money
from store.records import RecordId
from store.schema import Instant, metadata
from store.subscriptions import NewsKind
from store.upsert import chunks, conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A piece of news for one subscription, found at `at`.

    `id` names it for ever, so that it cannot be told twice. `about_id` is the record that it is about, «» for a source;
    `origin` the system that it came from. `amount` is what was paid, billed or is owed, `text` what was written or is
    wrong. `delivery_id` is the message that tells it, or will as long as it is not told, `is_gathered` whether that
    tells others too.
    """

    id: str
    subscription_id: str
    kind: NewsKind
    at: datetime
    about_id: RecordId
    origin: str
    amount: Money | None = None
    text: str = ""
    told_at: datetime | None = None
    delivery_id: str = ""
    is_gathered: bool = False


_IS_WAITING = text("told_at IS NULL")
# Waiting for a message, or gathered for one that is not told yet.
_IS_FREE = text("told_at IS NULL AND delivery_id = ''")
_IS_ASIDE = text("told_at IS NULL AND delivery_id <> ''")
# What is settled or approved again is found again: so long it is known that these were told.
_FOUND_AGAIN = (NewsKind.PAST_DUE.value, NewsKind.LARGE_INVOICE.value)

notices = Table(
    "notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("subscription_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("about_id", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("currency", String(3)),
    Column("amount_minor", BigInteger),
    Column("text", Text, nullable=False),
    Column("told_at", Instant),
    Column("delivery_id", String, nullable=False),
    Column("is_gathered", Boolean, nullable=False),
    Index("ix_notices_subscription_id_told_at", "subscription_id", "told_at"),
    Index("ix_notices_waiting", "subscription_id", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
    Index("ix_notices_free", "subscription_id", "at", "id", sqlite_where=_IS_FREE, postgresql_where=_IS_FREE),
    Index(
        "ix_notices_aside",
        "subscription_id",
        "delivery_id",
        "kind",
        "at",
        "id",
        sqlite_where=_IS_ASIDE,
        postgresql_where=_IS_ASIDE,
    ),
    Index("ix_notices_told_at", "told_at"),
)

_PLAIN = tuple(f.name for f in fields(Notice) if f.name not in {"amount", "kind"})


async def add_notices(conn: WriteConnection, found: Iterable[Notice]) -> None:
    """Keep what is to be told; what was told before, or waits already, stays as it is."""
    rows = [_row(notice) for notice in found]
    if rows:
        await conn.execute(conflict_insert(conn, notices).on_conflict_do_nothing(index_elements=["id"]), rows)


async def known_notices(conn: ReadConnection, ids: Sequence[str]) -> frozenset[str]:
    """Which of these were told before, or wait."""
    found: set[str] = set()
    for chunk in chunks(ids):
        found.update((await conn.execute(select(notices.c.id).where(notices.c.id.in_(chunk)))).scalars())
    return frozenset(found)


async def subscriptions_waiting(conn: ReadConnection) -> frozenset[str]:
    """The subscriptions that have something to tell."""
    query = select(notices.c.subscription_id).where(notices.c.told_at.is_(None)).distinct()
    return frozenset((await conn.execute(query)).scalars())


async def waiting_notices(conn: ReadConnection, subscription_id: str, *, limit: int) -> tuple[Notice, ...]:
    """What a subscription has to tell and no message is gathered from, the oldest first."""
    c = notices.c
    query = select(notices).where(c.subscription_id == subscription_id, _IS_FREE).order_by(c.at, c.id).limit(limit)
    return tuple(_notice(row) for row in (await conn.execute(query)).mappings())


async def told_since(
    conn: ReadConnection, subscription_id: str, instant: datetime, *, limit: int
) -> tuple[Notice, ...]:
    """Some of what a subscription was told from then on: what was gathered first, then the oldest."""
    c = notices.c
    query = select(notices).where(c.subscription_id == subscription_id, c.told_at >= instant)
    query = query.order_by(c.is_gathered.desc(), c.told_at, c.id).limit(limit)
    return tuple(_notice(row) for row in (await conn.execute(query)).mappings())


async def set_aside(conn: WriteConnection, ids: Sequence[str], delivery_id: str) -> None:
    """Gather these for this message, which is not written yet."""
    for chunk in chunks(ids):
        await conn.execute(update(notices).where(notices.c.id.in_(chunk), _IS_FREE).values(delivery_id=delivery_id))


async def gathered_for(conn: ReadConnection, subscription_id: str) -> str | None:
    """The id of the message that something was set aside for and that does not count as told yet."""
    query = select(notices.c.delivery_id).where(notices.c.subscription_id == subscription_id, _IS_ASIDE).limit(1)
    found: str | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def count_aside(conn: ReadConnection, subscription_id: str, delivery_id: str) -> dict[NewsKind, int]:
    """How much of each kind was set aside for this message."""
    query = select(notices.c.kind, func.count()).where(*_aside(subscription_id, delivery_id)).group_by(notices.c.kind)
    return {NewsKind(row[0]): int(row[1]) for row in await conn.execute(query)}


async def first_aside(
    conn: ReadConnection, subscription_id: str, delivery_id: str, kind: NewsKind, *, limit: int
) -> tuple[Notice, ...]:
    """The oldest of one kind that was set aside for this message."""
    c = notices.c
    wanted = (*_aside(subscription_id, delivery_id), c.kind == kind.value)
    query = select(notices).where(*wanted).order_by(c.at, c.id).limit(limit)
    return tuple(_notice(row) for row in (await conn.execute(query)).mappings())


async def mark_aside_told(
    conn: WriteConnection, subscription_id: str, delivery_id: str, *, at: datetime, limit: int
) -> int:
    """Some of what was set aside for this message is told by it; how many."""
    c = notices.c
    some = select(c.id).where(*_aside(subscription_id, delivery_id)).limit(limit).scalar_subquery()
    told = update(notices).where(c.id.in_(some)).values(told_at=at, is_gathered=True)
    return int((await conn.execute(told)).rowcount)


async def mark_told(
    conn: WriteConnection, ids: Sequence[str], *, at: datetime, delivery_id: str, is_gathered: bool
) -> None:
    """These are told by this message."""
    values = {"told_at": at, "delivery_id": delivery_id, "is_gathered": is_gathered}
    for chunk in chunks(ids):
        await conn.execute(update(notices).where(notices.c.id.in_(chunk)).values(values))


async def forget_notices(conn: WriteConnection, ids: Sequence[str]) -> None:
    """These are true no more, and were not told. They may be found again."""
    for chunk in chunks(ids):
        await conn.execute(delete(notices).where(notices.c.id.in_(chunk), notices.c.told_at.is_(None)))


async def forget_told(conn: WriteConnection, *, before: datetime, long_before: datetime, limit: int) -> int:
    """Remove some of what was told before then, but of what may be found again only that of long before; how many."""
    c = notices.c
    is_old = or_(c.kind.not_in(_FOUND_AGAIN), c.told_at < long_before)
    old = select(c.id).where(c.told_at < before, is_old).limit(limit)
    return int((await conn.execute(delete(notices).where(c.id.in_(old.scalar_subquery())))).rowcount)


async def drop_waiting(conn: WriteConnection, subscription_id: str) -> None:
    """A subscription that is paused or ended tells nothing of what waited."""
    c = notices.c
    await conn.execute(delete(notices).where(c.subscription_id == subscription_id, c.told_at.is_(None)))


def _aside(subscription_id: str, delivery_id: str) -> tuple[ColumnElement[bool] | TextClause, ...]:
    c = notices.c
    return (c.subscription_id == subscription_id, c.delivery_id == delivery_id, _IS_ASIDE)


def _row(notice: Notice) -> dict[str, Any]:
    amount = notice.amount
    return {name: getattr(notice, name) for name in _PLAIN} | {
        "kind": notice.kind.value,
        "currency": amount.currency if amount else None,
        "amount_minor": amount.minor if amount else None,
    }


def _notice(row: RowMapping) -> Notice:
    minor = row["amount_minor"]
    amount = None if minor is None else Money(currency=row["currency"], minor=minor)
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    return Notice(kind=NewsKind(row["kind"]), amount=amount, **plain)
