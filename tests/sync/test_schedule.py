import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sync.schedule import DailyClock, due_instant, due_slot, slot_id, slot_instant, steady_slot_id

NEW_YORK, PARIS, KIRITIMATI = ZoneInfo("America/New_York"), ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Kiritimati")
QUICKLY = timedelta(milliseconds=1)


def instants(start: datetime, days: int, step: timedelta = timedelta(minutes=7)) -> Iterator[datetime]:
    """Every look at the clock from `start` on."""
    now = start.astimezone(UTC)
    while now < start + timedelta(days=days):
        yield now
        now += step


class TestDueSlot:
    @pytest.mark.parametrize(
        ("zone", "start", "at"),
        [
            (NEW_YORK, date(2026, 10, 30), time(1, 30)),  # comes twice on November 1st
            (NEW_YORK, date(2027, 3, 12), time(2, 30)),  # does not come on March 14th
            (PARIS, date(2026, 10, 23), time(2, 30)),
            (PARIS, date(2027, 3, 26), time(2, 0)),
            (KIRITIMATI, date(2026, 12, 30), time(0, 0)),
            (NEW_YORK, date(2028, 2, 27), time(23, 59)),  # a leap day
            (ZoneInfo("Africa/Cairo"), date(2026, 4, 22), time(0, 0)),  # spring skips midnight
            (ZoneInfo("America/Santiago"), date(2026, 9, 4), time(0, 0)),
            (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 3), time(1, 45)),  # half an hour comes twice
            (ZoneInfo("Etc/GMT+12"), date(2026, 12, 30), time(12, 0)),
            (ZoneInfo("Etc/GMT-14"), date(2026, 12, 30), time(12, 0)),
        ],
    )
    def test_comes_once_for_every_local_date(self, zone: ZoneInfo, start: date, at: time) -> None:
        begin = datetime.combine(start, time(12), zone)
        slots = [due_slot(now, at, zone) for now in instants(begin, 6)]
        assert slots == sorted(slots)
        first = slots[0]
        assert sorted(set(slots)) == [first + timedelta(days=n) for n in range((slots[-1] - first).days + 1)]
        assert slots[-1] - first >= timedelta(days=5)

    @pytest.mark.parametrize(
        ("now", "slot"),
        [
            ("2026-11-01T05:29:59Z", date(2026, 10, 31)),
            ("2026-11-01T05:30:00Z", date(2026, 11, 1)),  # 01:30 in summer time
            ("2026-11-01T06:30:00Z", date(2026, 11, 1)),  # 01:30 once more
            ("2026-11-02T06:29:59Z", date(2026, 11, 1)),
            ("2026-11-02T06:30:00Z", date(2026, 11, 2)),
        ],
    )
    def test_of_an_hour_that_comes_twice_is_due_the_first_time(self, now: str, slot: date) -> None:
        assert due_slot(datetime.fromisoformat(now), time(1, 30), NEW_YORK) == slot

    @pytest.mark.parametrize(
        ("now", "slot"),
        [
            ("2027-03-14T06:59:59Z", date(2027, 3, 13)),
            ("2027-03-14T07:00:00Z", date(2027, 3, 13)),  # the clock has jumped from 02:00 to 03:00
            ("2027-03-14T07:30:00Z", date(2027, 3, 14)),  # half an hour later, as on any other day
            ("2027-03-15T06:29:59Z", date(2027, 3, 14)),
            ("2027-03-15T06:30:00Z", date(2027, 3, 15)),
        ],
    )
    def test_of_an_hour_that_spring_skips_is_due_after_the_jump(self, now: str, slot: date) -> None:
        assert due_slot(datetime.fromisoformat(now), time(2, 30), NEW_YORK) == slot

    @pytest.mark.parametrize("hours", range(-12, 15))
    def test_is_the_date_where_the_company_is(self, hours: int) -> None:
        zone = ZoneInfo(f"Etc/GMT{-hours:+d}") if hours else ZoneInfo("UTC")
        midnight = datetime(2028, 2, 29, tzinfo=timezone(timedelta(hours=hours)))
        assert due_slot(midnight, time(0), zone) == date(2028, 2, 29)
        assert due_slot(midnight - timedelta(seconds=1), time(0), zone) == date(2028, 2, 28)

    def test_counts_seconds_of_the_slot_not_of_the_day_before(self) -> None:
        assert slot_instant(date(2026, 7, 1), time(2), PARIS) == datetime(2026, 7, 1, 0, tzinfo=UTC)
        assert slot_instant(date(2026, 12, 1), time(2), PARIS) == datetime(2026, 12, 1, 1, tzinfo=UTC)


class TestSlotId:
    def test_names_source_date_and_attempt(self) -> None:
        assert slot_id("netsuite", date(2026, 11, 22), 1) == "sync-netsuite-2026-11-22/1"


