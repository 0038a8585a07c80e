# ruff: noqa: ASYNC240 - nothing else runs in these loops that a file's own reading could hold up
"""What a person is told when the database file cannot be used. Each trouble is a real one, not a raised error."""

import asyncio
import os
import shutil
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import Insert, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import migrate
from store.db import Store, sqlite_url
from store.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnreachableError,
    store_error,
)
from store.facts import facts, read_fact
from tests.store.make import make_customer, make_invoice, put_fact, save, statements_of
from tests.store_fixtures import PostgresServer

pytestmark = pytest.mark.both_databases

NOBODY = 65_534


@pytest.fixture
def path(sqlite_template: Path) -> Iterator[Path]:
    """An upgraded database in a folder that another user could reach."""
    folder = Path(mkdtemp(prefix="tesorio-errors-"))
    folder.chmod(0o777)
    shutil.copyfile(sqlite_template, folder / "store.db")
    (folder / "store.db").chmod(0o666)
    yield folder / "store.db"
    folder.chmod(0o777)
    shutil.rmtree(folder)


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may write everywhere; be somebody else meanwhile."""
    # Loaded at its first use, which would be while even the standard library may not be read.
    import_module("concurrent.futures.thread")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def write(store: Store, value: str = "x") -> None:
    async with store.write() as conn:
        await put_fact(conn, value)


async def read(store: Store) -> str | None:
    async with store.read() as conn:
        return await read_fact(conn, "fact")


async def refused(path: Path, error: type[StoreError], *, by: str = "both") -> None:
    store = Store(sqlite_url(path), busy_timeout_seconds=0.01)
    try:
        if by in {"both", "write"}:
            with pytest.raises(error):
                await write(store)
        if by in {"both", "read"}:
            with pytest.raises(error):
                await read(store)
    finally:
        await store.close()


class TestLocked:
    async def test_is_told_when_it_lasts_too_long_and_passes(self, path: Path) -> None:
        store = Store(sqlite_url(path), busy_timeout_seconds=0.05)
        await write(store, "before")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError, match="Another program holds the database"):
                await write(store)
            assert await read(store) == "before"
            other.execute("ROLLBACK")
        await write(store, "after")
        assert await read(store) == "after"
        await store.close()

    async def test_waits_while_it_is_short(self, path: Path) -> None:
        store = Store(sqlite_url(path))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with statements_of(store) as statements:
                writing = asyncio.create_task(write(store, "at last"))
                await asyncio.sleep(0.05)
            assert statements == []
            other.execute("COMMIT")
        await writing
        assert await read(store) == "at last"
        await store.close()


class TestReadOnly:
    async def test_file(self, path: Path) -> None:
        path.chmod(0o444)
        path.parent.chmod(0o555)
        with without_rights():
            await refused(path, StoreReadOnlyError, by="write")

    async def test_folder_without_rights(self, path: Path) -> None:
        path.parent.chmod(0o000)
        with without_rights():
            await refused(path, StoreUnreachableError)

    async def test_file_that_may_not_be_opened(self, path: Path) -> None:
        path.chmod(0o000)
        with without_rights():
            await refused(path, StoreUnreachableError)


class TestUnreachable:
    async def test_missing_folder(self, path: Path) -> None:
        await refused(path.parent / "missing" / "store.db", StoreUnreachableError)

    async def test_a_folder_in_place_of_the_file(self, path: Path) -> None:
        await refused(path.parent, StoreUnreachableError)


class TestRows:
    """What a database quotes of what it refuses was written by people."""

    @pytest.mark.parametrize("value", [None, "twice"])
    async def test_are_in_no_error(self, store: Store, value: str | None) -> None:
        wanted = insert(facts).values(name="written by Ana", value=value)
        with pytest.raises(IntegrityError) as caught:
            await self._twice(store, wanted)
        assert "Ana" not in "".join(traceback.format_exception(caught.value))

    async def _twice(self, store: Store, wanted: Insert) -> None:
        async with store.write() as conn:
            await conn.execute(wanted)
            await conn.execute(wanted)


@pytest.mark.postgres
class TestUnreachableServer:
    @pytest.mark.parametrize(
        ("right", "wrong"),
        [("127.0.0.1", "no-such-host.invalid"), ("tests@", "nobody@"), ("/postgres", "/nowhere"), (":{port}/", ":1/")],
    )
    async def test_is_told(self, postgres: PostgresServer, right: str, wrong: str) -> None:
        url = postgres.url("postgres")
        store = Store(url.replace(right.format(port=postgres.port), wrong))
        for use in (read, write):
            with pytest.raises(StoreUnreachableError, match="TESORIO_DATABASE_URL"):
                await use(store)
        await store.close()

    @pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
    async def test_one_that_goes_away_is_told_and_found_again(self, store_url: str) -> None:
        store = Store(store_url)
        with pytest.raises(StoreUnreachableError):
            await self._cut_off(store)
        await write(store, "again")
        assert await read(store) == "again"
        await store.close()

    async def _cut_off(self, store: Store) -> None:
        async with store.write() as conn:
            own = (await conn.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with store.write() as other:
                await other.execute(text(f"SELECT pg_terminate_backend({own})"))
            await put_fact(conn, "lost")


class TestCorrupt:
    @pytest.mark.parametrize("content", [b"not a database, but long enough to look like one" * 100])
    async def test_another_kind_of_file(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        await refused(path, StoreCorruptError)
        assert path.read_bytes() == content

    async def test_damaged_pages(self, path: Path) -> None:
        store = Store(sqlite_url(path))
        await save(store, *(make_invoice(str(number), memo="m" * 500) for number in range(200)))
        await store.close()
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        path.write_bytes(content)
        store = Store(sqlite_url(path))
        with pytest.raises(StoreCorruptError, match="restore the newest backup"):
            await save(store, make_invoice("1"))
        await store.close()


class TestFull:
    async def test_answers_still_come_and_writing_goes_on_once_there_is_space(self, path: Path) -> None:
        store = Store(sqlite_url(path))
        await save(store, make_customer("1"))
        await write(store, "kept")
        async with store.write() as conn:
            pages = (await conn.execute(text("PRAGMA page_count"))).scalar_one()
            await conn.execute(text(f"PRAGMA max_page_count = {pages}"))
        big = make_customer("2", address="a" * 500_000)
        with pytest.raises(StoreFullError, match="free some space"):
            await save(store, big)
        assert await read(store) == "kept"
        async with store.write() as conn:
            await conn.execute(text("PRAGMA max_page_count = 1000000"))
        await save(store, big)
        await store.close()


class TestTooManyReaders:
    async def test_wait_for_one_to_end_and_are_told_when_none_does(self, path: Path) -> None:
        store = Store(sqlite_url(path))
        store._reader.sync_engine.pool._timeout = 0.01  # type: ignore[attr-defined]  # half a minute otherwise

        async def nested(depth: int) -> None:
            async with store.read():
                await nested(depth + 1)

        with pytest.raises(StoreBusyError):
            await nested(0)
        assert await read(store) is None
        await store.close()


class TestStoreError:
    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (sqlite3.SQLITE_BUSY, StoreBusyError),
            (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusyError),
            (sqlite3.SQLITE_LOCKED, StoreBusyError),
            (sqlite3.SQLITE_READONLY_DBMOVED, StoreReadOnlyError),
            (sqlite3.SQLITE_FULL, StoreFullError),
            (sqlite3.SQLITE_IOERR_WRITE, StoreFullError),
            (sqlite3.SQLITE_IOERR_READ, StoreCorruptError),
            (sqlite3.SQLITE_IOERR_SHORT_READ, StoreCorruptError),
            (sqlite3.SQLITE_CORRUPT, StoreCorruptError),
        ],
    )
    def test_is_named_by_what_to_do(self, code: int, error: type[StoreError]) -> None:
        original = sqlite3.OperationalError()
        original.sqlite_errorcode = code
        found = store_error(DBAPIError("", None, original))
        assert type(found) is error
        assert str(found)

    def test_a_mistake_of_ours_stays_what_it_is(self) -> None:
        original = sqlite3.OperationalError()
        original.sqlite_errorcode = sqlite3.SQLITE_ERROR
        assert store_error(DBAPIError("", None, original)) is None
        assert store_error(DBAPIError("", None, Exception())) is None

    async def test_a_mistake_of_ours_is_raised_as_it_is(self, store: Store) -> None:
        with pytest.raises(DBAPIError):
            async with store.read() as conn:
                await conn.execute(text("SELECT nonsense"))

    def test_a_docstring_is_the_message(self) -> None:
        assert str(StoreBusyError()).startswith("Another program holds the database")
        assert str(StoreBusyError("because")) == "because"


async def test_the_schema_of_a_file_that_is_no_database_is_not_made(path: Path) -> None:
    path.write_bytes(b"x" * 5000)
    store = Store(sqlite_url(path))
    with pytest.raises(StoreCorruptError):
        await migrate.check(store)
    await store.close()
