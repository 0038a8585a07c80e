"""A pull that is killed without warning, many times, ends with the store of one that was not."""

import asyncio
import random
import signal
import sqlite3
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from store.tables import TABLES
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.puller import live

# The fence counts claims, so it tells how often a run was taken up; a lease and a bound account are no records.
VOLATILE = {"cursors": {"version"}}
PAGES = {"search", "searchMoreWithId"}
# The page that was being saved, the one that was being fetched meanwhile, and which of a stream are marked.
MOST_REFETCHED = 3


def contents(path: Path) -> Mapping[str, list[Any]]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = {}
        for table in TABLES:
            columns = [column.name for column in table.columns if column.name not in VOLATILE.get(table.name, set())]
            found[table.name] = sorted(conn.execute(f"SELECT {', '.join(columns)} FROM {table.name}"), key=repr)  # noqa: S608 - our own names
        return found


class Account:
    """A NetSuite account, and programs that pull it into folders of their own."""

    def __init__(self, bench: NetSuiteBench, template: Path) -> None:
        self.bench, self.template = bench, template
        self.settings = bench.settings(bench.server.credentials)

    def folder(self, name: str) -> Path:
        folder = self.bench.folder / name
        folder.mkdir()
        copyfile(self.template, folder / "store.db")
        (folder / "netsuite").symlink_to(self.bench.folder / "netsuite")
        return folder

    async def live(self, folder: Path, death: int | None = None) -> tuple[int | None, int]:
        """How a life ended, and how many pages NetSuite was asked for in it."""
        self.bench.server.log = deque()
        code = await asyncio.to_thread(live, folder, self.settings, death)
        return code, len([one for one in self.bench.server.log if one.operation in PAGES])


async def endure(account: Account, kills: int) -> None:
    """Pull again and again, each pull killed at seeded moments until it is done, until so many kills have been."""
    code, needed = await account.live(whole := account.folder("whole"))
    assert code == 0
    expected = contents(whole / "store.db")
    dice = random.Random(16)  # noqa: S311 - a seeded choice of moments
    for turn in count():
        folder, deaths, asked, code = account.folder(f"killed-{turn}"), 0, 0, None
        while code != 0:
            code, pages = await account.live(folder, dice.randrange(2**32) if deaths < kills else None)
            assert code in {0, -signal.SIGKILL}
            deaths, asked = deaths + (code != 0), asked + pages
            found = contents(folder / "store.db")
        assert found == expected
        assert needed <= asked <= needed + MOST_REFETCHED * deaths
        kills -= deaths
        if kills <= 0:
            return


class TestKilled:
    async def test_a_few_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=10) as bench:
            await endure(Account(bench, sqlite_template), kills=3)

    @pytest.mark.soak
    @pytest.mark.timeout(1800)
    async def test_two_hundred_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        # 10,000 records: 2,500 customers with three invoices each.
        async with netsuite_bench(tmp_path, customers=2_500, page_size=100) as bench:
            await endure(Account(bench, sqlite_template), kills=200)
