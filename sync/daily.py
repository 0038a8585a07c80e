"""Pulls as durable work: the handler that runs one, and the slots that start them, daily or in a source's rhythm."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from store.crm.switch import skipped_streams
from store.cursors import list_cursors
from store.db import ReadConnection, Store
from store.errors import StaleWriterError, StoreRetryError
from store.rhythms import rhythm_of
from store.work import Payload, TryLaterError, Work, WorkState
from sync.breaker import Breakers
from sync.connector import Source
from sync.durable import Handler
from sync.errors import RetryError, StopError
from sync.job import Clock, Progress, PullOrder
from sync.plan import DeletionRules
from sync.pull import pull_source
from sync.schedule import (
    ASK_AGAIN,
    LOOK_EVERY,
    DailyClock,
    Ticker,
    due_instant,
    due_slot,
    slot_id,
    slot_instant,
    steady_slot_id,
)

PULL = "pull"
_log = logging.getLogger(__name__)


def pull_handler(
    sources: Sequence[Source],
    store: Store,
    *,
    clock: Clock,
    breakers: Breakers,
    progress: Progress = lambda _run: None,
    deletions: DeletionRules = DeletionRules(),  # noqa: B008 - frozen
    afterwards: Callable[[], Awaitable[None]] | None = None,
) -> Handler:
    """What durable work of the kind `pull` does. Its id is the run's, so that started anew it goes on.

    A source that does not answer is left alone for a while by its breaker. `afterwards` follows every pull that ended
    well.
    """
    by_name = {source.name: source for source in sources}

    async def pull(work_id: str, payload: Payload) -> None:
        source = by_name.get(payload["source"])
        if source is None:
            raise StopError(f"{payload['source']} is not set up here any more")
        order = PullOrder(run_id=work_id, full=bool(payload.get("full")))
        try:
            async with breakers.through(source.name):
                await pull_source(source, store, order, clock=clock, progress=progress, deletions=deletions)
            if afterwards is not None:
                await afterwards()
        except StaleWriterError:
            _log.info("%s ends: another run reads on from where it was", work_id)
        except RetryError as error:
            raise TryLaterError(str(error), after_seconds=error.after_seconds) from error
        except StoreRetryError as error:
            raise TryLaterError(str(error)) from error

    return pull


async def start_pull(work: Work, source: str, work_id: str, *, full: bool = False) -> None:
    """Start a pull that survives a crash."""
    await work.start(PULL, work_id, {"source": source, "full": "yes" if full else ""})


@asynccontextmanager
async def daily_pulls(
    work: Work,
    sources: Sequence[Source],
    store: Store,
    *,
    at: time,
    zone: ZoneInfo,
    clock: Clock,
    look_every: timedelta = LOOK_EVERY,
) -> AsyncIterator[None]:
    """The clock: each source's slot, and at the start the slot that was missed while nothing ran.

    A source that has a rhythm of its own is pulled in that, every other one daily.
    """

    async def start(slot: date) -> None:
        due = slot_instant(slot, at, zone)
        async with store.read() as conn:
            daily = [source for source in sources if await rhythm_of(conn, source.name) is None]
            late = [source.name for source in daily if await _is_behind(conn, source, due)]
        for name in late:
            await _start_slot(work, name, partial(slot_id, name, slot))

    slot, rhythms = due_slot(clock(), at, zone), _Rhythms(work, sources, store, clock)
    await start(slot)
    await rhythms.look()
    async with (
        DailyClock(at=at, zone=zone, now=clock, served=slot, start=start, every=look_every),
        Ticker(rhythms.look, every=look_every),
    ):
        yield


class _Rhythms:
    """The slots of sources that have rhythms of their own, which people may switch on and off at any time."""

    def __init__(self, work: Work, sources: Sequence[Source], store: Store, clock: Clock) -> None:
        self._work, self._sources, self._store, self._clock = work, sources, store, clock
        # Of each source the newest slot that was looked at, and when.
        self._asked: dict[str, tuple[datetime, datetime]] = {}

    async def look(self) -> None:
        """Start what has fallen due since the last look; what is due for long is asked for again every hour."""
        now = self._clock()
        async with self._store.read() as conn:
            late = [(source.name, due) for source in self._sources if (due := await self._late(conn, source, now))]
        for name, due in late:
            await _start_slot(self._work, name, partial(steady_slot_id, name, due))

    async def _late(self, conn: ReadConnection, source: Source, now: datetime) -> datetime | None:
        rhythm = await rhythm_of(conn, source.name)
        due = due_instant(now, rhythm.since, timedelta(hours=rhythm.every_hours)) if rhythm else None
        if due is None:
            return None
        asked_for, asked_at = self._asked.get(source.name, (None, now))
        if asked_for == due and now - asked_at < ASK_AGAIN:
            return None
        self._asked[source.name] = (due, now)
        return due if await _is_behind(conn, source, due) else None


async def _start_slot(work: Work, source: str, named: Callable[[int], str]) -> None:
    """Start the slot's first attempt that has not failed; one that is under way or done is left as it is."""
    attempt = 1
    while await work.status(named(attempt)) is WorkState.FAILED:
        attempt += 1
    await start_pull(work, source, named(attempt))


async def _is_behind(conn: ReadConnection, source: Source, due: datetime) -> bool:
    """Whether a stream of the source has not been read to its end since the instant."""
    known = {cursor.stream: cursor.completed_at for cursor in await list_cursors(conn) if cursor.source == source.name}
    wanted = [stream for stream in source.streams if stream not in await skipped_streams(conn, source.name)]
    return any((completed := known.get(stream)) is None or completed < due for stream in wanted)
