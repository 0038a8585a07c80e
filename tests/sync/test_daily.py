import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from store.db import Store
from store.errors import StaleWriterError, StoreBusyError, StoreCorruptError, StoreFullError
from store.migrate import upgrade
from store.rhythms import SourceRhythm, keep_rhythm
from store.runs import Outcome, sync_runs
from store.work import TryLaterError, WorkState
from sync.breaker import Breakers
from sync.daily import PULL, daily_pulls, pull_handler, start_pull
from sync.durable import DurableWork, Handler
from sync.errors import ReauthoriseError, RetryError, StopError
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import Stopper, pull, run_of
from tests.sync.replica import SLOT_ID, pages_asked_by
from tests.sync.working import ended, working

# The fake source's clock shows 10:00 on November 22nd.
AT = time(2)
OFTEN = timedelta(milliseconds=5)


def handler(source: FakeSource, store: Store) -> Handler:
    return pull_handler((source,), store, clock=lambda: source.system.now, breakers=Breakers())


@asynccontextmanager
async def pulling_daily(source: FakeSource, store: Store, folder: Path) -> AsyncIterator[DurableWork]:
    """A program that runs, from its start on."""
    clock = lambda: source.system.now  # noqa: E731 - a clock that the test can set
    async with (
        working(folder, pull=handler(source, store)) as work,
        daily_pulls(work, (source,), store, at=AT, zone=ZoneInfo("UTC"), clock=clock, look_every=OFTEN),
    ):
        yield work


async def runs(store: Store) -> list[str]:
    async with store.read() as conn:
        return list((await conn.execute(select(sync_runs.c.id).order_by(sync_runs.c.id))).scalars())


async def begun(work: DurableWork, work_id: str) -> bool:
    """Wait until there is work of this id."""
    # Nothing but its row tells.
    while await work.status(work_id) is None:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    return True


class TestDailyPulls:
    async def test_an_empty_store_is_filled_at_the_start(
        self, store: Store, source: FakeSource, tmp_path: Path
    ) -> None:
        async with pulling_daily(source, store, tmp_path) as work:
            assert await ended(work, "sync-fake-2026-11-22/1") is WorkState.DONE
        assert await runs(store) == ["sync-fake-2026-11-22/1/customers", "sync-fake-2026-11-22/1/invoices"]

    async def test_a_slot_that_was_missed_is_pulled_once(
        self, store: Store, source: FakeSource, tmp_path: Path
    ) -> None:
        await pull(source, store)
        source.system.now += timedelta(days=4)
        for _ in range(2):
            async with pulling_daily(source, store, tmp_path) as work:
                assert await ended(work, "sync-fake-2026-11-26/1") is WorkState.DONE
        assert len([run for run in await runs(store) if run.startswith("sync-")]) == 2

    async def test_a_store_that_is_fresh_is_left_alone(self, store: Store, source: FakeSource, tmp_path: Path) -> None:
        await pull(source, store)
        async with pulling_daily(source, store, tmp_path) as work:
            assert await work.status("sync-fake-2026-11-22/1") is None
        assert await runs(store) == ["run/customers", "run/invoices"]

    async def test_one_stream_that_lags_is_enough(self, store: Store, source: FakeSource, tmp_path: Path) -> None:
        await pull(source, store, streams=("customers",))
        async with pulling_daily(source, store, tmp_path) as work:
            assert await ended(work, "sync-fake-2026-11-22/1") is WorkState.DONE

    async def test_the_slot_is_pulled_when_it_falls_due(self, store: Store, source: FakeSource, tmp_path: Path) -> None:
        await pull(source, store)
        begun = asyncio.Event()

        async def note(_stream: str, _number: int) -> None:
            begun.set()

        source.before_page = note
        async with pulling_daily(source, store, tmp_path) as work:
            source.system.now += timedelta(hours=16)
            await begun.wait()
            assert await ended(work, "sync-fake-2026-11-23/1") is WorkState.DONE

    async def test_a_slot_that_failed_gets_another_attempt_at_the_next_start(
        self, store: Store, source: FakeSource, tmp_path: Path
    ) -> None:
        source.before_page = Stopper(ReauthoriseError(), at=3)
        async with pulling_daily(source, store, tmp_path) as work:
            assert await ended(work, "sync-fake-2026-11-22/1") is WorkState.FAILED
        async with pulling_daily(source, store, tmp_path) as work:
            assert await ended(work, "sync-fake-2026-11-22/2") is WorkState.DONE
        assert len(source.asked) == 5

    async def test_a_source_with_a_rhythm_is_pulled_in_that(
        self, store: Store, source: FakeSource, tmp_path: Path
    ) -> None:
        since = source.system.now
        async with store.write() as conn:
            await keep_rhythm(conn, SourceRhythm(source="fake", since=since, every_hours=24))
        async with pulling_daily(source, store, tmp_path) as work:
            assert await ended(work, "sync-fake-2026-11-22T100000Z/1") is WorkState.DONE
        source.system.now = since + timedelta(hours=23)
        async with pulling_daily(source, store, tmp_path) as work:
            source.system.now = since + timedelta(hours=25)
            assert await begun(work, "sync-fake-2026-11-23T100000Z/1")
            assert await ended(work, "sync-fake-2026-11-23T100000Z/1") is WorkState.DONE
            # The daily slot of that date has fallen due meanwhile, and is none of its.
            assert await work.status("sync-fake-2026-11-23/1") is None

    @pytest.mark.postgres
    async def test_two_replicas_pull_a_slot_once(self, empty_postgres_url: str) -> None:
        store = Store(empty_postgres_url)
        await upgrade(store)
        asked = await asyncio.to_thread(pages_asked_by, 2, empty_postgres_url)
        assert sorted(asked) == [0, 5]
        assert await runs(store) == [f"{SLOT_ID}/customers", f"{SLOT_ID}/invoices"]
        await store.close()


