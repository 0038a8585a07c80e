"""One `tesorio run` from its start to its end: it answers, shows monitors how it is, and stops in peace."""

import asyncio
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from sandbox.slack import Waiting
from sandbox.slack.seed import ANA, BEN
from tests.bot.world import CHANNEL
from tests.cli.program import PATIENCE_SECONDS, Rig, open_rig

pytestmark = pytest.mark.asyncio(loop_scope="module")
ACKED = Waiting(until=lambda _: True)
IN_FLIGHT = 5
LINE = "/tesorio invoice INV-12345"
LEAVING = "no more requests are taken"
SHUT = "Slack refuses the app-level token (invalid_auth)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path_factory.mktemp("rig")) as made:
        made.environment = {**made.environment, "TESORIO_HTTP_ADDRESS": f"127.0.0.1:{free_port()}"}
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(rig: Rig) -> AsyncIterator[Process]:
    """One for all tests here; that of its end comes last."""
    async with rig.running() as program:
        yield program


async def get(rig: Rig, path: str) -> tuple[int, str]:
    address = rig.environment["TESORIO_HTTP_ADDRESS"]
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text()


async def status_becomes(rig: Rig, wanted: int) -> str:
    """What /readyz says as soon as its status is this."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            status, text = await get(rig, "/readyz")
            if status == wanted:
                return text
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("program")
class TestRunning:
    async def test_it_reads_and_answers(self, rig: Rig) -> None:
        assert "Open balance: $17,250.00" in await rig.answer(LINE)

    async def test_it_is_unready_while_slack_gives_no_connection_and_ready_again(self, rig: Rig) -> None:
        assert await get(rig, "/healthz") == (200, "ok\n")
        await status_becomes(rig, 200)
        told = rig.log().count(SHUT)
        rig.slack.workspace.faults.refuse("apps.connections.open", "invalid_auth", times=2)
        rig.slack.workspace.hub.drop()
        assert '"slack": "ok"' not in await status_becomes(rig, 503)
        await status_becomes(rig, 200)
        assert rig.log().count(SHUT) == told + 1


class TestStop:
    async def test_what_is_under_way_is_answered_and_nothing_more_is_taken(self, rig: Rig, program: Process) -> None:
        await rig.answer(LINE)
        workspace = rig.slack.workspace
        seen, warnings = len(workspace.messages(CHANNEL, ANA)), rig.log().count("WARNING")
        workspace.faults.stall("response_url", 1.5, times=IN_FLIGHT)
        for _ in range(IN_FLIGHT):
            assert (await workspace.say(BEN, CHANNEL, LINE, ACKED)).ack is not None
        program.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while LEAVING not in rig.log():  # noqa: ASYNC110 - a file tells nobody that it grows
                await asyncio.sleep(0.02)
        rig.slack.deadlines.acknowledgement_seconds = 1
        late = await workspace.hub.deliver("slash_commands", {"command": "/tesorio", "text": "help"})
        await rig.stop(program)
        assert program.returncode == 0, rig.log()
        assert late.ack is None
        assert len(workspace.messages(CHANNEL, ANA)) == seen + IN_FLIGHT
        assert not workspace.hub.connected
        assert "Traceback" not in rig.log()
        assert rig.log().count("WARNING") == warnings
        for secret in (rig.slack.bot_token, rig.slack.app_token, rig.netsuite.credentials.token_secret):
            assert secret not in rig.log()

    @pytest.mark.soak
    async def test_a_second_signal_does_not_wait_for_answers(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        async with open_rig(tmp_path_factory.mktemp("second")) as rig, rig.running() as program:
            await rig.answer(LINE)
            rig.slack.workspace.faults.stall("response_url", 9)
            assert (await rig.slack.workspace.say(BEN, CHANNEL, LINE, ACKED)).ack is not None
            program.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            await rig.stop(program, signal.SIGTERM)
            assert program.returncode == -signal.SIGTERM
