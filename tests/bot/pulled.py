"""A store after its first pull: reading the account takes most of the time that a world takes to open."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from store.schema import Instant
from store.tables import TABLES
from tests.together import turn

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
    """Made once in a run by `fill`, which pulls into a folder, and copied from then on as if the pull had just been.

    Another day has other balances: it gets another one.
    """

    def __init__(self, fill: Callable[[Path], Awaitable[None]]) -> None:
        self._fill = fill

    async def copy_to(self, folder: Path) -> None:
        path = folder / FILE_NAME
        with turn(f"pulled-{datetime.now(UTC):%j}") as made:
            if not made.exists():
                made.write_text(json.dumps(await self._make(made.with_suffix(".sqlite"))))
            began, ended = map(datetime.fromisoformat, json.loads(made.read_text()))
            copyfile(made.with_suffix(".sqlite"), path)
        with closing(sqlite3.connect(path)) as connection:
            _move_to(datetime.now(UTC) - ended, connection, since=began)

    async def _make(self, path: Path) -> tuple[str, str]:
        """When the pull began and ended."""
        began = datetime.now(UTC)
        with TemporaryDirectory() as made_in:
            await self._fill(Path(made_in))
            _keep_as_new(Path(made_in) / FILE_NAME, path)
        return began.isoformat(), datetime.now(UTC).isoformat()


def _keep_as_new(made: Path, path: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(_AS_NEW)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copyfile(made, path)


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