class Starter:
    """Notes the slots that are started; fails at first where it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.slots: list[date] = []
        self.tried, self.failures = 0, failures
        self.started = asyncio.Event()

    async def __call__(self, slot: date) -> None:
        self.tried += 1
        if self.tried <= self.failures:
            raise RuntimeError("the database is away")
        self.slots.append(slot)
        self.started.set()


class FakeTime:
    """A clock that moves when it is told to, and knows when it was looked at."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)
        self.looked = asyncio.Event()

    def __call__(self) -> datetime:
        self.looked.set()
        return self.now

    async def is_looked_at(self, times: int = 3) -> None:
        for _ in range(times):
            self.looked.clear()
            await self.looked.wait()


def clock(now: FakeTime, start: Starter, served: str, at: time = time(2)) -> DailyClock:
    return DailyClock(at=at, zone=NEW_YORK, now=now, served=date.fromisoformat(served), start=start, every=QUICKLY)


class TestRhythm:
    SINCE = datetime(2026, 3, 28, 12, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("after", "slots"),
        [(timedelta(0), 0), (timedelta(hours=23, minutes=59), 0), (timedelta(hours=24), 1), (timedelta(days=3.5), 3)],
    )
    def test_counts_from_when_it_was_switched_on(self, after: timedelta, slots: int) -> None:
        assert due_instant(self.SINCE + after, self.SINCE, timedelta(hours=24)) == self.SINCE + slots * timedelta(
            days=1
        )

    def test_nothing_is_due_before(self) -> None:
        assert due_instant(self.SINCE - timedelta(seconds=1), self.SINCE, timedelta(hours=24)) is None

    def test_is_of_no_zone(self) -> None:
        here = self.SINCE.astimezone(PARIS)
        assert steady_slot_id("crm", here, 2) == steady_slot_id("crm", self.SINCE, 2) == "sync-crm-2026-03-28T121500Z/2"


class TestDailyClock:
    async def test_starts_a_slot_when_it_falls_due_and_only_once(self) -> None:
        now, start = FakeTime("2026-11-22T06:59:59Z"), Starter()
        async with clock(now, start, "2026-11-21"):
            await now.is_looked_at()
            assert start.slots == []
            now.now += timedelta(seconds=1)
            await start.started.wait()
            await now.is_looked_at()
        assert start.slots == [date(2026, 11, 22)]

    async def test_every_date_of_a_year_is_started_once(self) -> None:
        for at in (time(1, 30), time(2, 30)):
            now, start = FakeTime("2026-10-01T12:00:00Z"), Starter()
            daily = clock(now, start, "2026-10-01", at)
            for _ in range(365 * 24):
                now.now += timedelta(hours=1)
                await daily._look()
            # What is asked again within a day has the same name, and work of one name runs once.
            assert list(dict.fromkeys(start.slots)) == [date(2026, 10, 1) + timedelta(days=n) for n in range(366)]

    async def test_a_slot_is_asked_for_again_after_an_hour(self) -> None:
        now, start = FakeTime("2026-11-22T12:00:00Z"), Starter()
        daily = clock(now, start, "2026-11-22")
        for _ in range(4):
            now.now += timedelta(minutes=30)
            await daily._look()
        assert start.slots == [date(2026, 11, 22)] * 2

    async def test_after_a_long_sleep_the_newest_is_started_at_once(self) -> None:
        now, start = FakeTime("2026-11-22T12:00:00Z"), Starter()
        async with clock(now, start, "2026-11-22"):
            now.now += timedelta(days=3)
            await start.started.wait()
        assert start.slots == [date(2026, 11, 25)]

    async def test_a_clock_that_is_set_back_repeats_nothing(self) -> None:
        now, start = FakeTime("2026-11-22T07:00:00Z"), Starter()
        async with clock(now, start, "2026-11-21"):
            await start.started.wait()
            for hours in (-1, -30, +1, +30):
                now.now += timedelta(hours=hours)
                await now.is_looked_at()
        assert start.slots == [date(2026, 11, 22)]

    async def test_a_start_that_fails_is_tried_at_the_next_look(self, caplog: pytest.LogCaptureFixture) -> None:
        now, start = FakeTime("2026-11-22T07:00:00Z"), Starter(failures=2)
        async with clock(now, start, "2026-11-21"):
            await start.started.wait()
        assert start.slots == [date(2026, 11, 22)]
        assert "the database is away" in caplog.text

    async def test_stops_with_its_block(self) -> None:
        now, start = FakeTime("2026-11-22T06:00:00Z"), Starter()
        async with clock(now, start, "2026-11-21"):
            await now.is_looked_at()
        now.now += timedelta(days=1)
        await asyncio.sleep(0.01)
        assert start.slots == []
