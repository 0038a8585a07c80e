"""Whether the database file is whole, as far as SQLite can tell without being asked for a certain row."""

from sqlalchemy import text

from store.db import Store
from store.errors import StoreCorruptError


async def check_integrity(database: Store) -> None:
    """Raises StoreCorruptError when a page of the SQLite file is damaged. Reads all of it: about a second per GB.

    PostgreSQL looks after its own files.
    """
    if not database.is_sqlite:
        return
    async with database.read() as conn:
        found = (await conn.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if found != "ok":
        raise StoreCorruptError


async def check_readable(database: Store) -> None:
    """Raises StoreError when nothing can be read at the moment."""
    async with database.read() as conn:
        await conn.execute(text("SELECT 1"))
