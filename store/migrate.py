"""Bringing the database to this program's schema, and refusing one that is newer."""

import asyncio
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import store.tables  # noqa: F401 - importing it fills the metadata
from store.db import Store
from store.errors import SchemaNewerError, SchemaOlderError

# Any number will do, as long as all our programs take the same.
_UPGRADE_LOCK = 0x7E50_0110


async def upgrade(database: Store) -> None:
    """Apply the missing migrations, all in one transaction: killed half-way, none of them happened.

    Programs that do so at the same time take turns, and the later ones find nothing to do.

    Called off half-way, it comes to its end first. Raises SchemaNewerError when the database knows a revision that this
    program does not.
    """
    upgrading = asyncio.ensure_future(_upgraded(database))
    try:
        await asyncio.shield(upgrading)
    except asyncio.CancelledError:
        # A migration tidies up after whatever ends it, which a connection that was called off refuses, at length. It
        # is over in a moment.
        await asyncio.gather(upgrading, return_exceptions=True)
        raise


async def _upgraded(database: Store) -> None:
    async with database.write() as conn:
        await conn.run_sync(_upgrade)


async def check(database: Store) -> None:
    """Raises SchemaOlderError or SchemaNewerError unless the database has exactly this program's schema."""
    async with database.read() as conn:
        current = await conn.run_sync(_revision)
    if current != _script().get_current_head():
        raise SchemaOlderError


async def is_empty(database: Store) -> bool:
    """Whether the database has no table at all, of ours or of anybody else."""
    async with database.read() as conn:
        return await conn.run_sync(lambda plain: not inspect(plain).get_table_names())


def _upgrade(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
    _revision(conn)
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _revision(conn: Connection) -> str | None:
    """The database's revision; None for an empty one. Raises SchemaNewerError for one that we do not know."""
    revision = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in _script().walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaNewerError
    return revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(str(files("store") / "migrations"))).replace("%", "%%"))
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
