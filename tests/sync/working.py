"""Durable work over a file of its own, one engine at a time, and a wait for its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from store.work import WorkState
from sync.durable import DurableWork, Handler


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
