"""Quiet hours, bursts and calendar days, in every time zone and over both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.rhythm import BURST, BURST_WINDOW, digest_day, due_day, is_quiet, plan
from store.notices import Notice
from store.records import RecordId
from store.subscriptions import NewsKind, Rhythm
from tests.notify.make import make_subscription
from tests.store.make import AT

ZONES = st.sampled_from(
    ["Etc/GMT+12", "America/New_York", "America/St_Johns", "UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Kiritimati"]
)
TIMES = st.times().map(lambda value: value.replace(second=0, microsecond=0))
# A step of the clock: on, a suspended machine, a jump of an hour back and forth.
STEPS = st.lists(st.sampled_from([30, 900, 3600, -3600, 8 * 3600, 86_400, 5 * 86_400]), max_size=60)


def notice(name: str, at: datetime = AT, **changes: Any) -> Notice:
    known: dict[str, Any] = {"id": name, "subscription_id": "s1", "kind": NewsKind.PAYMENT, "at": at}
    return Notice(**known | {"about_id": RecordId("netsuite:invoice:1"), "origin": "netsuite"} | changes)


def several(count: int, at: datetime = AT, **changes: Any) -> list[Notice]:
    return [notice(str(number), at, **changes) for number in range(count)]


def told(count: int, ago: timedelta, *, is_gathered: bool = False) -> list[Notice]:
    return several(count, AT - ago, told_at=AT - ago, is_gathered=is_gathered)


class TestPlan:
    def test_a_few_are_told_singly(self) -> None:
        assert plan(several(BURST), [], AT).singly == tuple(several(BURST))

    def test_more_are_one_message(self) -> None:
        assert plan(several(BURST + 1), [], AT).gathered == tuple(several(BURST + 1))

    @pytest.mark.parametrize(
        ("before", "now", "singly", "gathered"),
        [
            (told(3, timedelta(minutes=1)), 2, 2, 0),
            (told(3, timedelta(minutes=1)), 3, 0, 3),
            (told(5, BURST_WINDOW), 5, 5, 0),
            # A message of many went out: the next waits until the window is over.
            (told(9, timedelta(minutes=9), is_gathered=True), 1, 0, 0),
            (told(9, BURST_WINDOW, is_gathered=True), 1, 1, 0),
        ],
    )
    def test_counts_what_was_told_in_the_window(
        self, before: list[Notice], now: int, singly: int, gathered: int
    ) -> None:
        found = plan(several(now), before, AT)
        assert (len(found.singly), len(found.gathered)) == (singly, gathered)

    def test_what_was_held_is_one_message(self) -> None:
        held = several(2, AT - timedelta(hours=8))
        assert plan(held, [], AT).gathered == tuple(held)
        assert plan(held[:1], [], AT).singly == tuple(held[:1])

    def test_of_nothing_is_nothing(self) -> None:
        assert plan([], told(9, timedelta()), AT) == plan([], [], AT)

    @given(arrivals=st.lists(st.integers(0, 3600), max_size=120))
    def test_never_more_than_a_burst_and_a_digest_in_a_window(self, arrivals: list[int]) -> None:
        waiting: list[Notice] = []
        past: list[Notice] = []
        messages: list[datetime] = []
        coming = sorted(arrivals)
        for second in range(0, 8000, 20):
            now = AT + timedelta(seconds=second)
            waiting += [notice(f"{second}.{n}", now) for n, at in enumerate(coming) if second - 20 < at <= second]
            found = plan(waiting, past, now)
            for each in found.singly:
                past.append(notice(each.id, each.at, told_at=now))
                messages.append(now)
            if found.gathered:
                past += [notice(each.id, each.at, told_at=now, is_gathered=True) for each in found.gathered]
                messages.append(now)
            gone = {each.id for each in (*found.singly, *found.gathered)}
            waiting = [each for each in waiting if each.id not in gone]
        assert not waiting
        assert len({each.id for each in past}) == len(past) == len(arrivals)
        for first in messages:
            assert sum(first <= each < first + BURST_WINDOW for each in messages) <= BURST + 1


class TestIsQuiet:
    @pytest.mark.parametrize(
        ("begin", "end", "at", "expected"),
        [
            (time(22), time(7), "21:59", False),
            (time(22), time(7), "22:00", True),
            (time(22), time(7), "03:00", True),
            (time(22), time(7), "07:00", False),
            (time(12), time(13), "12:30", True),
            (time(12), time(13), "13:00", False),
            (time(12), time(12), "12:00", False),
            (None, None, "12:00", False),
        ],
    )
    def test_by_the_wall_clock(self, begin: time | None, end: time | None, at: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
        zone = ZoneInfo("America/New_York")
        now = datetime.combine(date(2026, 11, 22), time.fromisoformat(at), zone)
        subscription = make_subscription(quiet_from=begin, quiet_until=end, time_zone=zone.key)
        assert is_quiet(subscription, now.astimezone(UTC)) is expected


class TestDueDay:
    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            # Spring in New York: 02:30 does not exist, so it is due when the clock has passed it.
            ("2027-03-14T06:59:59+00:00", date(2027, 3, 13)),
            ("2027-03-14T07:00:00+00:00", date(2027, 3, 14)),
            # Autumn: it is 01:30 twice, and the day is the same.
            ("2027-11-07T05:29:59+00:00", date(2027, 11, 6)),
            ("2027-11-07T06:30:00+00:00", date(2027, 11, 7)),
            ("2027-11-07T07:30:00+00:00", date(2027, 11, 7)),
            ("2028-02-29T15:00:00+00:00", date(2028, 2, 29)),
        ],
    )
    def test_over_the_changes_of_the_clock(self, instant: str, day: date) -> None:
        at = time(1, 30) if "-11-" in instant else time(2, 30)
        assert due_day(datetime.fromisoformat(instant), ZoneInfo("America/New_York"), at) == day

    @given(begin=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)), zone=ZONES, at=TIMES, steps=STEPS)  # noqa: DTZ001 - hypothesis wants naive bounds
    def test_each_day_comes_once_whatever_the_clock_does(
        self, begin: datetime, zone: str, at: time, steps: list[int]
    ) -> None:
        now, mark, done = begin.replace(tzinfo=UTC), date.min, []
        for step in steps:
            now += timedelta(seconds=step)
            day = due_day(now, ZoneInfo(zone), at)
            if day > mark:
                mark = day
                done.append(day)
            local = now.astimezone(ZoneInfo(zone))
            assert day in {local.date(), local.date() - timedelta(days=1)}
        assert done == sorted(set(done))


class TestDigestDay:
    @given(instant=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)), zone=ZONES, weekday=st.integers(0, 6))  # noqa: DTZ001 - hypothesis wants naive bounds
    def test_a_week_is_due_from_its_weekday_on(self, instant: datetime, zone: str, weekday: int) -> None:
        weekly = make_subscription(rhythm=Rhythm.WEEKLY, digest_weekday=weekday, time_zone=zone)
        now = instant.replace(tzinfo=UTC)
        day = digest_day(weekly, now)
        assert day.weekday() == weekday
        assert timedelta() <= due_day(now, ZoneInfo(zone), weekly.digest_at) - day < timedelta(days=7)

    def test_a_day_is_due_from_its_time_on(self) -> None:
        daily = make_subscription(rhythm=Rhythm.DAILY, digest_at=time(9), time_zone="Asia/Kolkata")
        assert digest_day(daily, datetime(2026, 11, 22, 3, 29, tzinfo=UTC)) == date(2026, 11, 21)
        assert digest_day(daily, datetime(2026, 11, 22, 3, 30, tzinfo=UTC)) == date(2026, 11, 22)
