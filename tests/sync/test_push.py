"""Waiting for a place at a system of record: by few at a time, however many notes there are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.db import Store, WriteConnection, sqlite_url
from store.migrate import upgrade
from sync.push import Pushes
from tests.contract.fake_target import FakeTarget


class CountingStore(Store):
    """Counts who wants to write."""

    writes = 0

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[WriteConnection]:
        self.writes += 1
        async with super().write(urgent=urgent) as conn:
            yield conn


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[CountingStore]:
    store = CountingStore(sqlite_url(tmp_path / "store.db"))
    await upgrade(store)
    yield store
    await store.close()


class TestTurns:
    async def test_only_those_who_could_have_a_place_ask_for_one(
        self, store: CountingStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.push._LOOK_SECONDS", 0.01)
        here, elsewhere = (
            Pushes(FakeTarget("http://127.0.0.1:1", at_once=2), store, clock=lambda: datetime.now(UTC)) for _ in "ab"
        )
        at_work, most, done = 0, 0, 0

        async def push(pushes: Pushes) -> None:
            nonlocal at_work, most, done
            async with pushes._turn():
                at_work, most = at_work + 1, max(most, at_work + 1)
                await asyncio.sleep(0.02)
                at_work, done = at_work - 1, done + 1

        async with asyncio.timeout(30):
            await asyncio.gather(*(push(pushes) for pushes in (here, elsewhere) for _ in range(20)))
        assert (most, done) == (2, 40)

    async def test_the_many_that_wait_do_not_write(self, store: CountingStore) -> None:
        pushes = Pushes(FakeTarget("http://127.0.0.1:1", at_once=2), store, clock=lambda: datetime.now(UTC))

        async def push() -> None:
            async with pushes._turn():
                await asyncio.Event().wait()

        before = store.writes
        tasks = [asyncio.create_task(push()) for _ in range(200)]
        await asyncio.sleep(0.5)
        assert store.writes - before == 2
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
