"""Stopping `tesorio run`, and looking at it from outside: what was accepted is answered, the rest is not taken."""

import asyncio
import signal
import socket
import time

import aiohttp
import pytest

from sandbox.slack import Waiting
from sandbox.slack.seed import ANA, BEN
from tests.bot.world import CHANNEL
from tests.cli.test_run import Rig, rig

__all__ = ["rig"]

ACKED = Waiting(until=lambda _: True)
IN_FLIGHT = 5
LINE = "/tesorio invoice INV-12345"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def status_becomes(port: int, wanted: int) -> str:
    """What /readyz says as soon as its status is this."""
    async with asyncio.timeout(20):
        while True:
            status, text = await get(port, "/readyz")
            if status == wanted:
                return text
            await asyncio.sleep(0.05)


class TestStop:
    async def test_what_is_under_way_is_answered_and_nothing_more_is_taken(self, rig: Rig) -> None:
        async with rig.running() as program:
            await rig.answer(LINE)
            workspace = rig.slack.workspace
            seen = len(workspace.messages(CHANNEL, ANA))
            workspace.faults.stall("response_url", 1.5, times=IN_FLIGHT)
            for _ in range(IN_FLIGHT):
                assert (await workspace.say(BEN, CHANNEL, LINE, ACKED)).ack is not None
            program.send_signal(signal.SIGTERM)
            started = time.monotonic()
            await asyncio.sleep(0.5)
            late = await workspace.hub.deliver("slash_commands", {"command": "/tesorio", "text": "help"})
            told = await rig.stop(program)
            assert time.monotonic() - started < 20
        assert program.returncode == 0, told
        assert late.ack is None
        assert len(workspace.messages(CHANNEL, ANA)) == seen + IN_FLIGHT
        assert "Traceback" not in told

    @pytest.mark.soak
    async def test_a_second_signal_does_not_wait_for_answers(self, rig: Rig) -> None:
        async with rig.running() as program:
            await rig.answer(LINE)
            rig.slack.workspace.faults.stall("response_url", 9)
            assert (await rig.slack.workspace.say(BEN, CHANNEL, LINE, ACKED)).ack is not None
            started = time.monotonic()
            program.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            await rig.stop(program, signal.SIGTERM)
            assert time.monotonic() - started < 5
            assert program.returncode == -signal.SIGTERM


class TestHealth:
    async def test_it_is_unready_while_slack_gives_no_connection_and_ready_again(self, rig: Rig) -> None:
        port = free_port()
        rig.environment = {**rig.environment, "TESORIO_HTTP_ADDRESS": f"127.0.0.1:{port}"}
        async with rig.running() as program:
            assert await get(port, "/healthz") == (200, "ok\n")
            await status_becomes(port, 200)
            rig.slack.workspace.faults.refuse("apps.connections.open", "invalid_auth", times=2)
            rig.slack.workspace.hub.drop()
            assert '"slack": "ok"' not in await status_becomes(port, 503)
            await status_becomes(port, 200)
            told = await rig.stop(program, signal.SIGTERM)
        assert program.returncode == 0
        assert told.count("Slack refuses the app-level token (invalid_auth)") == 1
        assert "Traceback" not in told
