"""What a SQLite file of ours is made of, and one that was made before."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from store.db import Store, sqlite_url

# A large invoice, with all that nobody asked for.
LARGE = "x" * 3000


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    store = Store(sqlite_url(path))
    try:
        yield store
    finally:
        await store.close()


async def fill(path: Path) -> None:
    async with opened(path) as store, store.write() as conn:
        await conn.execute(text("CREATE TABLE large (value TEXT NOT NULL)"))
        for _ in range(200):
            await conn.execute(text("INSERT INTO large VALUES (:value)"), {"value": LARGE})


async def test_a_new_one_has_two_large_records_on_a_page(tmp_path: Path) -> None:
    await fill(path := tmp_path / "store.sqlite")
    with closing(sqlite3.connect(path)) as conn:
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        (size,) = conn.execute("PRAGMA page_size").fetchone()
    assert (size, pages < 110) == (8192, True)


@pytest.mark.parametrize("page_bytes", [4096, 16384])
async def test_one_of_other_pages_goes_on_with_them(tmp_path: Path, page_bytes: int) -> None:
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(f"PRAGMA page_size={page_bytes}")
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("CREATE TABLE earlier (value TEXT)")
    await fill(path)
    async with opened(path) as store, store.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM large"))).scalar_one() == 200
        assert (await conn.execute(text("PRAGMA page_size"))).scalar_one() == page_bytes
        assert (await conn.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
