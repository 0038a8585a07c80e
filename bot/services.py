"""What runs beside the bot in rounds, for as long as the bot does: no trouble ends it, and none goes untold."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from store.errors import StoreError

_FIRST_WAIT_SECONDS = 1.0
# The same trouble is likely to come again, and everybody else should notice little of it.
_LONGEST_WAIT_SECONDS = 60.0
# The store may be busy for a moment; what goes wrong again after a wait needs somebody.
_PASSING = 1
_log = logging.getLogger(__name__)

Round = Callable[[], Awaitable[object]]


class Services:
    """How everything that runs in rounds stands."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._troubles: dict[str, str] = {}

    @asynccontextmanager
    async def beside(self, name: str, look: Round, rest: Round) -> AsyncIterator[None]:
        """While the block lasts, `look`, and `rest` before the next look; after trouble a wait that grows instead."""
        task = asyncio.create_task(self._go_on(name, look, rest), name=name)
        self._tasks[name] = task
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self._failures.pop(name, None)
            self._troubles.pop(name, None)
            self._tasks.pop(name, None)

    def trouble(self) -> str:
        """Which of them cannot go on, and why; «» when all do."""
        ended = {name: "has ended" for name, task in self._tasks.items() if task.done()}
        held_up = {name: self._troubles[name] for name, count in self._failures.items() if count > _PASSING}
        return "; ".join(f"{name}: {why}" for name, why in sorted((held_up | ended).items()))

    async def _go_on(self, name: str, look: Round, rest: Round) -> None:
        while True:
            try:
                await look()
            except Exception as error:  # noqa: BLE001 - an outer door: nobody else would begin this again
                self._note(name, error)
                await asyncio.sleep(wait_after(self._failures[name]))
                continue
            if self._failures.pop(name, 0):
                _log.warning("%s goes on", name)
                del self._troubles[name]
            await rest()

    def _note(self, name: str, error: Exception) -> None:
        """Count it, and log it once for as long as it stays the same."""
        why = f"{type(error).__name__}: {error}"
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._troubles.get(name) == why:
            return
        self._troubles[name] = why
        # Its sentence says what to do; where in the program it was raised helps nobody.
        trace = None if isinstance(error, StoreError) else error
        _log.error("%s is held up and tries again: %s", name, why, exc_info=trace)


def wait_after(failures: int) -> float:
    """Seconds until the next look after so many that failed, one after the other."""
    return min(_FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, 10), _LONGEST_WAIT_SECONDS)
