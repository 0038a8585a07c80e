"""How the engine of durable work opens its own database."""

import sqlite3
from typing import Any

_SQLITE_POOL = 4


class _Logged(sqlite3.Connection):
    """SQLite with a write-ahead log: a commit is one write to the disk instead of four, and nobody waits to read.

    It stays FULL, so a commit is on the disk when it returns. With less, a power cut could take back the last ones, and
    among them work of which a person was told that it is saved.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=FULL")


def engine_kwargs(database_url: str) -> dict[str, Any]:
    """What SQLAlchemy is told beyond the URL."""
    # Payloads hold what people wrote, which is not for the log.
    kwargs: dict[str, Any] = {"hide_parameters": True}
    if not database_url.startswith("sqlite"):
        return kwargs
    # In SQLite one writes at a time, and who finds it locked asks again after longer and longer naps: it is better to
    # wait in the pool's queue, where the first to come is the first to go.
    return kwargs | {"connect_args": {"factory": _Logged}, "pool_size": _SQLITE_POOL}
