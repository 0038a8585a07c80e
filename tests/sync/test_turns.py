import asyncio

import pytest

from store.cursors import claim_cursor, read_cursor
from store.db import Store
from store.errors import StaleWriterError
from store.leases import Lease, read_lease, take_lease
from store.runs import Outcome
from sync.errors import TakenError
from sync.pull import LEASE_LASTS
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import Saved, Stopper, Unplugged, pull, run_of


async def lease(store: Store) -> Lease:
    async with store.read() as conn:
        found = await read_lease(conn, "pull-fake")
    assert found is not None
    return found


class TestTurns:
    async def test_two_at_once_are_one(self, store: Store, source: FakeSource) -> None:
        ends = await asyncio.gather(*(pull(source, store, f"run-{n}") for n in range(4)), return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["TakenError"] * 3 + ["tuple"]

    async def test_a_dead_one_is_followed_when_its_lease_runs_out(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(Unplugged(), at=3)
        dead = asyncio.create_task(self._dies_holding(source, store))
        await asyncio.gather(dead, return_exceptions=True)
        with pytest.raises(TakenError, match="Try again in a minute"):
            await pull(source, store, "next")
        source.system.now += LEASE_LASTS
        _, invoices = await pull(source, store, "next")
        assert invoices.inserted == 6
        closed = await run_of(store, "dead/invoices")
        assert (closed.outcome, closed.inserted) == (Outcome.FAILED, 4)

    async def _dies_holding(self, source: FakeSource, store: Store) -> None:
        """A kill runs no clean-up: the lease is put back to where the death left it."""
        try:
            await pull(source, store, "dead")
        finally:
            async with store.write() as conn:
                await take_lease(conn, "pull-fake", "dead", now=source.system.now, lasting=LEASE_LASTS)

    async def test_a_late_writer_is_refused(self, store: Store, source: FakeSource) -> None:
        saved = Saved("invoices", 1)

        async def overtake(_stream: str, number: int) -> None:
            if number == 3:
                await saved.happened.wait()
                async with store.write() as conn:
                    await claim_cursor(conn, "fake", "invoices", "other/invoices")

        source.before_page = overtake
        with pytest.raises(StaleWriterError):
            await pull(source, store, progress=saved)
        async with store.read() as conn:
            cursor = await read_cursor(conn, "fake", "invoices")
        assert cursor is not None
        assert cursor.run_id == "other/invoices"
        assert (await run_of(store, "run/invoices")).inserted == 4

    async def test_is_kept_while_a_page_takes_long(
        self, store: Store, source: FakeSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.turn._RENEW_SECONDS", 0.001)
        saved = Saved("customers", 1)

        async def take_long(_stream: str, number: int) -> None:
            if number == 1:
                await saved.happened.wait()
                source.system.now += LEASE_LASTS / 2
                while (await lease(store)).until < source.system.now + LEASE_LASTS:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)

        source.before_page = take_long
        assert [run.outcome for run in await pull(source, store, progress=saved)] == [Outcome.OK, Outcome.OK]

    async def test_one_whose_lease_another_holds_is_refused(self, store: Store, source: FakeSource) -> None:
        saved = Saved("customers", 1)

        async def sleep_too_long(_stream: str, number: int) -> None:
            if number == 1:
                await saved.happened.wait()
                source.system.now += LEASE_LASTS * 2
                async with store.write() as conn:
                    await take_lease(conn, "pull-fake", "other", now=source.system.now, lasting=LEASE_LASTS)

        source.before_page = sleep_too_long
        with pytest.raises(StaleWriterError):
            await pull(source, store, progress=saved)
        assert (await run_of(store, "run/customers")).pages == 1

    async def test_one_that_lost_its_lease_is_refused(self, store: Store, source: FakeSource) -> None:
        other, saved = FakeSource(source.system), Saved("customers", 1)

        async def sleep_too_long(_stream: str, number: int) -> None:
            if number == 1:
                await saved.happened.wait()
                source.system.now += LEASE_LASTS * 2
                await pull(other, store, "other")

        source.before_page = sleep_too_long
        with pytest.raises(StaleWriterError):
            await pull(source, store, progress=saved)
        assert (await run_of(store, "other/invoices")).outcome is Outcome.OK