class TestPullHandler:
    async def test_a_pull_survives_a_stop_in_the_middle(self, store: Store, source: FakeSource, tmp_path: Path) -> None:
        reached = asyncio.Event()

        async def hang(_stream: str, number: int) -> None:
            if number == 3:
                reached.set()
                await asyncio.Event().wait()

        source.before_page = hang
        async with working(tmp_path, pull=handler(source, store)) as work:
            await start_pull(work, "fake", "p")
            await reached.wait()
        source.before_page = Stopper(RetryError(), at=-1)
        async with working(tmp_path, pull=handler(source, store)) as work:
            assert await ended(work, "p") is WorkState.DONE
        run = await run_of(store, "p/invoices")
        assert (run.inserted, run.pages, run.unchanged) == (10, 3, 0)

    async def test_in_full_when_asked(self, store: Store, source: FakeSource, tmp_path: Path) -> None:
        await pull(source, store)
        async with working(tmp_path, pull=handler(source, store)) as work:
            await start_pull(work, "fake", "p", full=True)
            await ended(work, "p")
        assert (await run_of(store, "p/invoices")).unchanged == 10

    @pytest.mark.sampled(keep=2)
    @pytest.mark.parametrize(
        ("trouble", "wait"),
        [
            (RetryError("slow down", after_seconds=7), 7),
            (RetryError("busy"), None),
            (StoreBusyError(), None),
            (StoreFullError(), None),
        ],
    )
    async def test_trouble_that_passes_is_tried_again_later(
        self, store: Store, source: FakeSource, trouble: Exception, wait: float | None
    ) -> None:
        source.before_page = Stopper(trouble, at=3)
        work = handler(source, store)
        with pytest.raises(TryLaterError, match=r".+") as caught:
            await work("p", {"source": "fake", "full": ""})
        assert caught.value.after_seconds == wait
        assert str(caught.value) == str(trouble)
        await work("p", {"source": "fake", "full": ""})
        assert (await run_of(store, "p/invoices")).inserted == 10

    async def test_a_run_that_was_overtaken_ends_quietly(self, store: Store, source: FakeSource) -> None:
        source.before_page = Stopper(StaleWriterError(), at=3)
        await handler(source, store)("p", {"source": "fake", "full": ""})
        assert len(source.asked) == 3
        # It is the other's by now: nothing is said of it.
        left = await run_of(store, "p/invoices")
        assert (left.outcome, left.error, left.ended_at) == (Outcome.RUNNING, None, None)

    @pytest.mark.parametrize("trouble", [ReauthoriseError(), StopError("look"), StoreCorruptError()])
    async def test_trouble_that_stays_fails(self, store: Store, source: FakeSource, trouble: Exception) -> None:
        source.before_page = Stopper(trouble, at=0)
        with pytest.raises(type(trouble)):
            await handler(source, store)("p", {"source": "fake", "full": ""})

    async def test_a_source_that_is_gone_says_so(self, store: Store, source: FakeSource) -> None:
        with pytest.raises(StopError, match="salesforce is not set up here any more"):
            await handler(source, store)("p", {"source": "salesforce", "full": ""})

    async def test_starts_under_its_kind(self, tmp_path: Path) -> None:
        seen: list[object] = []

        async def note(work_id: str, payload: object) -> None:
            seen.append((work_id, payload))

        async with working(tmp_path, pull=note) as work:
            assert set(work.handlers) == {PULL}
            await start_pull(work, "fake", "p")
            await ended(work, "p")
        assert seen == [("p", {"source": "fake", "full": ""})]
