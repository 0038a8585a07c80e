"""A store for a moment: some of the tables in a file that goes away, for what does not fit into memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Table

from store.db import Store, sqlite_url
from store.schema import metadata


@asynccontextmanager
async def scratch_store(*tables: Table) -> AsyncIterator[Store]:
    """An empty store with these tables alone, until the block ends."""
    with TemporaryDirectory(prefix="tesorio-") as folder:
        store = Store(sqlite_url(Path(folder) / "scratch.sqlite"))
        try:
            async with store.write() as conn:
                await conn.run_sync(lambda plain: metadata.create_all(plain, tables=tables))
            yield store
        finally:
            await store.close()
