"""The clock: when a pull is due, daily or in a rhythm of its own. The only file that imports apscheduler.

A due slot is named after its local date, and work of one name runs once; so the autumn hour that comes twice, two
replicas, a late start and a suspended laptop all come out as one run a day.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

# How late a slot may begin.
LOOK_EVERY = timedelta(seconds=20)
# A slot whose work failed for good is asked for again this often: by then a person may have mended the cause.
ASK_AGAIN = timedelta(hours=1)
StartSlot = Callable[[date], Awaitable[None]]


def due_slot(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The local date of the newest daily slot that is due at `now` (aware).

    A slot time that spring skips falls due when the clock has jumped past it; one that autumn repeats, the first time.
    """
    local = now.astimezone(zone)
    slot = local.date()
    return slot if now >= slot_instant(slot, at, zone) else slot - timedelta(days=1)


def slot_instant(slot: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which a local date's slot is due."""
    return datetime.combine(slot, at.replace(fold=0), zone).astimezone(UTC)


def slot_id(source: str, slot: date, attempt: int) -> str:
    """The id of the work that serves a source's daily slot: «sync-netsuite-2026-11-22/1». Attempts count from 1."""
    return f"sync-{source}-{slot.isoformat()}/{attempt}"


def due_instant(now: datetime, since: datetime, every: timedelta) -> datetime | None:
    """The newest slot of a rhythm that is due at `now`: `since` and every so much later. None before its first."""
    return since + (now - since) // every * every if now >= since else None


def steady_slot_id(source: str, due: datetime, attempt: int) -> str:
    """The id of the work that serves a slot of a source's own rhythm: «sync-salesforce-2026-11-22T101500Z/1»."""
    return f"sync-{source}-{due.astimezone(UTC):%Y-%m-%dT%H%M%SZ}/{attempt}"


class Ticker:
    """Calls `look` every so often while the block lasts; one that fails is called again the next time."""

    def __init__(self, look: Callable[[], Awaitable[None]], *, every: timedelta = LOOK_EVERY) -> None:
        self._due, self._every = look, every
        self._looking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def __aenter__(self) -> Self:
        trigger = IntervalTrigger(seconds=self._every.total_seconds(), timezone=UTC)
        # A late look still counts (the default drops it after one second), and several late ones are one.
        self._scheduler.add_job(self._tick, trigger, coalesce=True, misfire_grace_time=None, max_instances=1)
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A look that is broken off leaves its connection to the database unfit.
        async with self._looking:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        async with self._looking:
            await self._due()


class DailyClock(Ticker):
    """Calls `start` with every local date whose slot falls due while the block lasts; `served` is the last one before.

    It asks for the same slot again every hour: `start` must do nothing for one that is under way or done.

    It looks at the clock every `every` instead of waiting for the slot: a timer that waits for hours comes late when
    the computer slept or the clock was set, and a cron rule leaves out the date on which spring skips its hour. When
    `start` fails, the next look tries again; of several dates that were missed together only the newest is started.
    """

    def __init__(
        self,
        *,
        at: time,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        served: date,
        start: StartSlot,
        every: timedelta = LOOK_EVERY,
    ) -> None:
        super().__init__(self._look, every=every)
        self._at, self._zone, self._now, self._served, self._start = at, zone, now, served, start
        self._asked = now()

    async def _look(self) -> None:
        slot = due_slot(self._now(), self._at, self._zone)
        if slot > self._served or self._now() - self._asked >= ASK_AGAIN:
            await self._start(slot)
            self._served, self._asked = slot, self._now()
