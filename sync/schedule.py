"""The clock: when the daily pull is due. The only file that imports apscheduler.

A due slot is named after its local date, and work of one name runs once; so the autumn hour that comes twice, two
replicas, a late start and a suspended laptop all come out as one run a day.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

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
    return datetime.combine(slot, at.replace(fold=0), zone).astimezone(ZoneInfo("UTC"))


def slot_id(source: str, slot: date) -> str:
    """The id of the work that serves a source's daily slot."""
    return f"sync-{source}-{slot.isoformat()}"


class DailyClock:
    """Calls `start` with the due local date, every day at `at` in `zone`, for as long as the block lasts."""

    def __init__(self, *, at: time, zone: ZoneInfo, now: Callable[[], datetime], start: StartSlot) -> None:
        self._at, self._zone, self._now, self._start = at, zone, now, start
        self._scheduler = AsyncIOScheduler(timezone=zone)

    async def __aenter__(self) -> Self:
        trigger = CronTrigger(hour=self._at.hour, minute=self._at.minute, timezone=self._zone)
        # A late job still counts (the default drops it after one second), and several late ones are one.
        self._scheduler.add_job(self._tick, trigger, coalesce=True, misfire_grace_time=None, max_instances=1)
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        await self._start(due_slot(self._now(), self._at, self._zone))
