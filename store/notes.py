"""Notes: what collectors and colleagues wrote about a customer or an invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, RowMapping, String, Table, Text, bindparam, func, select

from store.about import is_about
from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import Instant, metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Note(Pulled):
    """A remark about one record (`about_id`: a customer's or an invoice's id). Its text is as it was written.

    `author` is a name. One that was written here has its writer's account as `author_id`, and as `permalink` the Slack
    message that it answers, when there is one. Of a CRM's note `account_id` is its account there; it is about the
    customer that this one is, and as long as that is none, about the account.
    """

    about_id: RecordId
    text: str
    written_at: datetime
    title: str | None = None
    author: str | None = None
    author_id: str | None = None
    permalink: str | None = None
    account_id: RecordId | None = None


notes = Table(
    "notes",
    metadata,
    *origin_columns(),
    Column("about_id", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("author", String),
    Column("author_id", String),
    Column("permalink", Text),
    Column("account_id", String, index=True),
    Column("written_at", Instant, nullable=False),
    Index("ix_notes_about_id_written_at", "about_id", "written_at"),
)


# Built once: building a statement takes longer than running it.
_LIVING = select(notes).where(is_about(notes.c.about_id), notes.c.deleted_at.is_(None))
_NEWEST = _LIVING.order_by(notes.c.written_at.desc(), notes.c.id).limit(bindparam("limit")).offset(bindparam("offset"))
_COUNT = select(func.count()).select_from(_LIVING.subquery())


_PLAIN = plain_names(Note)


def note_row(note: Note) -> dict[str, Any]:
    """The table row of a note; the fingerprint is the upsert's to add."""
    return plain_values(note, _PLAIN)


def note_from_row(row: RowMapping) -> Note:
    """The record of a table row."""
    return Note(**{name: row[name] for name in Note.__dataclass_fields__})


async def notes_about(conn: ReadConnection, about_id: RecordId, *, limit: int, offset: int = 0) -> tuple[Note, ...]:
    """A page of the notes about a record, newest first; a customer's include those about its invoices."""
    page = {"about_id": about_id, "limit": limit, "offset": offset}
    return tuple(note_from_row(row) for row in (await conn.execute(_NEWEST, page)).mappings())


async def count_notes(conn: ReadConnection, about_id: RecordId) -> int:
    """How many notes `notes_about` has in all its pages."""
    return int((await conn.execute(_COUNT, {"about_id": about_id})).scalar_one())


async def newest_note(conn: ReadConnection, about_id: RecordId) -> Note | None:
    """The latest note about a record; a customer's may be about one of its invoices. None when nobody wrote any."""
    return next(iter(await notes_about(conn, about_id, limit=1)), None)


async def notes_by_id(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, Note]:
    """The notes with these ids; missing ones are simply not in the answer."""
    rows = await conn.execute(select(notes).where(notes.c.id.in_(ids)))
    return {row["id"]: note_from_row(row) for row in rows.mappings()}
