"""A store for a moment: some of the tables in a file that goes away, for what does not fit into memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Column, MetaData, String, Table, select

from store.bulk import among, insert_rows
from store.db import Store, WriteConnection, sqlite_url
from store.schema import metadata
from store.upsert import chunks

# Which records a moment has met; of no other store.
_seen = Table("seen", MetaData(), Column("id", String, primary_key=True))


@asynccontextmanager
async def scratch_store(*tables: Table) -> AsyncIterator[Store]:
    """An empty store with these tables alone, and what `unseen` needs, until the block ends."""
    with TemporaryDirectory(prefix="tesorio-") as folder:
        store = Store(sqlite_url(Path(folder) / "scratch.sqlite"))
        try:
            async with store.write() as conn:
                await conn.run_sync(lambda plain: metadata.create_all(plain, tables=tables))
                await conn.run_sync(_seen.create)
            yield store
        finally:
            await store.close()


async def unseen(conn: WriteConnection, ids: Sequence[str]) -> frozenset[str]:
    """Those of these ids, each once, about which a scratch store has not been asked before."""
    known: set[str] = set()
    for chunk in chunks(ids):
        known.update((await conn.execute(select(_seen.c.id).where(among(conn, _seen.c.id, chunk)))).scalars())
    new = frozenset(ids) - known
    await insert_rows(conn, _seen, [{"id": each} for each in sorted(new)])
    return new
