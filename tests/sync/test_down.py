"""A source that is down for hours: it is left alone, people are told once, and it is read as soon as it is back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from bot.notify.trouble import moved, trouble_words
from store.db import Store
from store.runs import Outcome, latest_runs
from store.source_alerts import SourceAlert
from store.work import TryLaterError
from sync.backoff import wait_seconds
from sync.breaker import FAILURES, PROBE_SECONDS, Breakers
from sync.daily import pull_handler
from sync.durable import Handler
from sync.errors import NotPermittedError, ReauthoriseError, RestingError, RetryError, TakenError
from sync.pull import refresh_record
from tests.sync.fake_source import START, FakeSource
from tests.sync.pulling import pull


@pytest.fixture(autouse=True)
def _one_clock(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """The circuits read the wall clock; here that is the fake source's."""

    def now() -> float:
        return source.system.now.timestamp()

    wall = SimpleNamespace(time=now)
    monkeypatch.setattr("purgatory.domain.model.time", wall)


class Down:
    """As `before_page`: nobody answers. Notes when it was asked."""

    def __init__(self, source: FakeSource) -> None:
        self.source, self.asked_at = source, list[datetime]()

    async def __call__(self, _stream: str, _number: int) -> None:
        self.asked_at.append(self.source.system.now)
        raise RetryError("no answer")

    @property
    def times(self) -> list[datetime]:
        """When, each instant once: two streams are asked before the source is taken for down."""
        return sorted(set(self.asked_at))


async def fails(breakers: Breakers, error: BaseException) -> None:
    with pytest.raises(type(error)):
        async with breakers.through("fake"):
            raise error


async def is_resting(breakers: Breakers, source: str = "fake") -> bool:
    try:
        async with breakers.through(source):
            return False
    except RestingError as error:
        return error.after_seconds == PROBE_SECONDS


class TestBreakers:
    @pytest.mark.parametrize("error", [RetryError(), ReauthoriseError(), TimeoutError(), asyncio.CancelledError()])
    async def test_rest_after_a_few_failures_in_a_row(self, error: BaseException) -> None:
        breakers = Breakers()
        for _ in range(FAILURES):
            await fails(breakers, error)
        assert await is_resting(breakers)
        assert not await is_resting(breakers, "another")

    async def test_an_answer_begins_the_row_anew(self) -> None:
        breakers = Breakers()
        for error in (*[RetryError()] * 4, NotPermittedError(), *[RetryError()] * 4, TakenError(), RetryError()):
            await fails(breakers, error)
        assert not await is_resting(breakers)

    async def test_one_probe_a_minute_decides(self, source: FakeSource) -> None:
        breakers = Breakers()
        for _ in range(FAILURES):
            await fails(breakers, RetryError())
        source.system.now += timedelta(seconds=PROBE_SECONDS)
        assert await is_resting(breakers)
        source.system.now += timedelta(seconds=1)
        await fails(breakers, RetryError())
        assert await is_resting(breakers)
        source.system.now += timedelta(seconds=PROBE_SECONDS + 1)
        assert not await is_resting(breakers)
        await fails(breakers, RetryError())
        assert not await is_resting(breakers)

    async def test_nobody_else_asks_during_a_probe(self, source: FakeSource) -> None:
        breakers = Breakers()
        for _ in range(FAILURES):
            await fails(breakers, RetryError())
        source.system.now += timedelta(seconds=PROBE_SECONDS + 1)
        async with breakers.through("fake"):
            assert await is_resting(breakers)
        assert not await is_resting(breakers)


async def served(work: Handler, source: FakeSource, until: datetime, minute: Callable[[], Awaitable[None]]) -> bool:
    """The engine's life with one daily slot's work: tried again with its pauses, until it is done or the time is up."""
    attempt, due = 1, source.system.now
    while source.system.now < until:
        if source.system.now >= due:
            try:
                await work("slot", {"source": "fake", "full": ""})
            except TryLaterError as later:
                wait = wait_seconds(attempt, asked=later.after_seconds, dice=lambda: 0.5)
                due, attempt = source.system.now + timedelta(seconds=wait), attempt + 1
            else:
                return True
        source.system.now = min(due, source.system.now + timedelta(minutes=10))
        await minute()
    return False


class TestDown:
    @pytest.mark.parametrize(
        ("hours", "alerts"),
        [(6, 1), pytest.param(72, 3, marks=[pytest.mark.soak, pytest.mark.timeout(600)])],
    )
    async def test_for_hours(self, store: Store, source: FakeSource, hours: int, alerts: int) -> None:
        await pull(source, store)
        source.system.now = began = START + timedelta(days=1)
        down, breakers, told = Down(source), Breakers(), list[datetime]()
        source.before_page = down
        clock = lambda: source.system.now  # noqa: E731 - a clock that the test can set
        work = pull_handler((source,), store, clock=clock, breakers=breakers)
        known = SourceAlert(source="fake")

        async def minute() -> None:
            nonlocal known
            async with store.read() as conn:
                trouble = trouble_words("Fake", await latest_runs(conn))
            known, words = moved(known, trouble, source.system.now, "Fake")
            told.extend([source.system.now] if words else [])

        assert not await served(work, source, began + timedelta(hours=hours), minute)
        times = down.times
        assert len(down.asked_at) == 2 * len(times)
        probes = times[FAILURES - 1 :]
        assert min(after - before for before, after in pairwise(probes)) >= timedelta(seconds=PROBE_SECONDS)
        assert len(told) == alerts
        assert told[0] - began <= timedelta(minutes=21)
        source.before_page = FakeSource(source.system).before_page
        assert await served(work, source, source.system.now + timedelta(minutes=20), minute)
        await minute()
        assert len(told) == alerts + 1
        async with store.read() as conn:
            assert [run.outcome for run in await latest_runs(conn)] == [Outcome.OK, Outcome.OK]

    async def test_people_who_refresh_do_not_disturb_it(self, store: Store, source: FakeSource) -> None:
        source.fetch = _no_answer  # type: ignore[method-assign]
        breakers, refused = Breakers(), 0
        for _ in range(60):
            try:
                async with breakers.through("fake"):
                    await refresh_record(source, store, "invoice", "1001", clock=lambda: START)
            except RestingError:
                refused += 1
            except RetryError:
                pass
            source.system.now += timedelta(seconds=10)
        assert FAILURES <= 60 - refused <= FAILURES + 10


async def _no_answer(*_what: object, **_more: object) -> tuple[()]:
    raise RetryError("no answer")
