import asyncio
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from store.db import Store, sqlite_url
from store.errors import SchemaNewerError, SchemaOlderError
from store.migrate import _upgrade, check, is_empty, upgrade
from store.tables import TABLES, metadata

pytestmark = pytest.mark.both_databases


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A database without any table."""
    url = (
        sqlite_url(tmp_path / "empty.db")
        if request.param == "sqlite"
        else request.getfixturevalue("empty_postgres_url")
    )
    opened = Store(url)
    yield opened
    await opened.close()


async def tables(store: Store) -> set[str]:
    async with store.read() as conn:
        return set(await conn.run_sync(lambda plain: inspect(plain).get_table_names()))


async def execute(store: Store, statement: str) -> None:
    async with store.write() as conn:
        await conn.execute(text(statement))


class TestUpgrade:
    async def test_makes_the_schema_that_the_program_knows(self, empty: Store) -> None:
        assert await is_empty(empty)
        await upgrade(empty)
        await check(empty)
        assert not await is_empty(empty)
        assert await tables(empty) == {table.name for table in TABLES} | {"alembic_version"}

    async def test_leaves_no_difference_to_the_metadata(self, store: Store) -> None:
        def differences(conn: Connection) -> list[object]:
            context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
            return list(compare_metadata(context, metadata))

        async with store.read() as conn:
            assert await conn.run_sync(differences) == []

    async def test_twice_changes_nothing(self, store: Store) -> None:
        await execute(store, "INSERT INTO facts (name, value) VALUES ('kept', 'yes')")
        await upgrade(store)
        await check(store)
        async with store.read() as conn:
            assert (await conn.execute(text("SELECT value FROM facts"))).scalars().all() == ["yes"]

    async def test_by_several_programs_at_once_happens_once(self, empty: Store) -> None:
        others = [Store(empty.url.render_as_string(hide_password=False)) for _ in range(3)]
        await asyncio.gather(*(upgrade(one) for one in (empty, *others)))
        for one in others:
            await one.close()
        await check(empty)

    async def test_that_is_called_off_half_way_comes_to_its_end(
        self, empty: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = asyncio.Event()

        def noticed(conn: Connection) -> None:
            begun.set()
            _upgrade(conn)

        monkeypatch.setattr("store.migrate._upgrade", noticed)
        upgrading = asyncio.create_task(upgrade(empty))
        await begun.wait()
        upgrading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upgrading
        await check(empty)

    async def test_that_fails_half_way_leaves_nothing(self, empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        create = op.create_table
        made: list[str] = []

        def create_some(name: str, *columns: object, **options: object) -> object:
            if len(made) == 5:
                raise RuntimeError("pulled the plug")
            made.append(name)
            return create(name, *columns, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(op, "create_table", create_some)
        with pytest.raises(RuntimeError, match="pulled the plug"):
            await upgrade(empty)
        assert await is_empty(empty)
        monkeypatch.undo()
        await upgrade(empty)
        await check(empty)

    def test_that_is_killed_half_way_leaves_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "store.db"
        program = f"""
            import asyncio, os, signal
            from alembic import op
            from store.db import Store, sqlite_url
            from store.migrate import upgrade
            from pathlib import Path

            made, create = [], op.create_table

            def create_some(name, *columns, **options):
                made.append(name)
                if len(made) == 8:
                    os.kill(os.getpid(), signal.SIGKILL)
                return create(name, *columns, **options)

            op.create_table = create_some
            asyncio.run(upgrade(Store(sqlite_url(Path({str(path)!r})))))
        """
        ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, timeout=60)  # noqa: S603 - our own program
        assert ended.returncode == -signal.SIGKILL
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert conn.execute("SELECT name FROM sqlite_master").fetchall() == []
        asyncio.run(self._upgraded(path))

    async def _upgraded(self, path: Path) -> None:
        store = Store(sqlite_url(path))
        await upgrade(store)
        await check(store)
        await store.close()


class TestCheck:
    async def test_an_empty_database_is_older(self, empty: Store) -> None:
        with pytest.raises(SchemaOlderError, match="tesorio db upgrade"):
            await check(empty)

    async def test_a_newer_one_is_refused_and_left_alone(self, empty: Store) -> None:
        await upgrade(empty)
        await execute(empty, "UPDATE alembic_version SET version_num = '9999'")
        before = await tables(empty)
        for use in (check, upgrade):
            with pytest.raises(SchemaNewerError, match="newer version"):
                await use(empty)
        assert await tables(empty) == before

    async def test_a_database_of_somebody_else_is_not_empty(self, empty: Store) -> None:
        await execute(empty, "CREATE TABLE users (id INTEGER PRIMARY KEY)")
        assert not await is_empty(empty)
        with pytest.raises(SchemaOlderError):
            await check(empty)
