"""The way to Slack: found dead, made anew, never given up, and never noisy about it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from bot.doors.backoff import Backoff
from bot.doors.connection import Connection, Frame
from bot.doors.link import SocketLink, Timing
from bot.slack.client import SlackClient
from sandbox.slack import SlackStandIn
from tests.doors.rig import QUICK, Seconds
from tests.patient import patient

OPEN = "apps.connections.open"


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(deadlines=patient()) as running:
        yield running


@asynccontextmanager
async def linked(
    slack: SlackStandIn, clock: Seconds, *, timing: Timing = QUICK, frames: list[Frame] | None = None
) -> AsyncIterator[SocketLink]:
    kept: list[Frame] = [] if frames is None else frames

    def receive(_connection: Connection, frame: Frame) -> None:
        kept.append(frame)

    client = SlackClient(base_url=slack.api_url, retry_handlers=[])
    link = SocketLink(client, app_token=slack.app_token, receive=receive, timing=timing, clock=clock, pause=clock.pause)
    await link.open()
    await until(lambda: kept and kept[0]["type"] == "hello")
    try:
        yield link
    finally:
        await link.close()


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)


def has_opened(slack: SlackStandIn, number: int) -> bool:
    return number in numbers(slack)


def numbers(slack: SlackStandIn) -> set[int]:
    return {connection.number for connection in slack.workspace.hub.connections}


class TestHalfDead:
    async def test_one_in_which_nothing_moves_is_replaced(self, slack: SlackStandIn) -> None:
        clock = Seconds()
        async with linked(slack, clock) as link:
            slack.workspace.hub.freeze()
            clock.ahead += 29
            await asyncio.sleep(0.1)
            assert numbers(slack) == {1}
            clock.ahead += 2
            await until(lambda: numbers(slack) == {2})
            await until(lambda: not link.trouble())

    async def test_one_that_answers_pings_is_kept(self, slack: SlackStandIn) -> None:
        clock = Seconds()
        async with linked(slack, clock) as link:
            for _ in range(10):
                clock.ahead += 20
                await until(lambda: link.silent_seconds() < 1)
            assert numbers(slack) == {1}

    async def test_a_session_closed_under_it_is_replaced(self, slack: SlackStandIn) -> None:
        async with linked(slack, Seconds()) as link:
            assert link._current is not None
            await link._current._session.close()
            await until(lambda: numbers(slack) == {2})

    async def test_while_it_cannot_be_replaced_it_says_so(self, slack: SlackStandIn) -> None:
        clock = Seconds()
        async with linked(slack, clock) as link:
            assert link.trouble() == ""
            slack.workspace.faults.refuse(OPEN, "internal_error", times=99)
            slack.workspace.hub.freeze()
            clock.ahead += 31
            await until(lambda: link.trouble() == "Slack gives no connection: internal_error")
            await until(lambda: link.trouble() == "")


class TestAskedToMove:
    @pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
    async def test_the_new_one_is_there_before_the_old_one_goes(self, slack: SlackStandIn, reason: str) -> None:
        async with linked(slack, Seconds()) as link:
            slack.workspace.hub.disconnect(reason)
            await until(lambda: numbers(slack) == {1, 2})
            assert link.trouble() == ""

    async def test_the_old_one_is_closed_after_a_while(self, slack: SlackStandIn) -> None:
        async with linked(slack, Seconds(), timing=Timing(ping=0.02, linger=0.05)) as link:
            slack.workspace.hub.disconnect()
            await until(lambda: numbers(slack) == {2})
            assert link.trouble() == ""

    async def test_what_comes_over_the_old_one_is_taken_and_answered(self, slack: SlackStandIn) -> None:
        frames: list[Frame] = []
        async with linked(slack, Seconds(), frames=frames) as link:
            old = slack.workspace.hub.connections[0]
            slack.workspace.hub.disconnect()
            await until(lambda: len(numbers(slack)) == 2)
            old.send({"envelope_id": "late", "payload": {}})
            await until(lambda: any(frame.get("envelope_id") == "late" for frame in frames))
            assert link._current is not None
            await link.send(link._current, {"envelope_id": "late"})

    async def test_being_told_to_move_at_once_each_time_is_no_race(self, slack: SlackStandIn) -> None:
        clock = Seconds()
        async with linked(slack, clock, timing=Timing(ping=0.02, linger=0.01)):
            for opened in range(1, 6):
                await until(partial(has_opened, slack, opened))
                slack.workspace.hub.disconnect("too_many_websockets")
            await until(lambda: 6 in numbers(slack))
        waits = [wait for wait in clock.pauses if wait]
        assert waits[-1] > 8


class TestRefused:
    @pytest.mark.parametrize("fault", ["invalid_auth", "internal_error", 429, 500, "reset"])
    async def test_for_ten_minutes_it_tries_seldom_and_lives(
        self, slack: SlackStandIn, fault: str | int, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        clock, faults = Seconds(), slack.workspace.faults

        async def pause(seconds: float) -> None:
            await Seconds.pause(clock, seconds)
            if sum(clock.pauses) > 600:
                faults.clear()

        clock.pause = pause  # type: ignore[method-assign]  # it ends the trouble after ten minutes
        async with linked(slack, clock) as link:
            self._break(slack, fault)
            slack.workspace.hub.drop()
            await until(lambda: sum(clock.pauses) > 600 and not link.trouble())
        assert 15 <= len(clock.pauses) <= 31
        lines = [record for record in caplog.records if record.name.startswith("bot")]
        assert 1 <= len(lines) <= 60
        loud = [record.getMessage() for record in lines if record.levelno >= logging.ERROR]
        assert ["invalid_auth" in line and "tesorio doctor" in line for line in loud] == (
            [True] if fault == "invalid_auth" else []
        )
        assert slack.app_token not in caplog.text

    def _break(self, slack: SlackStandIn, fault: str | int) -> None:
        faults = slack.workspace.faults
        if fault == 429:
            faults.rate_limit(OPEN, "30", times=999)
        elif fault == "reset":
            faults.reset(OPEN, before=True, times=999)
        elif isinstance(fault, int):
            faults.fail(OPEN, fault, times=999)
        else:
            faults.refuse(OPEN, fault, times=999)


class TestBackoff:
    def test_grows_to_its_longest_and_starts_anew_after_success(self) -> None:
        backoff = Backoff(first=1, longest=32)
        assert backoff.wait_seconds() == 0
        waits = []
        for _ in range(9):
            backoff.failed()
            waits.append(backoff.wait_seconds())
        for wait, middle in zip(waits, (1, 2, 4, 8, 16, 32, 32, 32, 32), strict=True):
            assert 0.8 * middle <= wait <= 1.2 * middle
        backoff.worked()
        assert backoff.wait_seconds() == 0

    def test_is_never_shorter_than_asked_for_nor_longer_than_a_quarter_of_an_hour(self) -> None:
        backoff = Backoff(first=1, longest=32)
        backoff.failed(asked_seconds=100)
        assert backoff.wait_seconds() == 100
        backoff.failed(asked_seconds=86_400)
        assert backoff.wait_seconds() == 900
