"""`tesorio run` as a program of its own, pointed by settings alone at a Slack and a NetSuite that the test runs."""

import asyncio
import contextlib
import signal
import sqlite3
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.root import open_store
from bot.settings import Rules, settings_from
from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA
from sandbox.stand_ins import USER_ZONE, StandIns
from store.runs import Outcome, latest_runs
from sync.connectors.netsuite import connect
from tests.bot.world import CHANNEL, Clock, add_accounts
from tests.cli.console import BARE, TESORIO

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


class Rig:
    """Two services, and a folder in which the program works."""

    def __init__(self, slack: SlackStandIn, netsuite: NetSuiteStandIn, folder: Path) -> None:
        self.slack, self.netsuite, self.folder = slack, netsuite, folder
        found = StandIns(ledger=netsuite.ledger, slack=slack, netsuite=netsuite).environment
        self.environment: Mapping[str, str] = {**BARE, **found, "PYTHONPATH": str(ROOT)}

    async def start(self, *arguments: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *TESORIO, *arguments, stdout=PIPE, stderr=PIPE, cwd=self.folder, env=self.environment
        )

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        program = await self.start(*arguments)
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await program.communicate()
        assert program.returncode is not None
        return program.returncode, out.decode(), err.decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """`tesorio run`, connected; killed at the end if it still runs."""
        program = await self.start("run")
        assert program.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                told = await program.stdout.readline()
            if not told.startswith(b"Connected to Slack workspace"):
                pytest.fail(f"{told!r}: {(await program.communicate())[1].decode()}")
            yield program
        finally:
            with contextlib.suppress(ProcessLookupError):
                program.kill()
            await program.communicate()

    async def answer(self, line: str) -> str:
        """What Ana reads, as soon as the record is there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                text = self.slack.workspace.transcript(await self.slack.workspace.say(ANA, CHANNEL, line))
                if "owes" in text:
                    return text
                await asyncio.sleep(0.2)

    async def stop(self, program: Process, *signals: int) -> str:
        """Send the signals; what the program wrote to stderr from start to end."""
        for number in signals:
            program.send_signal(number)
        async with asyncio.timeout(20):
            _, err = await program.communicate()
        return err.decode()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    ledger = Ledger.seeded(customers=20, today=Clock()().date(), invoices_per_customer=4)
    async with NetSuiteStandIn(ledger, user_zone=USER_ZONE) as netsuite, SlackStandIn() as slack:
        made = Rig(slack, netsuite, tmp_path)
        settings = settings_from({**made.environment, "TESORIO_DATA_DIR": str(tmp_path / "data")}, Rules())
        await asyncio.to_thread(connect, settings.plain_environment(), {}, settings.data_dir)
        async with open_store(settings) as store:
            await add_accounts(store)
        yield made


class TestRun:
    async def test_reads_answers_and_ends_in_peace(self, rig: Rig) -> None:
        async with rig.running() as program:
            assert "Open balance: $17,250.00" in await rig.answer("/tesorio invoice INV-12345")
            code, _, err = await rig.command("run")
            assert code == 1
            assert "another tesorio runs in data; stop it" in err
            told = await rig.stop(program, signal.SIGTERM)
            assert program.returncode == 0, told
            assert "Traceback" not in told
            assert "WARNING" not in told
        for secret in (rig.slack.bot_token, rig.slack.app_token, rig.netsuite.credentials.token_secret):
            assert secret not in told
        assert not rig.slack.workspace.hub.connected

    async def test_a_second_signal_ends_it_at_once(self, rig: Rig) -> None:
        rig.netsuite.faults.hang(times=99)
        async with rig.running() as program:
            await rig.stop(program, signal.SIGINT, signal.SIGINT)
            assert program.returncode in {0, -signal.SIGINT}

    async def test_killed_in_the_middle_of_a_sync_it_goes_on_after_the_start(self, rig: Rig) -> None:
        (rig.folder / "tesorio.toml").write_text("[netsuite]\npage_size = 20\n")
        rig.netsuite.faults.hang(operation="searchMoreWithId", skip=1)
        async with rig.running() as program:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not any(call.operation == "searchMoreWithId" for call in rig.netsuite.log):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.05)
            await rig.stop(program, signal.SIGKILL)
            assert program.returncode == -signal.SIGKILL
        rig.netsuite.faults.clear()
        async with rig.running() as program:
            assert "owes" in await rig.answer("/tesorio customer sun micro")
            assert await self._outcomes(rig) == {Outcome.OK}
            assert "Traceback" not in await rig.stop(program, signal.SIGTERM)
        code, out, _ = await rig.command("find", "invoice", "INV-12345", "--json")
        assert code == 0
        assert '"open_balance": "17250.00"' in out

    async def _outcomes(self, rig: Rig) -> set[Outcome]:
        """How the runs ended, once they have."""
        settings = settings_from({"TESORIO_DATA_DIR": str(rig.folder / "data")}, Rules())
        async with open_store(settings) as store, asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with store.read() as conn:
                    runs = await latest_runs(conn)
                if len(runs) > 1 and all(run.ended_at for run in runs):
                    return {run.outcome for run in runs}
                await asyncio.sleep(0.1)


def _has_failed(work: Path) -> bool:
    with contextlib.closing(sqlite3.connect(work)) as database:
        return bool(database.execute("SELECT 1 FROM workflow_status WHERE status = 'ERROR'").fetchall())


class TestFirstReading:
    async def test_one_that_fails_is_promised_by_nobody_and_told_in_a_line(self, rig: Rig) -> None:
        rig.environment = {**rig.environment, "NETSUITE_TOKEN_SECRET": "wrong"}
        program = await rig.start("run")
        assert program.stdout is not None
        assert program.stderr is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = (await program.stdout.readline()).decode()
            lines: list[str] = []
            while not any("refused our credentials" in line for line in lines):
                lines.append((await program.stderr.readline()).decode())
            # The engine records the end a moment after ours was logged.
            while not _has_failed(rig.folder / "data" / "work.sqlite"):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
        assert "Not read yet: netsuite" in told
        assert "Traceback" not in "".join(lines) + await rig.stop(program, signal.SIGTERM)

    async def test_a_replica_name_that_was_lost_is_made_anew(self, rig: Rig) -> None:
        (rig.folder / "data" / "replica_id").touch()
        async with rig.running() as program:
            made = (rig.folder / "data" / "replica_id").read_text()
            await rig.stop(program, signal.SIGTERM)
        assert len(made) == 32
        async with rig.running() as program:
            await rig.stop(program, signal.SIGTERM)
        assert (rig.folder / "data" / "replica_id").read_text() == made


class TestRefused:
    async def test_a_wrong_token_ends_it_with_a_sentence(self, rig: Rig) -> None:
        right = rig.environment
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
            rig.environment = {**right, name: right[name][:5] + "wrong"}
            code, out, err = await rig.command("run")
            assert (code, out) == (1, "")
            assert "Slack refused: invalid_auth. Run `tesorio doctor`." in err
            assert "Traceback" not in err

    async def test_the_tokens_of_another_workspace_are_refused(self, rig: Rig) -> None:
        with sqlite3.connect(rig.folder / "data" / "store.sqlite") as database:
            database.execute("INSERT OR REPLACE INTO facts (name, value) VALUES ('slack.team_id', 'T0OTHER')")
        database.close()
        code, _, err = await rig.command("run")
        assert code == 1
        assert "this store belongs to workspace T0OTHER" in err
