"""How far each reader of the change feed has come, moved in the transaction that does what the changes ask for."""

from sqlalchemy import BigInteger, Column, String, Table, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import metadata
from store.upsert import conflict_insert

feed_cursors = Table(
    "feed_cursors",
    metadata,
    Column("reader", String, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)


async def feed_position(conn: ReadConnection, reader: str) -> int | None:
    """The sequence of the last change that this reader has dealt with; None before its first look."""
    query = select(feed_cursors.c.sequence).where(feed_cursors.c.reader == reader)
    found = (await conn.execute(query)).scalar_one_or_none()
    return None if found is None else int(found)


async def begin_feed(conn: WriteConnection, reader: str, sequence: int) -> bool:
    """Let a new reader start after this change; False when another replica let it start before."""
    statement = conflict_insert(conn, feed_cursors).values(reader=reader, sequence=sequence)
    begun = await conn.execute(statement.on_conflict_do_nothing(index_elements=["reader"]))
    return bool(begun.rowcount == 1)


async def move_feed(conn: WriteConnection, reader: str, *, before: int, after: int) -> bool:
    """Move a reader on, if it still stands where the caller saw it; False when another replica was first."""
    c = feed_cursors.c
    moved = await conn.execute(
        update(feed_cursors).where(c.reader == reader, c.sequence == before).values(sequence=after)
    )
    return bool(moved.rowcount == 1)
