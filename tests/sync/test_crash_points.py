"""A program that dies before any of its commits, and begins again, ends with the store of one that did not die."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import copyfile
from typing import TypeAlias

import pytest

from sandbox.ledger.company_hands import define_field, retire_field
from sandbox.ledger.custom_fields import AppliesTo
from sandbox.ledger.records import FieldKind
from tests.sync.mortal import die
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.salesforce.test_killed import organisation
from tests.sync.test_killed import a_day_on

# So many of the commits of each pull in the gate.
SOME = 2
Survive: TypeAlias = Callable[[Path, Path, int | None], Awaitable[None]]
E_MAIL = "custentity_dunning_emails"


def change(bench: NetSuiteBench, broken: list[str]) -> None:
    """A day on; besides, fields for e-mail addresses come and go, and what was broken can be read again."""
    a_day_on(bench)
    retire_field(bench.ledger, E_MAIL)
    define_field(bench.ledger, "custentity_copies", "Copies", FieldKind.EMAIL, AppliesTo.CUSTOMER)
    for each in broken:
        bench.server.faults.mend_record(int(each))


async def of_netsuite(folder: Path, template: Path, deaths: int | None) -> None:
    dice = random.Random(18)  # noqa: S311 - a seeded choice of moments
    path = Path(copyfile(template, folder / "store.db"))
    async with netsuite_bench(folder, customers=6, page_size=20) as bench:
        broken = sorted(bench.ids("invoices"), key=int)[-2:]
        for each in broken:
            bench.break_record(each)
        path = await die(bench, path, dice, deaths)
        change(bench, broken)
        await die(bench, path, dice, deaths)


async def of_salesforce(folder: Path, template: Path, deaths: int | None) -> None:
    dice = random.Random(19)  # noqa: S311 - likewise
    async with organisation(folder, template, customers=12, page_size=10) as known:
        path = await die(known.bench, known.template, dice, deaths)
        known.change()
        await die(known.bench, path, dice, deaths)


@pytest.mark.parametrize("survive", [of_netsuite, of_salesforce])
class TestDyingBeforeACommit:
    async def test_of_some(self, survive: Survive, tmp_path: Path, sqlite_template: Path) -> None:
        await survive(tmp_path, sqlite_template, SOME)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    async def test_of_each(self, survive: Survive, tmp_path: Path, sqlite_template: Path) -> None:
        await survive(tmp_path, sqlite_template, None)
