"""What a source says it has no more, gathered page by page and applied in one go when its stream was read to the end.

Two ways lead here: deletions that the source reports, and a list of all that it has, from which those follow that are
not in it. Both are kept in the transaction of the page that brought them, so that a killed run goes on gathering.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from store.db import ReadConnection, WriteConnection
from store.invoices import OWED
from store.pulled import table_of
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import chunks, conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What a stream has gathered of one kind: reports of deletions, or a whole list.

    Of a list, `since` is when it was begun, and `listed` the number of records in it; both are None of reports. With
    `only_open` it names open items alone: those who are not in it were settled.
    """

    source: str
    stream: str
    kind: str
    since: datetime | None = None
    listed: int | None = None
    only_open: bool = False


listings = Table(
    "listings",
    metadata,
    Column("source", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("only_open", Boolean, nullable=False),
    Column("is_whole", Boolean, nullable=False),
)

listed_ids = Table(
    "listed_ids",
    metadata,
    Column("source", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("source_id", String, primary_key=True),
)

gone_ids = Table(
    "gone_ids",
    metadata,
    Column("source", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("source_id", String, primary_key=True),
    Column("since", Instant, nullable=False),
)


async def begin_listing(
    conn: WriteConnection, source: str, stream: str, kind: str, *, since: datetime, only_open: bool
) -> None:
    """Start to gather a whole list anew, of what there is at that instant."""
    key = {"source": source, "stream": stream, "kind": kind}
    await conn.execute(delete(listed_ids).where(*_same(listed_ids, source, stream, kind)))
    told = {"since": since, "only_open": only_open, "is_whole": False}
    statement = conflict_insert(conn, listings).values(key | told)
    await conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=told))


async def add_listed(conn: WriteConnection, source: str, stream: str, kind: str, ids: Sequence[str]) -> None:
    """Gather a part of the list; an id that was there already counts once."""
    rows = [{"source": source, "stream": stream, "kind": kind, "source_id": each} for each in ids]
    if rows:
        await conn.execute(conflict_insert(conn, listed_ids).on_conflict_do_nothing(), rows)


async def end_listing(conn: WriteConnection, source: str, stream: str, kind: str) -> None:
    """The list is whole, if its beginning was gathered."""
    await conn.execute(update(listings).where(*_same(listings, source, stream, kind)).values(is_whole=True))


async def add_gone(conn: WriteConnection, source: str, stream: str, gone: Sequence[tuple[str, str, datetime]]) -> None:
    """Gather what the source reports: kind, id and since when each is no more; of two reports the later counts."""
    rows = [
        {"source": source, "stream": stream, "kind": kind, "source_id": source_id, "since": since}
        for kind, source_id, since in gone
    ]
    if not rows:
        return
    statement = conflict_insert(conn, gone_ids)
    keys = ["source", "stream", "kind", "source_id"]
    new, old = statement.excluded.since, gone_ids.c.since
    latest = statement.on_conflict_do_update(index_elements=keys, set_={"since": case((new > old, new), else_=old)})
    await conn.execute(latest, rows)


async def gathered(conn: ReadConnection, source: str, stream: str) -> tuple[Gathered, ...]:
    """What a stream has gathered and not applied yet: reports of every kind, then lists that are whole."""
    g, w = gone_ids.c, listings.c
    reported = select(g.kind).where(g.source == source, g.stream == stream).distinct().order_by(g.kind)
    whole = select(listings).where(w.source == source, w.stream == stream, w.is_whole).order_by(w.kind)
    found = [
        Gathered(source=source, stream=stream, kind=kind) for kind in (await conn.execute(reported)).scalars().all()
    ]
    for row in (await conn.execute(whole)).mappings().all():
        listed = await _count(
            conn, select(listed_ids.c.source_id).where(*_same(listed_ids, source, stream, row["kind"]))
        )
        found.append(
            Gathered(
                source=source,
                stream=stream,
                kind=row["kind"],
                since=row["since"],
                listed=listed,
                only_open=row["only_open"],
            )
        )
    return tuple(found)


async def count_living(conn: ReadConnection, of: Gathered, *, among: Sequence[RecordId] | None = None) -> int:
    """How many records of the kind (of a few ids, when these are given) the store takes for living.

    Of a list of open items, for open.
    """
    c = table_of(of.kind).c
    few = () if among is None else (c.id.in_(among),)
    return await _count(conn, select(c.id).where(*_living(of), *few))


async def count_absent(conn: ReadConnection, of: Gathered) -> int:
    """How many of them are no more, as far as what was gathered says."""
    return await _count(conn, _absent(of))


async def absent_ids(conn: ReadConnection, of: Gathered, *, after: RecordId | None, limit: int) -> tuple[RecordId, ...]:
    """The next of these, in the order of their ids."""
    c = table_of(of.kind).c
    behind = [] if after is None else [c.id > after]
    return tuple((await conn.execute(_absent(of).where(*behind).order_by(c.id).limit(limit))).scalars())


async def living_page(
    conn: ReadConnection, of: Gathered, *, after: RecordId | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """The next living records of the kind: id, id in the source, when it was seen and when it changed over there."""
    c = table_of(of.kind).c
    behind = [] if after is None else [c.id > after]
    query = select(c.id, c.source_id, c.seen_at, c.source_changed_at).where(*_living(of), *behind)
    rows = (await conn.execute(query.order_by(c.id).limit(limit))).mappings()
    return tuple(dict(row) for row in rows)


async def mentioned(conn: ReadConnection, of: Gathered, ids: Sequence[str]) -> dict[str, datetime | None]:
    """Which of these the list names, or the reports; of reports since when they are no more."""
    table = listed_ids if of.since else gone_ids
    found: dict[str, datetime | None] = {}
    for chunk in chunks(ids):
        rows = await conn.execute(
            select(table).where(*_same(table, of.source, of.stream, of.kind), table.c.source_id.in_(chunk))
        )
        found.update((row["source_id"], row.get("since")) for row in rows.mappings())
    return found


async def forget_gathered(conn: WriteConnection, of: Gathered, *, limit: int) -> bool:
    """Forget so many ids of what was gathered, and of a list first that it is one; say whether more may be left."""
    table = gone_ids if of.since is None else listed_ids
    same = _same(table, of.source, of.stream, of.kind)
    if of.since is not None:
        await conn.execute(delete(listings).where(*_same(listings, of.source, of.stream, of.kind)))
    some = select(table.c.source_id).where(*same).order_by(table.c.source_id).limit(limit)
    return (await conn.execute(delete(table).where(*same, table.c.source_id.in_(some)))).rowcount == limit


async def _count(conn: ReadConnection, query: Select[Any]) -> int:
    return int((await conn.execute(select(func.count()).select_from(query.subquery()))).scalar_one())


def _same(table: Table, source: str, stream: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.source == source, table.c.stream == stream, table.c.kind == kind


def _living(of: Gathered) -> tuple[ColumnElement[bool], ...]:
    c = table_of(of.kind).c
    living: tuple[ColumnElement[bool], ...] = (c.origin == of.source, c.deleted_at.is_(None))
    if of.kind == "contact":
        # What stands in a custom field only is no record of the source's that it would list.
        living += (c.source_field.is_(None),)
    return (*living, c.status.in_(OWED), c.open_balance_minor != 0) if of.only_open else living


def _absent(of: Gathered) -> Select[Any]:
    table = table_of(of.kind)
    c = table.c
    if of.since is None:
        # By the source's own clock where it tells: what came back after it was deleted lives.
        same = (*_same(gone_ids, of.source, of.stream, of.kind), gone_ids.c.source_id == c.source_id)
        is_older = func.coalesce(c.source_changed_at, c.seen_at) <= gone_ids.c.since
        return select(c.id).where(*_living(of), exists().where(*same, is_older))
    is_listed = exists().where(*_same(listed_ids, of.source, of.stream, of.kind), listed_ids.c.source_id == c.source_id)
    # What came after the list was begun need not be in it.
    is_older = and_(c.seen_at < of.since, or_(c.source_changed_at.is_(None), c.source_changed_at <= of.since))
    return select(c.id).where(*_living(of), is_older, ~is_listed)
