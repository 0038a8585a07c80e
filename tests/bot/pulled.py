"""A store after its first pull: reading the account takes most of the time that a world takes to open."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from store.schema import Instant
from store.tables import TABLES

FILE_NAME = "store.sqlite"
# A pull counts as of a little before it began: the account's own clock may be behind.
_LAG = timedelta(minutes=2)
# Nobody has asked Slack yet, and whoever reads the feed has read what the pull brought.
_AS_NEW = """
    DELETE FROM slack_channels;
    DELETE FROM slack_people;
    UPDATE feed_cursors SET sequence = (SELECT max(sequence) FROM change_feed);
"""


class PulledStore:
    """Made once by `fill`, which pulls into a folder, and copied from then on as if the pull had just been.

    Another day has other balances: it gets another one.
    """

    def __init__(self, fill: Callable[[Path], Awaitable[None]]) -> None:
        self._fill = fill
        self._began = self._ended = datetime.min.replace(tzinfo=UTC)
        self._content = b""

    async def copy_to(self, folder: Path) -> None:
        if datetime.now(UTC).date() != self._began.date():
            await self._make()
        path = folder / FILE_NAME
        path.write_bytes(self._content)
        with closing(sqlite3.connect(path)) as connection:
            _move_to(datetime.now(UTC) - self._ended, connection, since=self._began)

    async def _make(self) -> None:
        self._began = datetime.now(UTC)
        with TemporaryDirectory() as made_in:
            await self._fill(Path(made_in))
            self._content = _as_new(Path(made_in) / FILE_NAME)
        self._ended = datetime.now(UTC)


def _as_new(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_AS_NEW)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def _move_to(later: timedelta, connection: sqlite3.Connection, *, since: datetime) -> None:
    """Move what the pull noted of itself, and nothing that the account says: all that is about as late as the pull."""
    began = (since - _LAG).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    for table in TABLES:
        for column in (column.name for column in table.columns if isinstance(column.type, Instant)):
            # As SQLAlchemy writes it: with six digits behind the second.
            moved = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, ?)"
            order = f"UPDATE {table.name} SET {column} = {moved} WHERE {column} >= ?"  # noqa: S608 - our own names
            connection.execute(order, (f"{later.total_seconds():+.3f} seconds", began))
    connection.commit()
