"""The `store` fixture: an empty, upgraded database, once on SQLite and once on a PostgreSQL that the tests start.

PostgreSQL runs on loopback, on a port of its own, in a folder that goes away with the session. Its collation is a
linguistic one on purpose: what holds there holds under C too, the reverse is not so.
"""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import asyncpg  # type: ignore[import-untyped]  # it ships no type information
import pytest

from store.db import Store, sqlite_url
from store.migrate import upgrade
from store.tables import TABLES

_DATABASES = count(1)
_TEMPLATE = "upgraded"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostgresServer:
    """A running server: where its programs are, and how to reach it."""

    programs: Path
    port: int
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://tests@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> None:
        _run("createdb", "-T", template, name, server=self)

    def drop_database(self, name: str) -> None:
        _run("dropdb", "--force", name, server=self)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (looked for initdb on PATH and in /usr/lib/postgresql)")
    # The server's own user must reach the folder, so it cannot live below pytest's private one.
    folder = Path(mkdtemp(prefix="tesorio-postgres-"))
    server = PostgresServer(programs=programs, port=_free_port(), folder=folder)
    try:
        _start(server)
        yield server
    finally:
        _pg(server, "pg_ctl", "stop", "-D", str(folder / "data"), "-m", "immediate", check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded, empty file: a copy of it is quicker than the migrations."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    asyncio.run(_upgrade(sqlite_url(path)))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Likewise a database of the server, emptied after every test."""
    postgres.create_database(_TEMPLATE)
    asyncio.run(_upgrade(postgres.url(_TEMPLATE)))
    return _TEMPLATE


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an upgraded, empty database of its own."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        yield sqlite_url(tmp_path / "store.db")
        return
    # Emptying one database takes a tenth of the time of making another.
    server: PostgresServer = request.getfixturevalue("postgres")
    database = request.getfixturevalue("postgres_template")
    yield server.url(database)
    asyncio.run(_empty(server, database))


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database of its own, without any table."""
    name = f"store_{next(_DATABASES)}"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = Store(store_url)
    yield opened
    await opened.close()


async def _upgrade(url: str) -> None:
    opened = Store(url)
    await upgrade(opened)
    await opened.close()


async def _empty(server: PostgresServer, database: str) -> None:
    connection = await asyncpg.connect(host="127.0.0.1", port=server.port, user="tests", database=database)
    # What a test left open must not keep its rows locked.
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    await connection.execute(others, database)
    await connection.execute("; ".join(f"DELETE FROM {table.name}" for table in TABLES))  # noqa: S608 - our own names
    for sequence in await connection.fetch("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"):
        await connection.execute(f"ALTER SEQUENCE {sequence[0]} RESTART")
    await connection.close()


def postgres_programs() -> Path | None:
    """The folder with the newest server's programs; Debian keeps it off PATH, others on it."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    found = [*([Path(on_path).resolve()] if on_path else []), *debian]
    return found[-1].parent if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(server: PostgresServer) -> None:
    data = str(server.folder / "data")
    if os.geteuid() == 0:
        shutil.chown(server.folder, "postgres", "postgres")
    locale = ("--locale=C", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US")
    _pg(server, "initdb", "-D", data, "-U", "tests", "-A", "trust", "--no-sync", *locale)
    # Nothing here outlives the session, so nothing needs to survive a power cut.
    settings = f"-p {server.port} -h 127.0.0.1 -k '' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    _pg(server, "pg_ctl", "start", "-w", "-D", data, "-l", str(server.folder / "log"), "-o", settings)


def _run(program: str, *arguments: str, server: PostgresServer) -> None:
    address = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "tests")
    _pg(server, program, *address, *arguments)


def _pg(server: PostgresServer, program: str, *arguments: str, check: bool = True) -> None:
    """Run one of PostgreSQL's programs, as its own user where we are root: initdb refuses root."""
    as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [*as_postgres, str(server.programs / program), *arguments],
        check=check,
        cwd=server.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
    )
