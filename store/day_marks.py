"""What is done once a calendar day: the last day on which it was, whichever replica did it."""

from datetime import date

from sqlalchemy import Column, Date, String, Table, delete, select

from store.db import ReadConnection, WriteConnection
from store.schema import metadata
from store.upsert import conflict_insert

day_marks = Table(
    "day_marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("day", Date, nullable=False),
)


async def marked_day(conn: ReadConnection, name: str) -> date | None:
    """The last day for which this was done; None when it never was."""
    day: date | None = (
        await conn.execute(select(day_marks.c.day).where(day_marks.c.name == name))
    ).scalar_one_or_none()
    return day


async def mark_day(conn: WriteConnection, name: str, day: date) -> bool:
    """Take a day for this; False when that day, or a later one, was taken before. A clock set back repeats none."""
    statement = conflict_insert(conn, day_marks).values(name=name, day=day)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"day": statement.excluded.day}, where=day_marks.c.day < statement.excluded.day
    )
    return (await conn.execute(statement.returning(day_marks.c.name))).first() is not None


async def unmark_days(conn: WriteConnection, name: str) -> None:
    """What is done no more."""
    await conn.execute(delete(day_marks).where(day_marks.c.name == name))
