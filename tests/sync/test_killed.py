"""A pull that is killed without warning, many times, ends with the store of one that was not."""

import asyncio
import random
import signal
import sqlite3
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from sandbox.ledger import Kind
from store.invoices import invoices
from store.tables import TABLES
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.puller import live

# The fence counts claims, so it tells how often a run was taken up; a lease and a bound account are no records.
VOLATILE = {"cursors": {"version"}}
DELETED_AT = [column.name for column in invoices.columns].index("deleted_at")
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
        self.bench, self.template, self.turns = bench, template, count()
        self.settings = bench.settings(bench.server.credentials)

    def folder(self, template: Path) -> Path:
        """A new folder with a copy of this store in it."""
        folder = self.bench.folder / f"program-{next(self.turns)}"
        folder.mkdir()
        copyfile(template, folder / "store.db")
        (folder / "netsuite").symlink_to(self.bench.folder / "netsuite")
        return folder

    async def live(self, folder: Path, death: int | None = None) -> tuple[int | None, int]:
        """How a life ended, and how many pages NetSuite was asked for in it."""
        self.bench.server.log = deque()
        code = await asyncio.to_thread(live, folder, self.settings, death, self.bench.now)
        return code, len([one for one in self.bench.server.log if one.operation in PAGES])

    async def whole(self) -> tuple[Path, int]:
        """The store of a pull that nobody killed, and how many pages it took."""
        code, needed = await self.live(folder := self.folder(self.template))
        assert code == 0
        return folder / "store.db", needed


def a_day_on(bench: NetSuiteBench) -> None:
    """Edits, new records, and deletions that are reported or follow from a list."""
    bench.pass_time(timedelta(days=1))
    invoices = sorted(bench.ids("invoices"), key=int)
    for source_id in invoices[:15]:
        bench.edit(source_id)
    for source_id in invoices[20:25]:
        bench.delete(source_id)
    bench.add()
    bench.ledger.delete(Kind.ACCOUNT, max(int(each) for each in bench.ids("accounts")))
    bench.pass_time(timedelta(days=1))


async def endure(account: Account, kills: int, dice: random.Random) -> int:
    """Pull again and again, each pull killed at seeded moments until it is done; how many pages were read again."""
    path, needed = await account.whole()
    expected, asked_again = contents(path), 0
    while kills > 0:
        folder, deaths, asked, code = account.folder(account.template), 0, 0, None
        while code != 0:
            code, pages = await account.live(folder, dice.randrange(2**32) if deaths < kills else None)
            assert code in {0, -signal.SIGKILL}
            deaths, asked = deaths + (code != 0), asked + pages
            found = contents(folder / "store.db")
        assert found == expected
        assert needed <= asked <= needed + MOST_REFETCHED * deaths
        kills, asked_again = kills - deaths, asked_again + asked - needed
    account.template = path
    return asked_again


class TestKilled:
    async def test_a_few_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        dice = random.Random(16)  # noqa: S311 - a seeded choice of moments
        async with netsuite_bench(tmp_path, customers=12, page_size=10) as bench:
            account = Account(bench, sqlite_template)
            await endure(account, kills=1, dice=dice)
            a_day_on(bench)
            await endure(account, kills=1, dice=dice)
            assert len([row for row in contents(account.template)["invoices"] if row[DELETED_AT] is not None]) == 5

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    async def test_two_hundred_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        dice = random.Random(17)  # noqa: S311 - likewise
        # 10,000 records: 1,200 customers with three invoices each, and what belongs to them.
        async with netsuite_bench(tmp_path, customers=1_200, page_size=100) as bench:
            account = Account(bench, sqlite_template)
            asked_again = await endure(account, kills=120, dice=dice)
            a_day_on(bench)
            asked_again += await endure(account, kills=80, dice=dice)
            # The page that was being saved, and of some the one whose answer was on its way meanwhile.
            assert asked_again <= 250
