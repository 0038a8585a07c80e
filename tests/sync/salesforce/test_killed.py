"""A pull of Salesforce that is killed without warning, many times, ends with the store of one that was not."""

import asyncio
import random
import signal
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from sandbox.salesforce import hands
from store.contacts import contacts
from store.db import Store, sqlite_url
from tests.store.make import make_customer, save
from tests.sync.puller import live
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.test_killed import VOLATILE, contents

_PAGES = {"query", "bulk_results"}
# What was being saved, what was being fetched meanwhile, and how many rows there are.
_MOST_REFETCHED = 4
_MANY = 100_000
_OF_THE_WAY = frozenset({"change_feed", "crm_past_links"})


class Organisation:
    """An organisation, and programs that pull it into folders of their own."""

    def __init__(self, bench: SalesforceBench, folder: Path, template: Path) -> None:
        self.bench, self.home, self.template, self.turns = bench, folder, template, count()
        self.settings = bench.settings(bench.server.credentials)

    def folder(self) -> Path:
        """A new folder with a copy of the store in it."""
        folder = self.home / f"program-{next(self.turns)}"
        folder.mkdir()
        copyfile(self.template, folder / "store.db")
        return folder

    async def live(self, folder: Path, death: int | None = None) -> tuple[int | None, int]:
        """How a life ended, and how many pages Salesforce was asked for in it."""
        self.bench.server.log = deque()
        code = await asyncio.to_thread(live, folder, self.settings, death, self.bench.now)
        return code, len([one for one in self.bench.server.log if one.operation in _PAGES])

    def change(self) -> None:
        """A day on: edits, a new account, one that was merged into another, one that was purged, and a moved key."""
        bench, org = self.bench, self.bench.org
        bench.pass_time(timedelta(days=1))
        keyed = sorted(row["Id"] for row in org.living("Account") if row.get("ERP_Customer_Id__c"))
        bench.edit(keyed[0])
        hands.merge(org, "Account", keyed[1], keyed[2])
        hands.purge(org, "Account", keyed[3])
        key = org.accounts[keyed[4]]["ERP_Customer_Id__c"]
        org.edit("Account", keyed[4], ERP_Customer_Id__c=None)
        org.edit("Account", bench.add(), ERP_Customer_Id__c=key)
        for row in list(org.living("Contact"))[:3]:
            org.edit("Contact", row["Id"], Title="Moved up")
        bench.pass_time(timedelta(days=1))


@asynccontextmanager
async def organisation(folder: Path, template: Path, *, customers: int, **rules: Any) -> AsyncIterator[Organisation]:
    """One whose customers are in the store already, as the ERP has them."""
    async with salesforce_bench(customers=customers, contacts=True, **rules) as bench:
        copyfile(template, folder / "store.db")
        store = Store(sqlite_url(folder / "store.db"))
        await save(store, *(make_customer(str(each)) for each in bench.ledger.customers))
        await store.close()
        yield Organisation(bench, folder, folder / "store.db")


def lasting(path: Path) -> dict[str, list[Any]]:
    """What a store holds, but for how it came to that.

    A bulk job brings rows in an order of its own, and one that was not saved before a kill is made anew: which of two
    accounts with one key comes first, and is a customer until the other comes, differs.
    """
    found = {name: rows for name, rows in contents(path).items() if name not in _OF_THE_WAY}
    names = [column.name for column in contacts.columns if column.name not in VOLATILE.get(contacts.name, set())]
    buried = names.index("deleted_at")
    return found | {contacts.name: [row for row in found[contacts.name] if row[buried] is None]}


async def endure(known: Organisation, kills: int, dice: random.Random, *, is_bulk: bool = False) -> None:
    """Pull again and again, each pull killed at seeded moments until it is done."""
    compared = lasting if is_bulk else contents
    whole = known.folder()
    code, needed = await known.live(whole)
    assert code == 0
    expected = compared(whole / "store.db")
    while kills > 0:
        folder, deaths, asked, code = known.folder(), 0, 0, None
        while code != 0:
            code, pages = await known.live(folder, dice.randrange(2**32) if deaths < kills else None)
            assert code in {0, -signal.SIGKILL}
            deaths, asked = deaths + (code != 0), asked + pages
            found = compared(folder / "store.db")
        assert found == expected
        assert needed <= asked <= needed + _MOST_REFETCHED * deaths
        kills -= deaths
    known.template = whole / "store.db"


class TestKilled:
    async def test_a_few_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        dice = random.Random(20)  # noqa: S311 - a seeded choice of moments
        async with organisation(tmp_path, sqlite_template, customers=20, page_size=10) as known:
            await endure(known, kills=1, dice=dice)
            known.change()
            await endure(known, kills=1, dice=dice)
            assert len(contents(known.template)["crm_past_links"]) >= 2

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("bulk_above", [_MANY, 5])
    async def test_two_hundred_times(self, tmp_path: Path, sqlite_template: Path, bulk_above: int) -> None:
        dice = random.Random(21)  # noqa: S311 - likewise
        how = {"customers": 1_000, "page_size": 100, "bulk_page_size": 100, "bulk_above": bulk_above}
        async with organisation(tmp_path, sqlite_template, **how) as known:
            is_bulk = bulk_above < _MANY
            await endure(known, kills=60, dice=dice, is_bulk=is_bulk)
            known.change()
            await endure(known, kills=40, dice=dice, is_bulk=is_bulk)
