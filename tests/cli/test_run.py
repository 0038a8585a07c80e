"""What comes to `tesorio run` from outside: Ctrl-C twice, a kill, an ERP that refuses it, settings that are wrong."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.root import open_store
from bot.root_data import only_one
from bot.settings import Rules, settings_from
from store.runs import Outcome, latest_runs
from tests.cli.console import Console
from tests.cli.program import PATIENCE_SECONDS, Rig, open_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as made:
        yield made


class TestSignals:
    async def test_a_second_one_ends_it_at_once(self, rig: Rig) -> None:
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
            assert "Open balance: $17,250.00" in await rig.answer("/tesorio invoice INV-12345")
            await rig.stop(program, signal.SIGTERM)
        assert "Traceback" not in rig.log()

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
        async with rig.started() as (program, told):
            async with asyncio.timeout(PATIENCE_SECONDS):
                # The engine records the end a moment after ours was logged.
                while not _has_failed(rig.folder / "data" / "work.sqlite"):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.05)
            await rig.stop(program, signal.SIGTERM)
        assert "Not read yet: netsuite" in told
        assert "refused our credentials" in rig.log()
        assert "Traceback" not in rig.log()


class TestRefused:
    @pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
    def test_a_wrong_token_ends_it_with_a_sentence(self, filled: Console, name: str) -> None:
        ended = filled("run", **{name: filled.environment[name][:5] + "wrong"})
        assert (ended.code, ended.out) == (1, "")
        assert "Slack refused: invalid_auth. Run `tesorio doctor`." in ended.err
        assert "Traceback" not in ended.err

    def test_the_tokens_of_another_workspace_are_refused(self, filled: Console) -> None:
        with sqlite3.connect(filled.folder / "data" / "store.sqlite") as database:
            database.execute("INSERT OR REPLACE INTO facts (name, value) VALUES ('slack.team_id', 'T0OTHER')")
        database.close()
        ended = filled("run")
        assert ended.code == 1
        assert "this store belongs to workspace T0OTHER" in ended.err

    def test_a_folder_in_which_another_runs_is_refused(self, filled: Console) -> None:
        with only_one(filled.folder / "data"):
            ended = filled("run")
        assert ended.code == 1
        assert "another tesorio runs in data; stop it" in ended.err
