"""Durable work over a file of its own, one engine at a time, and a wait for its end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from store.work import Payload, WorkState
from sync.durable import DurableWork, Handler

PAYLOAD = {"source": "netsuite", "text": "<!channel> «ünï» 🧾\n\"'\\ \u202e", "empty": ""}


class Recorder:
    """A handler that notes each try, and does what it is told to at each of them."""

    def __init__(self, *errors: Exception) -> None:
        self.seen: list[tuple[str, Payload]] = []
        self.called = asyncio.Event()
        self._errors = list(errors)

    async def __call__(self, work_id: str, payload: Payload) -> None:
        self.seen.append((work_id, payload))
        self.called.set()
        if self._errors:
            raise self._errors.pop(0)


class Stuck:
    """A handler that never ends by itself."""

    def __init__(self) -> None:
        self.begun, self.cancelled = asyncio.Event(), 0
        self.work_ids: list[str] = []

    async def __call__(self, work_id: str, _payload: Payload) -> None:
        self.work_ids.append(work_id)
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@asynccontextmanager
async def working(
    folder: Path,
    *,
    executor_id: str = "here",
    pause: Callable[[float], Awaitable[None]] | None = None,
    dice: Callable[[], float] = lambda: 1.0,
    url: str = "",
    **handlers: Handler,
) -> AsyncIterator[DurableWork]:
    """The engine with these handlers, closed at the end: there is one per process."""
    url = url or f"sqlite:///{folder / 'work.db'}"
    work = DurableWork(database_url=url, executor_id=executor_id, dice=dice, pause=pause)
    work.handlers.update(handlers)
    async with work:
        yield work


async def ended(work: DurableWork, work_id: str) -> WorkState:
    """How the work ended, once it has."""
    # Nothing but its row tells: the work may be another process's.
    while (state := await work.status(work_id)) is WorkState.PENDING:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    assert state is not None
    return state


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error."""
    return [line.getMessage() for line in caplog.records if line.levelno >= logging.ERROR]
