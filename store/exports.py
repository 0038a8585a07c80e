"""Files on their way to a person: which upload each became, so that one that is tried again stays one file."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, String, Table, Text, delete, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert

# Work that is tried again ends within a day.
_KEPT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """A file that Slack has the bytes of. From `uploaded_at` on the person may have it; `is_sent` says that they do.

    `id` is that of the work that sends it, `file_id` and `channel_id` are Slack's; `words` stand above it.
    """

    id: str
    file_id: str
    channel_id: str
    name: str
    words: str
    uploaded_at: datetime
    is_sent: bool = False


exports = Table(
    "exports",
    metadata,
    Column("id", String, primary_key=True),
    Column("file_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("is_sent", Boolean, nullable=False),
)


async def export_by_id(conn: ReadConnection, export_id: str) -> Export | None:
    """How far the file of this work has come; None before Slack has it."""
    row = (await conn.execute(select(exports).where(exports.c.id == export_id))).mappings().first()
    return Export(**row) if row else None


async def add_export(conn: WriteConnection, export: Export) -> None:
    """Note that Slack has the file; one that is noted already stays. Notes that nobody needs any more go."""
    await conn.execute(delete(exports).where(exports.c.uploaded_at < export.uploaded_at - _KEPT))
    statement = conflict_insert(conn, exports).values(asdict(export))
    await conn.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


async def mark_sent(conn: WriteConnection, export_id: str) -> None:
    """The person has the file."""
    await conn.execute(update(exports).where(exports.c.id == export_id).values(is_sent=True))


async def forget_export(conn: WriteConnection, export_id: str) -> None:
    """Slack has the file no more: it is made anew."""
    await conn.execute(delete(exports).where(exports.c.id == export_id))
