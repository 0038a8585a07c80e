"""A store after its first pull: reading the account takes most of the time that a world takes to open."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

FILE_NAME = "store.sqlite"
# What cards say about the age of their figures stays «just now».
_FRESH = timedelta(minutes=2)
# Nobody has asked Slack yet, and whoever reads the feed has read what the pull brought.
_AS_NEW = """
    DELETE FROM slack_channels;
    DELETE FROM slack_people;
    UPDATE feed_cursors SET sequence = (SELECT max(sequence) FROM change_feed);
"""


class PulledStore:
    """Made once by `fill`, which pulls into a folder, and copied from then on; made anew before its figures are old."""

    def __init__(self, fill: Callable[[Path], Awaitable[None]]) -> None:
        self._fill = fill
        self._made_at = datetime.min.replace(tzinfo=UTC)
        self._content = b""

    async def copy_to(self, folder: Path) -> None:
        now = datetime.now(UTC)
        if now - self._made_at > _FRESH or now.date() != self._made_at.date():
            with TemporaryDirectory() as made_in:
                await self._fill(Path(made_in))
                self._content = _as_new(Path(made_in) / FILE_NAME)
            self._made_at = now
        (folder / FILE_NAME).write_bytes(self._content)


def _as_new(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_AS_NEW)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()
