"""A first load in two stages: what is open of every stream, then the rest of each."""

from datetime import timedelta

import pytest

from store.cursors import is_complete
from store.db import Store
from store.runs import Outcome
from store.tables import TABLES
from sync.errors import ReauthoriseError, RetryError
from tests.sync.fake_source import FakeSource, FakeSystem
from tests.sync.pulling import Stopper, Unplugged, as_of, known, pull, run_of


@pytest.fixture
def system(system: FakeSystem) -> FakeSystem:
    """Six customers, and ten invoices of which four are open."""
    for source_id in list(system.records["invoice"])[4:]:
        system.pay(source_id)
    system.now += timedelta(hours=1)
    return system


@pytest.fixture
def source(system: FakeSystem) -> FakeSource:
    made = FakeSource(system, open_first=True)
    # So that a stream follows the one that has a second stage.
    made.streams = ("invoices", "customers")
    return made


class TestStages:
    async def test_every_stream_is_covered_before_any_is_read_to_its_end(
        self, store: Store, source: FakeSource
    ) -> None:
        complete_at: list[tuple[str, bool, bool]] = []

        async def note(stream: str, _number: int) -> None:
            async with store.read() as conn:
                complete_at.append((stream, await is_complete(conn, "fake", "customers"), await as_of(store) is None))

        source.before_page = note
        invoices, customers = await pull(source, store)
        assert [stream for stream, *_ in complete_at] == ["invoices", "customers", "customers", *["invoices"] * 3]
        assert (invoices.outcome, invoices.inserted, invoices.unchanged, invoices.pages) == (Outcome.OK, 10, 4, 4)
        assert (customers.outcome, customers.inserted, customers.pages) == (Outcome.OK, 6, 2)

    async def test_people_can_work_after_the_first_one(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(Unplugged(), at=3)
        with pytest.raises(Unplugged):
            await pull(source, store)
        assert await as_of(store) == await as_of(store, "customers") == source.system.now
        async with store.read() as conn:
            assert not await is_complete(conn, "fake", "invoices")

    async def test_one_stream_alone_is_read_to_its_end(self, store: Store, source: FakeSource) -> None:
        (invoices,) = await pull(source, store, streams=("invoices",))
        assert (invoices.outcome, invoices.inserted) == (Outcome.OK, 10)
        assert source.asked == ["invoices"] * 4

    async def test_the_second_one_asks_for_nothing_newer_than_the_first(self, store: Store, source: FakeSource) -> None:
        began = source.system.now

        async def pass_time(_stream: str, _number: int) -> None:
            source.system.now += timedelta(hours=1)

        source.before_page = pass_time
        await pull(source, store)
        assert source.asked == ["invoices", "customers", "customers", *["invoices"] * 3]
        assert await as_of(store) == began

    async def test_later_ones_have_one_stage(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.asked.clear()
        source.system.now += timedelta(hours=1)
        await pull(source, store, "next")
        assert source.asked == ["invoices", "customers"]

    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize("at", range(6))
    async def test_goes_on_wherever_it_was_killed(self, store: Store, source: FakeSource, at: int) -> None:
        source.before_page = Stopper(Unplugged(), at=at)
        with pytest.raises(Unplugged):
            await pull(source, store)
        await pull(source, store)
        broken_off = await known(store)
        assert len(source.asked) == 6
        async with store.write() as conn:
            for table in TABLES:
                await conn.execute(table.delete())
        await pull(source, store, "whole")
        assert await known(store) == broken_off

    async def test_a_login_that_ends_in_the_second_one_is_told_of_every_open_stream(
        self, store: Store, source: FakeSource
    ) -> None:
        source.before_page = Stopper(ReauthoriseError("HTTP 403"), at=4)
        with pytest.raises(ReauthoriseError):
            await pull(source, store)
        failed = [await run_of(store, f"run/{stream}") for stream in source.streams]
        assert [run.outcome for run in failed] == [Outcome.FAILED, Outcome.FAILED]
        assert {run.error for run in failed} == {str(ReauthoriseError("HTTP 403"))}
        assert [run.outcome for run in await pull(source, store)] == [Outcome.OK, Outcome.OK]

    async def test_a_stream_that_fails_in_the_first_one_is_left_for_the_next_run(
        self, store: Store, source: FakeSource
    ) -> None:
        source.before_page = Stopper(RetryError("no page"), at=0)
        with pytest.raises(RetryError):
            await pull(source, store)
        assert source.asked == ["customers", "customers"]
        assert (await run_of(store, "run/customers")).outcome is Outcome.OK
