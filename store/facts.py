"""Facts of this installation, set once and compared ever after: which NetSuite account, which Slack workspace."""

from sqlalchemy import Column, String, Table, Text, select

from store.db import ReadConnection, WriteConnection
from store.schema import metadata
from store.upsert import conflict_insert

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


async def bind_fact(conn: WriteConnection, name: str, value: str) -> str:
    """The value that counts from here on: this one if none was kept under the name, else the one that was."""
    statement = conflict_insert(conn, facts).values(name=name, value=value)
    await conn.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
    return (await read_fact(conn, name)) or value
