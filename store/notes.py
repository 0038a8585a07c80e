"""Notes: what collectors and colleagues wrote about a customer or an invoice."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, RowMapping, String, Table, Text, bindparam, select

from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.schema import Instant, metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Note(Pulled):
    """A remark about one record (`about_id`: a customer's or an invoice's id). Its text is as it was written."""

    about_id: RecordId
    text: str
    written_at: datetime
    title: str | None = None
    author: str | None = None


notes = Table(
    "notes",
    metadata,
    *origin_columns(),
    Column("about_id", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("author", String),
    Column("written_at", Instant, nullable=False),
    Index("ix_notes_about_id_written_at", "about_id", "written_at"),
)


_NEWEST = (
    select(notes)
    .where(notes.c.about_id == bindparam("about_id"), notes.c.deleted_at.is_(None))
    .order_by(notes.c.written_at.desc(), notes.c.id)
    .limit(1)
)


def note_row(note: Note) -> dict[str, Any]:
    """The table row of a note; the fingerprint is the upsert's to add."""
    return {name: value for name, value in asdict(note).items() if name != "refreshed_at"}


def note_from_row(row: RowMapping) -> Note:
    """The record of a table row."""
    return Note(**{name: row[name] for name in Note.__dataclass_fields__})


async def newest_note(conn: ReadConnection, about_id: RecordId) -> Note | None:
    """The latest note about one record; None when nobody wrote any."""
    row = (await conn.execute(_NEWEST, {"about_id": about_id})).mappings().first()
    return note_from_row(row) if row else None
