"""Facts of this installation: those set once and compared ever after, such as which Slack workspace, and states."""

from sqlalchemy import Column, String, Table, Text, delete, select

from store.db import ReadConnection, WriteConnection
from store.schema import metadata
from store.upsert import conflict_insert

# The workspace that this installation is connected to, its name, and who we are in it.
SLACK_TEAM_ID, SLACK_TEAM, SLACK_USER = "slack.team_id", "slack.team", "slack.user"
# Since when, and by what, Slack takes nothing from us; not there while it does.
SLACK_SHUT = "slack.shut"

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


async def keep_fact(conn: WriteConnection, name: str, value: str) -> None:
    """Keep this value under the name from here on, in place of what was there."""
    statement = conflict_insert(conn, facts).values(name=name, value=value)
    await conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def drop_fact(conn: WriteConnection, name: str) -> None:
    """Keep nothing under the name."""
    await conn.execute(delete(facts).where(facts.c.name == name))
