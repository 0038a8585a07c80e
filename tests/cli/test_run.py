"""What comes to `tesorio run` from outside: Ctrl-C twice, a kill, an ERP that refuses it."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.root.assistant import open_store
from bot.rules import Rules
from bot.settings import settings_from
from store.runs import Outcome, latest_runs
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
        (rig.folder / "tesorio.toml").write_text("[netsuite]\npage_size = 200\n")
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
