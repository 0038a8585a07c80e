"""What a pull is asked for, and what it works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from store.db import Store
from store.runs import SyncRun
from sync.connector import Source
from sync.plan import DeletionRules

Clock = Callable[[], datetime]
Progress = Callable[[SyncRun], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class PullOrder:
    """What to pull: a run's id (the same id goes on with the same run), which streams, and whether from scratch.

    With `accept_deletions` a person has looked at what the source has no more, however much it is.
    """

    run_id: str
    streams: tuple[str, ...] = ()
    full: bool = False
    accept_deletions: bool = False

    def of(self, source: Source) -> tuple[str, ...]:
        """The ordered streams of a source, in its order; all of them when none is named."""
        return tuple(stream for stream in source.streams if not self.streams or stream in self.streams)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One pull under way."""

    source: Source
    store: Store
    order: PullOrder
    clock: Clock
    progress: Progress
    deletions: DeletionRules
