"""What a program does with the database that it finds: makes it, uses it, or refuses it and leaves it alone."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.root.assistant import open_schema, open_store
from bot.rules import Rules
from bot.settings import settings_from
from store.db import Store, sqlite_url
from store.errors import SchemaNewerError, SchemaOlderError, StoreError
from store.migrate import check


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(statement)


async def opened(path: Path) -> None:
    store = Store(sqlite_url(path))
    try:
        await open_schema(store)
        await check(store)
    finally:
        await store.close()


class TestOpenSchema:
    async def test_makes_the_schema_of_a_new_file(self, tmp_path: Path) -> None:
        await opened(tmp_path / "store.db")
        await opened(tmp_path / "store.db")

    async def test_several_programs_may_make_it_at_once(self, tmp_path: Path) -> None:
        await asyncio.gather(*(opened(tmp_path / "store.db") for _ in range(4)))

    @pytest.mark.parametrize(
        ("statement", "error"),
        [
            ("UPDATE alembic_version SET version_num = '9999'", SchemaNewerError),
            ("DELETE FROM alembic_version", SchemaOlderError),
        ],
    )
    async def test_refuses_another_version(self, tmp_path: Path, statement: str, error: type[StoreError]) -> None:
        path = tmp_path / "store.db"
        await opened(path)
        change(path, statement)
        before = path.read_bytes()
        with pytest.raises(error):
            await opened(path)
        assert path.read_bytes() == before

    async def test_refuses_the_database_of_another_program(self, tmp_path: Path) -> None:
        path = tmp_path / "store.db"
        change(path, "CREATE TABLE invoices (id INTEGER PRIMARY KEY)")
        with pytest.raises(SchemaOlderError):
            await opened(path)
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


class TestOpenStore:
    async def test_makes_the_data_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "not" / "yet"
        async with open_store(settings_from({"TESORIO_DATA_DIR": str(folder)}, Rules())) as store:
            await check(store)
        assert folder.is_dir()
