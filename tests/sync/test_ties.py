"""Records that share an instant, change while they are read, or show up late: none is missed, none comes twice."""

import random
from datetime import timedelta

import pytest

from store.db import Store
from store.invoices import invoices
from tests.store.make import rows
from tests.sync.fake_source import OVERLAP, START, FakeSource, FakeSystem
from tests.sync.pulling import pull


def system_of(size: int) -> FakeSystem:
    """So many invoices, all of one instant."""
    made = FakeSystem(now=START)
    made.add_customer()
    for _ in range(size):
        made.add_invoice()
    return made


async def memos(store: Store) -> dict[str, str | None]:
    """The memo of each invoice; fails when one is there twice."""
    found = [(row["source_id"], row["memo"]) for row in await rows(store, invoices)]
    assert len(found) == len(dict(found))
    return dict(found)


def expected(system: FakeSystem) -> dict[str, str | None]:
    return {source_id: getattr(one, "memo", None) for source_id, one in system.records["invoice"].items()}


class TestTies:
    @pytest.mark.parametrize("size", [100, pytest.param(1_000, marks=pytest.mark.soak)])
    async def test_records_of_one_instant(self, store: Store, size: int) -> None:
        system = system_of(size)
        system.now += timedelta(hours=1)
        _, read = await pull(FakeSource(system, page_size=7), store)
        assert (read.inserted, read.unchanged) == (size, 0)
        assert await memos(store) == expected(system)

    @pytest.mark.parametrize("size", [100, pytest.param(1_000, marks=pytest.mark.soak)])
    async def test_records_that_change_while_they_are_read(self, store: Store, size: int) -> None:
        system, dice = system_of(size), random.Random(18)  # noqa: S311 - a seeded choice of records
        system.now += timedelta(hours=1)
        source = FakeSource(system, page_size=7)

        async def edit(_stream: str, number: int) -> None:
            system.now += timedelta(seconds=1)
            for source_id in dice.sample(sorted(system.records["invoice"]), 3):
                system.edit(source_id, f"edited before page {number}")
            system.add_invoice()

        source.before_page = edit
        await pull(source, store)
        source.before_page = FakeSource(system).before_page
        system.now += timedelta(hours=1)
        await pull(source, store, "next")
        assert await memos(store) == expected(system)

    async def test_records_that_show_up_late_with_an_old_stamp(self, store: Store) -> None:
        system = system_of(20)
        late = dict(list(system.records["invoice"].items())[10:])
        for source_id in late:
            del system.records["invoice"][source_id]
        system.now += OVERLAP
        source = FakeSource(system, page_size=7)
        await pull(source, store)
        assert len(await memos(store)) == 10
        system.records["invoice"] |= late
        system.now += timedelta(hours=1)
        _, read = await pull(source, store, "next")
        assert (read.inserted, read.changed) == (10, 0)
        assert await memos(store) == expected(system)
