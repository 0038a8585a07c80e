"""What is long over is forgotten: once a day, a little at a time, so that nobody waits for it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.deps import Deps
from store.day_marks import mark_day, marked_day
from store.db import WriteConnection
from store.notices import forget_told
from store.outbox import forget_payloads

KEPT, KEPT_LONG = timedelta(days=30), timedelta(days=400)
_MARK = "forgetting"
_BATCH = 500


async def forget_what_is_over(deps: Deps) -> None:
    """Remove notices that were told long ago, what messages and notes on their way said, and durable work that is done.

    Not more than once a day.
    """
    now, today = deps.clock(), deps.today()
    async with deps.store.read() as conn:
        done = await marked_day(conn, _MARK)
    if done is not None and done >= today:
        return

    async def told(conn: WriteConnection) -> int:
        return await forget_told(conn, before=now - KEPT, long_before=now - KEPT_LONG, limit=_BATCH)

    async def delivered(conn: WriteConnection) -> int:
        return await forget_payloads(conn, before=now - KEPT, limit=_BATCH)

    for forget in (told, delivered):
        await _all(deps, forget)
    while await deps.work.forget(before=now - KEPT, limit=_BATCH) == _BATCH:
        pass
    async with deps.store.write() as conn:
        await mark_day(conn, _MARK, today)


async def _all(deps: Deps, forget: Callable[[WriteConnection], Awaitable[int]]) -> None:
    while True:
        async with deps.store.write() as conn:
            if await forget(conn) < _BATCH:
                return
