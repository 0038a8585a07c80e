"""Facts of this installation, set once and compared ever after: which NetSuite account, which Slack workspace."""

from sqlalchemy import Column, String, Table, Text, insert, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import metadata

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)


async def read_fact(conn: ReadConnection, name: str) -> str | None:
    """The value kept under a name; None when it was never set."""
    value = (await conn.execute(select(facts.c.value).where(facts.c.name == name))).scalar_one_or_none()
    return None if value is None else str(value)


async def save_fact(conn: WriteConnection, name: str, value: str) -> None:
    """Keep a value under a name, in place of what was there."""
    changed = await conn.execute(update(facts).where(facts.c.name == name).values(value=value))
    if not changed.rowcount:
        await conn.execute(insert(facts).values(name=name, value=value))
