"""The database: engines, transactions, and the two connection types that keep reads and writes apart.

SQLite is opened by one writer (immediate transactions, so that a read-then-write never loses its snapshot) and
several query-only readers; PostgreSQL by one pool. Functions of this package take a connection and never commit.
Errors name no parameters: what people wrote is not for the log.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NewType, Self

from sqlalchemy import Connection, ExceptionContext, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import sqlite_driver
from store.errors import StoreBusyError, StoreUnreachableError, store_error, strip_rows
from store.turns import Turns

ReadConnection = NewType("ReadConnection", AsyncConnection)
WriteConnection = NewType("WriteConnection", ReadConnection)

_READERS = 4
_WRITER_KIBIBYTES = 16_000
# Of a new file. An invoice takes three kilobytes with all that nobody asked for: on SQLite's own pages, of four, each
# would be alone, and a first load would write twice as much.
_PAGE_BYTES = 8192
_LOG_PAGES = 2000


class Store:
    """The open database. `read()` and `write()` are the only ways to a connection; `close()` frees them all.

    `busy_timeout_seconds` is how long SQLite waits for another program's lock before StoreBusyError.
    """

    def __init__(self, url: str, *, busy_timeout_seconds: float = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_writer(url, busy_timeout_seconds)
            self._reader = _sqlite_reader(url, busy_timeout_seconds)
        else:
            self._writer = _postgres(url)
            # The same pool; without these two a reader could see half of what another transaction commits meanwhile.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._turns = Turns()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadConnection]:
        """A connection with one consistent snapshot. Raises StoreError when the database cannot be read."""
        with _NamedErrors() as named:
            async with self._reader.connect() as conn:
                with named.block():
                    yield ReadConnection(conn)

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[WriteConnection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Within this process writers queue here, in order, instead of racing for SQLite's lock; an `urgent` one, short
        and waited for by a person, goes before the others.
        """
        async with self._turns.turn(urgent=urgent) if self.is_sqlite else nullcontext():
            with _NamedErrors() as named:
                async with self._writer.begin() as conn:
                    with named.block():
                        yield WriteConnection(ReadConnection(conn))

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


class _NamedErrors:
    """Turns what the driver says into an error named by what to do next.

    Drivers connect with errors of the system's own. Those that the caller's `block` raises have other reasons.
    """

    def __init__(self) -> None:
        self._of_caller: OSError | None = None

    def __enter__(self) -> Self:
        return self

    @contextmanager
    def block(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._of_caller = error
            raise

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DBAPIError):
            named = store_error(error)
            if named is not None:
                raise named from error
        if isinstance(error, PoolTimeoutError):
            raise StoreBusyError from error
        if isinstance(error, OSError) and not isinstance(error, TimeoutError) and error is not self._of_caller:
            raise StoreUnreachableError from error


def _sqlite_writer(url: str, busy_timeout_seconds: float) -> AsyncEngine:
    engine = _sqlite(url, pool_size=1, pool_timeout=60)
    _on_connect(
        engine,
        f"PRAGMA busy_timeout={int(busy_timeout_seconds * 1000)}",
        f"PRAGMA page_size={int(_PAGE_BYTES)}",
        "PRAGMA journal_mode=WAL",
        # FULL: what was confirmed to a person survives a power cut, not only a crash of the program.
        "PRAGMA synchronous=FULL",
        # A large ledger's indices are written all over: with the defaults (2 MB, and a log of 4 MB that is copied into
        # the database by nearly every page of a pull) most of the work is reading and writing the same places again.
        f"PRAGMA cache_size=-{int(_WRITER_KIBIBYTES)}",
        f"PRAGMA wal_autocheckpoint={int(_LOG_PAGES)}",
    )
    _on_begin(engine, "BEGIN IMMEDIATE")
    return engine


def _sqlite_reader(url: str, busy_timeout_seconds: float) -> AsyncEngine:
    engine = _sqlite(url, pool_size=_READERS, pool_timeout=30)
    _on_connect(engine, f"PRAGMA busy_timeout={int(busy_timeout_seconds * 1000)}", "PRAGMA query_only=ON")
    _on_begin(engine, "BEGIN")
    return engine


def _sqlite(url: str, *, pool_size: int, pool_timeout: float) -> AsyncEngine:
    connect = partial(sqlite_driver.connect, make_url(url).database or ":memory:")
    return create_async_engine(
        url,
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        hide_parameters=True,
    )


def _postgres(url: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=_READERS + 1, max_overflow=0, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "handle_error")
    def _told(context: ExceptionContext) -> StoreUnreachableError | None:
        strip_rows(context.original_exception)
        # A connection that breaks in the middle of a statement shows as an error of the system's own too.
        error = context.original_exception
        return StoreUnreachableError() if isinstance(error, OSError) and not isinstance(error, TimeoutError) else None

    return engine


def _on_connect(engine: AsyncEngine, *pragmas: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(dbapi_connection: Any, _record: object) -> None:
        # The driver's own implicit BEGIN would come too late and always be deferred.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


def _on_begin(engine: AsyncEngine, statement: str) -> None:
    @event.listens_for(engine.sync_engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)
