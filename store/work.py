"""The port of durable work: what must survive a crash is started here, whichever engine runs it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

# Arguments of durable work are kept as JSON.
Payload = Mapping[str, str]


class WorkState(StrEnum):
    """How a piece of durable work stands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """Where work waits its turn: on one lane one piece runs at a time, the lowest `place` (1 and up) first."""

    name: str
    place: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedWork:
    """Work that ended without success at `failed_at`, after it was started `times` times."""

    kind: str
    work_id: str
    payload: Payload
    times: int
    failed_at: datetime


class Work(Protocol):
    """Starts work that survives a crash.

    The same id never runs twice: a second start of it is answered as if it had started the first.
    """

    async def start(self, kind: str, work_id: str, payload: Payload, *, lane: Lane | None = None) -> None:
        """Return once the work is durable; it then runs in the background, again after a crash.

        On a lane it begins when no other work of that lane runs, in any process that shares the engine's database.
        """

    async def status(self, work_id: str) -> WorkState | None:
        """How the work with this id stands; None when it was never started."""

    async def failed(self, kinds: Collection[str], *, since: datetime) -> tuple[FailedWork, ...]:
        """The work of these kinds that was started since then and is neither done nor under way."""

    async def start_again(self, work: FailedWork) -> None:
        """Start it once more: its handler is given the same id, under which it is idempotent."""

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Remove work that ended before then, the oldest first, at most so much; how much it was.

        A start under the id of such work runs it once more. So it must be so long ago that nobody asks for it again,
        and what the handler wrote to the store has to tell it that it is done.
        """


class TryLaterError(Exception):
    """Raised by a handler: the work is not done and may succeed later, after `after_seconds` when that is known."""

    def __init__(self, reason: str, *, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
