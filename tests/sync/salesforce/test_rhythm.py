"""The 24 hours of a CRM count from the moment it was switched on, whatever kills the program, whenever it starts."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

from store.rhythms import SourceRhythm
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.salesforce.clockwork import Life, begin, slot

_PATIENCE_SECONDS = 180
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until this is true of another program, which rings no bell."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


@asynccontextmanager
async def killed(life: Life) -> AsyncIterator[None]:
    """The program while the block lasts; then it is killed without a warning."""
    program = begin(life)
    try:
        yield
        assert program.is_alive()
    finally:
        os.kill(program.pid or 0, signal.SIGKILL)
        await asyncio.to_thread(program.join)


async def ended(life: Life) -> int | None:
    """How the program ended by itself."""
    program = begin(life)
    await asyncio.to_thread(program.join, _PATIENCE_SECONDS)
    return program.exitcode


def runs(folder: Path) -> list[str]:
    """The slots that accounts were read for, the oldest first."""
    with closing(sqlite3.connect(folder / "store.db")) as conn:
        found = conn.execute("SELECT id FROM sync_runs WHERE stream = 'accounts' ORDER BY started_at").fetchall()
    return [str(row[0]).removesuffix("/accounts") for row in found]


def rhythm(folder: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(folder / "store.db")) as conn:
        columns = [name for name in SourceRhythm.__dataclass_fields__ if name != "since"]
        return conn.execute(f"SELECT {', '.join(columns)} FROM source_rhythms").fetchall()  # noqa: S608 - our own names


def reads(bench: SalesforceBench) -> int:
    return sum(each.operation == "query" for each in bench.server.log)


class TestRhythm:
    async def test_counts_from_the_switch_over_kills_and_restarts(self, tmp_path: Path, sqlite_template: Path) -> None:
        copyfile(sqlite_template, tmp_path / "store.db")
        async with salesforce_bench(customers=4, rules="upflow", match_by="erp_id") as bench:
            life = Life(folder=tmp_path, settings=bench.settings(bench.server.credentials), at=bench.now)
            first, second = life.at, life.at + DAY
            # Killed in the middle of its first reading, which began with the switch.
            reached = asyncio.Event()
            bench.server.faults.meanwhile(reached.set, operation="query", skip=2)
            bench.server.faults.hang(operation="query", skip=2)
            async with killed(replace(life, switches_on=True)):
                await until(reached.is_set)
            bench.server.faults.clear()
            assert runs(tmp_path) == [slot(first)]
            # It goes on with that one an hour later; its clock is no reason to count anew.
            assert await ended(replace(life, at=first + HOUR, until=slot(first))) == 0
            # Killed again, and started an hour early: nothing is due.
            asked = reads(bench)
            bench.pass_time(DAY - HOUR)
            early = replace(life, at=second - HOUR)
            async with killed(early):
                await until(early.looked.exists)
            assert (runs(tmp_path), reads(bench)) == ([slot(first)], asked)
            # It was down when it fell due, and is read when it comes back, once.
            bench.pass_time(3 * HOUR)
            assert await ended(replace(life, at=second + HOUR, until=slot(second))) == 0
            asked = reads(bench)
            late = replace(life, at=second + 2 * HOUR)
            async with killed(late):
                await until(late.looked.exists)
            assert (runs(tmp_path), reads(bench)) == ([slot(first), slot(second)], asked)
            assert rhythm(tmp_path) == [("salesforce", 24)]
