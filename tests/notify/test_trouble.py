"""Alerts about a source: when it stays in trouble, at most one in six hours, and when it works again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.trouble import ALERT_EVERY, PATIENCE, moved, trouble_words
from store.runs import Outcome, SyncRun, save_run, start_run
from store.source_alerts import SourceAlert
from store.subscriptions import NewsKind
from tests.notify.make import CHANNEL, Notifier, begun
from tests.store.make import AT

DOWN = "NetSuite could not be read (invoices). Answers show the last known figures."
WELL = "NetSuite works again."


def run(stream: str = "invoices", outcome: Outcome = Outcome.FAILED, quarantined: int = 0) -> SyncRun:
    return SyncRun(
        id=f"r/{stream}",
        source="netsuite",
        stream=stream,
        started_at=AT,
        ended_at=AT,
        outcome=outcome,
        quarantined=quarantined,
    )


def told(troubles: Iterator[tuple[timedelta, str]]) -> list[tuple[timedelta, str]]:
    """What people read of a source that stood so at these times."""
    known, found = SourceAlert(source="netsuite"), []
    for after, trouble in troubles:
        known, words = moved(known, trouble, AT + after, "NetSuite")
        if words:
            found.append((after, words))
    return found


def minutes(*of: tuple[int, str]) -> Iterator[tuple[timedelta, str]]:
    return ((timedelta(minutes=at), trouble) for at, trouble in of)


class TestMoved:
    def test_what_heals_soon_is_no_news(self) -> None:
        assert told(minutes((0, DOWN), (9, DOWN), (10, ""), (11, ""))) == []

    def test_what_lasts_is_told_once_and_its_end_too(self) -> None:
        found = told(minutes((0, DOWN), (10, DOWN), (11, DOWN), (300, DOWN), (400, ""), (401, "")))
        assert found == [(PATIENCE, DOWN), (timedelta(minutes=400), WELL)]

    def test_a_second_trouble_within_six_hours_is_not_told(self) -> None:
        found = told(minutes((0, DOWN), (10, DOWN), (20, ""), (30, DOWN), (60, DOWN), (90, "")))
        assert [words for _, words in found] == [DOWN, WELL]

    def test_a_long_trouble_is_told_again_after_a_day(self) -> None:
        hourly = ((timedelta(hours=hour), DOWN) for hour in range(72))
        assert [at for at, _ in told(hourly)] == [timedelta(hours=hour) for hour in (1, 25, 49)]

    @given(states=st.lists(st.tuples(st.integers(1, 120), st.sampled_from(["", DOWN])), max_size=200))
    def test_never_two_alerts_in_six_hours_nor_an_all_clear_without_alarm(self, states: list[tuple[int, str]]) -> None:
        at, steps = timedelta(), []
        for step, trouble in states:
            at += timedelta(minutes=step)
            steps.append((at, trouble))
        found = told(iter(steps))
        alerts = [when for when, words in found if words == DOWN]
        assert all(later - earlier >= ALERT_EVERY for earlier, later in pairwise(alerts))
        words = [each for _, each in found]
        assert not words or words[0] == DOWN
        assert (WELL, WELL) not in set(pairwise(words))


class TestTroubleWords:
    @pytest.mark.parametrize(
        ("runs", "words"),
        [
            ([run(outcome=Outcome.OK), run("customers", Outcome.OK)], ""),
            ([run(), run("customers", Outcome.OK)], DOWN),
            ([run(), run("customers")], DOWN.replace("(invoices)", "(customers, invoices)")),
            (
                [run(outcome=Outcome.STOPPED), run("customers", Outcome.DEGRADED, 3)],
                "NetSuite has lost very many records (invoices). Nothing was deleted here; «tesorio status» says more.",
            ),
            (
                [run(outcome=Outcome.DEGRADED, quarantined=3)],
                "NetSuite was read, but for what could not be understood: 3 invoices. They may be missing in answers.",
            ),
        ],
    )
    def test_says_what_is_wrong(self, runs: list[SyncRun], words: str) -> None:
        assert trouble_words("NetSuite", runs) == words


class TestTellTrouble:
    async def test_is_posted_to_who_asked_for_it(self, notifier: Notifier) -> None:
        await begun(notifier, events=(NewsKind.SYNC_TROUBLE,))
        await self._end(notifier, Outcome.FAILED)
        for _ in range(6):
            notifier.clock.forward(minutes=3)
            await notifier.look()
        await self._end(notifier, Outcome.RUNNING)
        await notifier.look()
        await self._end(notifier, Outcome.OK)
        notifier.clock.forward(minutes=3)
        await notifier.look()
        posts = await notifier.posts()
        assert [post.payload["text"] for post in posts] == [DOWN, WELL]
        assert {post.payload["channel"] for post in posts} == {CHANNEL}

    async def _end(self, notifier: Notifier, outcome: Outcome) -> None:
        ended = None if outcome is Outcome.RUNNING else datetime.now(UTC)
        one = SyncRun(
            id="r", source="netsuite", stream="invoices", started_at=AT, ended_at=ended, outcome=outcome, error="x"
        )
        async with notifier.deps.store.write() as conn:
            await start_run(conn, one)
            await save_run(conn, one)
