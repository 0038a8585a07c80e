"""Sources that are read in a rhythm of their own, counted from an instant; all others are read daily."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, delete, select

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRhythm:
    """A source is read every so many hours, counted from `since`: the moment at which somebody switched it on."""

    source: str
    since: datetime
    every_hours: int


source_rhythms = Table(
    "source_rhythms",
    metadata,
    Column("source", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("every_hours", Integer, nullable=False),
)


async def rhythm_of(conn: ReadConnection, source: str) -> SourceRhythm | None:
    """The rhythm of a source; None of one that is read daily with all others."""
    found = await conn.execute(select(source_rhythms).where(source_rhythms.c.source == source))
    row = found.mappings().first()
    return SourceRhythm(**row) if row else None


async def keep_rhythm(conn: WriteConnection, rhythm: SourceRhythm) -> None:
    """Read the source in this rhythm from here on, whatever it had before."""
    told = {"since": rhythm.since, "every_hours": rhythm.every_hours}
    statement = conflict_insert(conn, source_rhythms).values(asdict(rhythm))
    await conn.execute(statement.on_conflict_do_update(index_elements=["source"], set_=told))


async def drop_rhythm(conn: WriteConnection, source: str) -> None:
    """Read the source daily again."""
    await conn.execute(delete(source_rhythms).where(source_rhythms.c.source == source))
