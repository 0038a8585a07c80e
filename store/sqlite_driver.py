"""SQLite connections on which a statement costs one trip to the connection's thread instead of four.

The driver makes a cursor, executes, fetches and closes it one call at a time, and every call wakes the connection's
thread and then the event loop. For the small reads that an answer is made of, these trips are most of the time.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import aiosqlite

# For reading row by row, which SQLAlchemy asks for only when it streams.
_CHUNK_ROWS = 64


async def connect(database: str) -> aiosqlite.Connection:
    """Open a database file. Raises sqlite3.Error."""
    connection = Connection(partial(sqlite3.connect, database), _CHUNK_ROWS)
    # One that was never closed must not keep the program from ending.
    thread = connection._thread  # noqa: SLF001 - SQLAlchemy does so too; the driver has no other way
    thread.daemon = True
    try:
        return await connection
    except sqlite3.Error:
        # The driver tells it to stop and does not wait; it would report to an event loop that may be gone by then.
        await asyncio.to_thread(thread.join)
        raise


class _Done(NamedTuple):
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class Connection(aiosqlite.Connection):
    """The driver's connection with cursors of our own."""

    def cursor(self) -> "Cursor":  # type: ignore[override]
        return Cursor(self)

    async def run(self, sql: str, parameters: Sequence[Any], *, is_many: bool) -> _Done:
        """Execute, fetch all rows and close, in the connection's thread."""
        done: _Done = await self._execute(_run, self._conn, sql, parameters, is_many)  # type: ignore[no-untyped-call]
        return done


class Cursor:
    """The part of a cursor that SQLAlchemy uses: it always fetches all rows at once."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._done = _Done()

    @property
    def description(self) -> Any:
        return self._done.description

    @property
    def rowcount(self) -> int:
        return self._done.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._done.lastrowid

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        self._done = await self._connection.run(sql, parameters, is_many=False)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> Self:
        self._done = await self._connection.run(sql, parameters, is_many=True)
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._done.rows

    async def close(self) -> None:
        """Nothing is left open."""

    async def __aenter__(self) -> Self:
        return self


def _run(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any], is_many: bool) -> _Done:  # noqa: FBT001 - called through the driver's queue
    cursor = connection.cursor()
    try:
        (cursor.executemany if is_many else cursor.execute)(sql, parameters)
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid, cursor.fetchall())
    finally:
        cursor.close()
