import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from store.changes import change_feed
from store.db import Store
from store.facts import read_fact
from store.quarantine import list_quarantined
from store.runs import Outcome, SyncRun
from sync.errors import RetryError, StopError
from sync.pull import PullOrder, bind_account, pull_source, refresh_record
from tests.sync.fake_source import START, FakeSource
from tests.sync.pulling import Stopper, as_of, pull, run_of


class TestPullSource:
    async def test_saves_every_page_with_its_cursor(self, store: Store, source: FakeSource) -> None:
        customers, invoices = await pull(source, store)
        assert (customers.stream, customers.outcome, customers.pages, customers.inserted) == (
            "customers",
            Outcome.OK,
            2,
            6,
        )
        assert (invoices.stream, invoices.pages, invoices.inserted, invoices.expected) == ("invoices", 3, 10, 10)
        assert invoices.ended_at == source.system.now
        assert await run_of(store, "run/invoices") == invoices
        assert await as_of(store) == await as_of(store, "customers") == source.system.now

    async def test_the_next_one_brings_what_has_changed(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.now += timedelta(hours=5)
        source.system.edit("1003", "changed")
        added = source.system.add_invoice()
        _, invoices = await pull(source, store, "next")
        assert (invoices.inserted, invoices.changed, invoices.pages) == (1, 1, 1)
        async with store.read() as conn:
            feed = [tuple(row) for row in await conn.execute(select(change_feed.c.record_id, change_feed.c.action))]
        assert sorted(feed[16:]) == [("fake:invoice:1003", "changed"), (f"fake:invoice:{added}", "inserted")]

    async def test_only_the_ordered_streams(self, store: Store, source: FakeSource) -> None:
        (run,) = await pull(source, store, streams=("invoices",))
        assert run.stream == "invoices"
        assert set(source.asked) == {"invoices"}

    async def test_in_full_reads_everything_and_stays_as_of(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        covered = source.system.now
        source.system.now += timedelta(hours=5)
        source.before_page = Stopper(RetryError("gone"), at=8)
        source.asked = [""] * 5
        with pytest.raises(RetryError):
            await pull(source, store, "full", full=True)
        assert await as_of(store) == covered
        customers, invoices = await pull(source, store, "full", full=True)
        assert (customers.unchanged, invoices.unchanged) == (6, 10)
        assert len(source.asked) == 5 + 5
        assert await as_of(store) == source.system.now

    async def test_tells_its_progress(self, store: Store, source: FakeSource) -> None:
        seen: list[tuple[str, int, int | None, Outcome]] = []

        def note(run: SyncRun) -> None:
            seen.append((run.stream, run.inserted, run.expected, run.outcome))

        order = PullOrder(run_id="run", streams=("customers",))
        await pull_source(source, store, order, clock=lambda: START, progress=note)
        assert seen == [
            ("customers", 0, None, Outcome.RUNNING),
            ("customers", 4, 6, Outcome.RUNNING),
            ("customers", 6, 6, Outcome.RUNNING),
            ("customers", 6, 6, Outcome.OK),
        ]


class TestQuarantine:
    async def test_holds_what_cannot_be_read_until_it_can(self, store: Store, source: FakeSource) -> None:
        source.system.broken = {"1002", "1007"}
        _, invoices = await pull(source, store)
        assert (invoices.outcome, invoices.inserted, invoices.quarantined) == (Outcome.DEGRADED, 8, 2)
        async with store.read() as conn:
            held = await list_quarantined(conn, limit=9)
        assert [(one.source, one.stream, one.source_id, one.reason) for one in held] == [
            ("fake", "invoices", "1002", "bad date"),
            ("fake", "invoices", "1007", "bad date"),
        ]
        source.system.now += timedelta(hours=1)
        source.system.broken = {"1007"}
        source.system.edit("1002", "mended")
        _, invoices = await pull(source, store, "next")
        assert (invoices.outcome, invoices.inserted, invoices.quarantined) == (Outcome.DEGRADED, 1, 1)
        async with store.read() as conn:
            assert [one.source_id for one in await list_quarantined(conn, limit=9)] == ["1007"]


class TestAccount:
    async def test_the_first_one_binds(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.account = "FAKE_2"
        with pytest.raises(StopError, match=r"account FAKE_1, not of FAKE_2"):
            await pull(source, store, "next")
        assert len(source.asked) == 5
        with pytest.raises(StopError):
            await refresh_record(source, store, "invoice", "1001", clock=lambda: START)

    async def test_of_two_that_bind_at_once_one_is_refused(self, store: Store, source: FakeSource) -> None:
        others = [FakeSource(replace(source.system, account=f"FAKE_{n}")) for n in range(6)]
        ends = await asyncio.gather(*(bind_account(one, store) for one in others), return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["NoneType"] + ["StopError"] * 5
        async with store.read() as conn:
            assert await read_fact(conn, "fake.account") == f"FAKE_{[type(end) for end in ends].index(type(None))}"
