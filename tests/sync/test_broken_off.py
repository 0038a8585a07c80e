import asyncio
from datetime import timedelta

import pytest

from store.db import Store
from store.leases import read_lease
from store.runs import Outcome
from store.tables import TABLES
from sync.errors import ReauthoriseError, RetryError
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import Saved, Stopper, Unplugged, known, pull, run_of


class TestBrokenOff:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize("at", range(5))
    async def test_goes_on_after_the_last_saved_page(self, store: Store, source: FakeSource, at: int) -> None:
        source.before_page = Stopper(Unplugged(), at=at)
        with pytest.raises(Unplugged):
            await pull(source, store)
        customers, invoices = await pull(source, store)
        assert (customers.outcome, customers.pages, customers.inserted) == (Outcome.OK, 2, 6)
        assert (invoices.outcome, invoices.pages, invoices.inserted, invoices.unchanged) == (Outcome.OK, 3, 10, 0)
        assert len(source.asked) == 5

    async def test_ends_with_the_same_store_as_a_whole_one(self, store: Store, source: FakeSource) -> None:
        for at in (1, 2, 4):
            source.before_page = Stopper(Unplugged(), at=at)
            with pytest.raises(Unplugged):
                await pull(source, store)
        await pull(source, store)
        broken_off = await known(store)
        async with store.write() as conn:
            for table in TABLES:
                await conn.execute(table.delete())
        await pull(source, store, "whole")
        assert await known(store) == broken_off

    async def test_a_cancelled_one_says_so_and_goes_on(self, store: Store, source: FakeSource) -> None:
        async def hang(_stream: str, number: int) -> None:
            if number == 3:
                await asyncio.Event().wait()

        source.before_page, saved = hang, Saved("invoices", 1)
        pulling = asyncio.create_task(pull(source, store, progress=saved))
        await saved.happened.wait()
        pulling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pulling
        stopped = await run_of(store, "run/invoices")
        assert (stopped.outcome, stopped.pages) == (Outcome.FAILED, 1)
        assert stopped.error is not None
        assert stopped.error.startswith("stopped before its end")
        async with store.read() as conn:
            assert await read_lease(conn, "pull-fake") is None
        source.before_page = Stopper(RetryError(), at=-1)
        assert [run.outcome for run in await pull(source, store)] == [Outcome.OK, Outcome.OK]

    async def test_a_finished_one_is_not_run_again(self, store: Store, source: FakeSource) -> None:
        before = await pull(source, store)
        source.system.now += timedelta(days=1)
        assert await pull(source, store) == before
        assert len(source.asked) == 5


class TestFailing:
    async def test_is_recorded_for_people_and_may_go_on(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(ReauthoriseError("HTTP 403"), at=3)
        with pytest.raises(ReauthoriseError):
            await pull(source, store)
        failed = await run_of(store, "run/invoices")
        assert (failed.outcome, failed.pages, failed.ended_at) == (Outcome.FAILED, 1, source.system.now)
        assert failed.error == str(ReauthoriseError("HTTP 403"))
        _, again = await pull(source, store)
        assert (again.outcome, again.error, again.pages, again.inserted) == (Outcome.OK, None, 3, 10)

    async def test_a_page_that_came_before_the_error_is_kept(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(RetryError(), at=1)
        with pytest.raises(RetryError):
            await pull(source, store)
        assert (await run_of(store, "run/customers")).inserted == 4

    async def test_a_mistake_of_ours_is_recorded_too(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(KeyError("tranId"), at=0)
        with pytest.raises(KeyError):
            await pull(source, store)
        failed = await run_of(store, "run/customers")
        assert (failed.outcome, failed.error) == (Outcome.FAILED, "KeyError: 'tranId'")

    async def test_frees_the_source(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(RetryError(), at=0)
        with pytest.raises(RetryError):
            await pull(source, store)
        assert len(await pull(source, store, "another")) == 2
