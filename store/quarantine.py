"""Quarantine: records that could not be read, with the reason, until a later version of them can be."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, delete, func, select, text, update

from store.bulk import among
from store.db import ReadConnection, WriteConnection
from store.records import RecordId, record_id
from store.schema import Instant, metadata
from store.upsert import chunks, conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """A record that could not be read, with the reason; it leaves when a later version of it can be.

    `kind` is the canonical one («» when the source does not tell), `payload_hash` a digest of what it sent. `since` is
    when this was first found and `seen_at` when last; `tried_at` is when it was last asked for by its id.
    """

    source: str
    stream: str
    source_id: str
    reason: str
    seen_at: datetime
    kind: str = ""
    payload_hash: str = ""
    since: datetime | None = None
    tried_at: datetime | None = None

    @property
    def record_id(self) -> RecordId:
        """The store's id of the record, which it may have from an earlier version."""
        return record_id(self.source, self.kind, self.source_id)


quarantine = Table(
    "quarantine",
    metadata,
    Column("source", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("source_id", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("kind", String, nullable=False, server_default=text("''")),
    Column("payload_hash", String, nullable=False, server_default=text("''")),
    Column("since", Instant),
    Column("tried_at", Instant),
    Index("ix_quarantine_source_source_id", "source", "source_id"),
)

# The stream of those that are no records: fields of records, in which something else than e-mail addresses stands.
EMAIL_FIELDS = "email_fields"
# What a record that is found broken once more brings; since when it is so stays.
_NEWEST = ("reason", "seen_at", "kind", "payload_hash")


async def quarantine_records(conn: WriteConnection, found: Sequence[Quarantined]) -> None:
    """Keep why records could not be read; the newest reason counts."""
    if not found:
        return
    statement = conflict_insert(conn, quarantine)
    kept = {name: statement.excluded[name] for name in _NEWEST}
    keys = ["source", "stream", "source_id"]
    rows = [asdict(record) | {"since": record.since or record.seen_at} for record in found]
    await conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=kept), rows)


async def release_records(conn: WriteConnection, source: str, stream: str, source_ids: Sequence[str]) -> None:
    """These records could be read after all, or are no more."""
    c = quarantine.c
    for chunk in chunks(source_ids):
        await conn.execute(
            delete(quarantine).where(c.source == source, c.stream == stream, among(conn, c.source_id, chunk)),
        )


async def release_ending(conn: WriteConnection, source: str, stream: str, ending: str) -> None:
    """Likewise all whose ids end so."""
    c = quarantine.c
    same = (c.source == source, c.stream == stream)
    await conn.execute(delete(quarantine).where(*same, c.source_id.endswith(ending, autoescape=True)))


async def release_record(conn: WriteConnection, source: str, kind: str, source_id: str) -> None:
    """This one record could be read after all, whichever stream found it broken."""
    c = quarantine.c
    await conn.execute(delete(quarantine).where(c.source == source, c.kind == kind, c.source_id == source_id))


async def release_found_before(
    conn: WriteConnection, source: str, stream: str, source_id: str, *, before: datetime
) -> None:
    """This one was told, and was not found again since then."""
    c = quarantine.c
    same = (c.source == source, c.stream == stream, c.source_id == source_id)
    await conn.execute(delete(quarantine).where(*same, c.seen_at < before))


async def mark_tried(conn: WriteConnection, held: Quarantined, *, at: datetime) -> None:
    """Note that the source was asked for this record by its id, and that it still cannot be read."""
    c = quarantine.c
    same = (c.source == held.source, c.stream == held.stream, c.source_id == held.source_id)
    await conn.execute(update(quarantine).where(*same).values(tried_at=at))


async def untried(
    conn: ReadConnection, source: str, stream: str, *, before: datetime, limit: int
) -> tuple[Quarantined, ...]:
    """Records of a known kind that nobody found or asked for since an instant: those that waited longest first."""
    c = quarantine.c
    last_looked_at = func.coalesce(c.tried_at, c.seen_at)
    of_stream = (c.source == source, c.stream == stream, c.kind != "")
    query = select(quarantine).where(*of_stream, c.seen_at < before, last_looked_at < before)
    rows = (await conn.execute(query.order_by(last_looked_at, c.source_id).limit(limit))).mappings()
    return tuple(_quarantined(row) for row in rows)


async def count_quarantined(conn: ReadConnection, source: str, stream: str) -> int:
    """How many records of a stream could not be read, and so are missing or out of date."""
    c = quarantine.c
    query = select(func.count()).select_from(quarantine).where(c.source == source, c.stream == stream)
    return int((await conn.execute(query)).scalar_one())


async def list_quarantined(
    conn: ReadConnection, *, limit: int | None, source: str | None = None, with_fields: bool = True
) -> tuple[Quarantined, ...]:
    """Records in quarantine (of one source, if it is named), the newest first; then fields, where these are wanted."""
    c = quarantine.c
    query = select(quarantine).order_by(c.stream == EMAIL_FIELDS, c.seen_at.desc(), c.source_id).limit(limit)
    if source is not None:
        query = query.where(c.source == source)
    if not with_fields:
        query = query.where(c.stream != EMAIL_FIELDS)
    return tuple(_quarantined(row) for row in (await conn.execute(query)).mappings())


async def quarantined_streams(conn: ReadConnection, source: str | None = None) -> dict[tuple[str, str], int]:
    """How many are in quarantine, by source and stream."""
    c = quarantine.c
    query = select(c.source, c.stream, func.count()).group_by(c.source, c.stream).order_by(c.source, c.stream)
    if source is not None:
        query = query.where(c.source == source)
    return {(row[0], row[1]): int(row[2]) for row in await conn.execute(query)}


async def unreadable_since(conn: ReadConnection, source: str, kind: str, source_id: str) -> datetime | None:
    """Since when newer versions of this record could not be read; None while all is well with it."""
    c = quarantine.c
    one = (c.source == source, c.source_id == source_id, c.kind == kind)
    query = select(func.min(func.coalesce(c.since, c.seen_at))).where(*one)
    found: datetime | None = (await conn.execute(query)).scalar_one()
    return found


def _quarantined(row: Any) -> Quarantined:
    return Quarantined(**{name: row[name] for name in Quarantined.__dataclass_fields__})
