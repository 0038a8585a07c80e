"""Deletions that a source reports, and those that follow from its lists."""

from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy import select

from store.changes import changes_after
from store.db import Store, WriteConnection
from store.deletions import Gathered, forget_gathered, gone_ids, listed_ids, listings
from store.invoices import InvoiceStatus, invoice_by_id
from store.pulled import upsert_records
from store.records import RecordId, record_id
from store.runs import Outcome, SyncRun
from sync.errors import StopError
from tests.store.make import rows
from tests.sync.fake_source import FakeSource, FakeSystem
from tests.sync.pulling import Stopper, Unplugged, as_of, pull, run_of

HOUR = timedelta(hours=1)


def listing(system: FakeSystem, listed: Literal["all", "open"] = "all") -> FakeSource:
    return FakeSource(system, listed=listed)


def invoice_id(source_id: str) -> RecordId:
    return record_id("fake", "invoice", source_id)


async def living(store: Store) -> set[str]:
    async with store.read() as conn:
        found = [await invoice_by_id(conn, invoice_id(str(number))) for number in range(1000, 1020)]
    return {one.source_id for one in found if one and one.deleted_at is None}


async def gathered(store: Store) -> int:
    return sum([len(await rows(store, table)) for table in (gone_ids, listed_ids, listings)])


class TestReports:
    async def test_what_is_gone_becomes_a_tombstone(self, store: Store, system: FakeSystem) -> None:
        source = FakeSource(system, reports_deletions=True)
        await pull(source, store)
        system.now += HOUR
        system.delete("invoice", "1003")
        system.delete("customer", "6")
        system.now += HOUR
        *_, deletions = await pull(source, store, "next")
        assert (deletions.outcome, deletions.deleted) == (Outcome.OK, 2)
        assert await run_of(store, "next/deletions") == deletions
        assert len(await living(store)) == 9
        async with store.read() as conn:
            newest = (await changes_after(conn, 16, limit=9))[-2:]
        assert [(one.action, one.record_id) for one in newest] == [
            ("tombstoned", "fake:customer:6"),
            ("tombstoned", "fake:invoice:1003"),
        ]
        assert await gathered(store) == 0

    async def test_what_never_came_is_no_news(self, store: Store, system: FakeSystem) -> None:
        system.delete("invoice", "1003")
        system.now += HOUR
        *_, deletions = await pull(FakeSource(system, reports_deletions=True), store)
        assert (deletions.outcome, deletions.deleted) == (Outcome.OK, 0)

    async def test_what_came_back_after_it_lives(self, store: Store, system: FakeSystem) -> None:
        source = FakeSource(system, reports_deletions=True)
        await pull(source, store)
        system.now += HOUR
        kept = system.records["invoice"]["1003"]
        system.delete("invoice", "1003")
        system.now += HOUR
        system.records["invoice"]["1003"] = kept
        system.edit("1003", "restored")
        system.now += HOUR
        *_, deletions = await pull(source, store, "next")
        assert (deletions.deleted, len(await living(store))) == (0, 10)


class TestListings:
    async def test_what_is_not_listed_becomes_a_tombstone(self, store: Store, system: FakeSystem) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR
        for source_id in ("1003", "1009"):
            del system.records["invoice"][source_id]
        _, invoices = await pull(source, store, "next")
        assert (invoices.outcome, invoices.deleted, invoices.pages) == (Outcome.OK, 2, 3)
        assert await living(store) == set(system.records["invoice"])
        assert await gathered(store) == 0

    async def test_a_known_record_that_cannot_be_read_is_listed(self, store: Store, system: FakeSystem) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR
        system.broken = {"1003"}
        system.edit("1003", "broken")
        _, invoices = await pull(source, store, "next")
        assert (invoices.deleted, len(await living(store))) == (0, 10)

    async def test_what_is_not_on_a_list_of_open_ones_was_settled(self, store: Store, system: FakeSystem) -> None:
        source = listing(system, "open")
        await pull(source, store)
        system.now += HOUR
        del system.records["invoice"]["1003"]
        _, invoices = await pull(source, store, "next")
        assert invoices.deleted == 1
        async with store.read() as conn:
            closed = await invoice_by_id(conn, invoice_id("1003"))
            (change,) = await changes_after(conn, 16, limit=9)
        assert closed is not None
        assert (closed.status, closed.open_balance.minor, closed.deleted_at) == (InvoiceStatus.PAID, 0, None)
        assert (change.action, change.fields["open_balance_minor"]) == ("changed", (100, 0))

    async def test_what_was_saved_after_its_beginning_need_not_be_on_it(self, store: Store, system: FakeSystem) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR

        async def add_behind(_stream: str, number: int) -> None:
            # The list's first page is out; the ids that it named are not asked for again.
            if number == len_before + 1:
                system.now += timedelta(minutes=1)
                made = system.add_invoice()
                async with store.write() as conn:
                    await upsert_records(conn, [system.records["invoice"][made]], at=system.now)
                del system.records["invoice"][made]

        len_before = len(source.asked) + 2
        source.before_page = add_behind
        _, invoices = await pull(source, store, "next")
        assert (invoices.deleted, len(await living(store))) == (0, 11)

    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize("at", range(7))
    async def test_a_killed_one_goes_on_gathering(self, store: Store, system: FakeSystem, at: int) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR
        for source_id in ("1000", "1009"):
            del system.records["invoice"][source_id]
        system.edit("1005", "changed")
        source.before_page = Stopper(Unplugged(), at=len(source.asked) + at)
        try:
            await pull(source, store, "next")
        except Unplugged:
            await pull(source, store, "next")
        assert await living(store) == set(system.records["invoice"])
        assert (await run_of(store, "next/invoices")).deleted == 2

    async def test_killed_while_it_is_followed_it_goes_on(
        self, store: Store, system: FakeSystem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR
        for source_id in ("1000", "1004", "1009"):
            del system.records["invoice"][source_id]
        monkeypatch.setattr("sync.deleting._CHUNK", 1)

        def unplug(run: SyncRun) -> None:
            if run.deleted == 2:
                raise Unplugged

        with pytest.raises(Unplugged):
            await pull(source, store, "next", progress=unplug)
        assert len(await living(store)) == 8
        _, invoices = await pull(source, store, "next")
        assert (invoices.outcome, invoices.deleted, await gathered(store)) == (Outcome.OK, 3, 0)
        assert await living(store) == set(system.records["invoice"])

    async def test_others_write_between_the_ids_that_are_forgotten(
        self, store: Store, system: FakeSystem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[int] = []

        async def watched(conn: WriteConnection, of: Gathered, *, limit: int) -> bool:
            is_more = await forget_gathered(conn, of, limit=limit)
            seen.append(len((await conn.execute(select(listed_ids))).all()))
            return is_more

        source = listing(system)
        monkeypatch.setattr("sync.deleting._IDS_AT_ONCE", 4)
        monkeypatch.setattr("sync.deleting.forget_gathered", watched)
        source.before_page = Stopper(Unplugged(), at=6)
        with pytest.raises(Unplugged):
            await pull(source, store)
        del seen[:]
        await pull(source, store, "anew", full=True)
        # The list that was begun makes room for the new one, which was followed: each in steps of their own.
        assert seen == [0, 0, 6, 2, 0]

    async def test_a_list_that_is_read_anew_forgets_the_old_one(self, store: Store, system: FakeSystem) -> None:
        source = listing(system)
        await pull(source, store)
        system.now += HOUR
        source.before_page = Stopper(Unplugged(), at=len(source.asked) + 3)
        with pytest.raises(Unplugged):
            await pull(source, store, "killed")
        assert await gathered(store) == 5
        del system.records["invoice"]["1000"]
        system.now += HOUR
        _, invoices = await pull(source, store, "anew", full=True)
        assert (invoices.deleted, await gathered(store)) == (1, 0)


class TestAsking:
    @pytest.fixture
    def large(self, system: FakeSystem) -> FakeSystem:
        for _ in range(10):
            system.add_invoice()
        system.now += HOUR
        return system

    async def lose(self, source: FakeSource, store: Store, *, left: int) -> None:
        await pull(source, store)
        source.system.now += HOUR
        for source_id in list(source.system.records["invoice"])[left:]:
            source.system.delete("invoice", source_id)
        source.system.now += HOUR

    @pytest.mark.sampled
    @pytest.mark.parametrize("left", [0, 9])
    @pytest.mark.parametrize("way", ["reports", "lists"])
    async def test_a_source_that_lost_most_stops_and_asks(
        self, store: Store, large: FakeSystem, way: str, left: int
    ) -> None:
        source = listing(large) if way == "lists" else FakeSource(large, reports_deletions=True)
        await self.lose(source, store, left=left)
        before = await living(store)
        stream = "invoices" if way == "lists" else "deletions"
        for run_id in ("next", "another"):
            with pytest.raises(StopError, match=f"{20 - left} of 20 would be marked as deleted") as caught:
                await pull(source, store, run_id)
            assert f"`tesorio sync fake --stream {stream} --accept-deletions`" in str(caught.value)
            assert await living(store) == before
            run = await run_of(store, f"{run_id}/{stream}")
            assert (run.outcome, run.error, run.deleted) == (Outcome.STOPPED, str(caught.value), 0)
            large.now += HOUR
        *_, accepted = await pull(source, store, "accepted", streams=(stream,), accept_deletions=True)
        assert (accepted.outcome, accepted.deleted) == (Outcome.OK, 20 - left)
        assert await living(store) == set(large.records["invoice"])
        assert await gathered(store) == 0

    async def test_what_was_read_besides_is_kept_and_fresh(self, store: Store, large: FakeSystem) -> None:
        source = listing(large)
        await self.lose(source, store, left=5)
        large.edit("1001", "changed")
        with pytest.raises(StopError):
            await pull(source, store, "next")
        assert await as_of(store) == large.now
        assert (await run_of(store, "next/invoices")).changed == 1

    async def test_a_list_that_is_whole_again_needs_no_answer(self, store: Store, large: FakeSystem) -> None:
        source = listing(large)
        kept = dict(large.records["invoice"])
        await self.lose(source, store, left=0)
        with pytest.raises(StopError):
            await pull(source, store, "next")
        large.records["invoice"] = kept
        large.now += HOUR
        _, invoices = await pull(source, store, "another")
        assert (invoices.outcome, invoices.deleted, len(await living(store))) == (Outcome.OK, 0, 20)

    async def test_an_emptied_list_asks_even_of_a_few(self, store: Store, system: FakeSystem) -> None:
        source = listing(system)
        for source_id in list(system.records["invoice"])[1:]:
            del system.records["invoice"][source_id]
        await pull(source, store)
        system.now += HOUR
        system.records["invoice"].clear()
        with pytest.raises(StopError, match="Fake lists no invoices any more: 1 of 1"):
            await pull(source, store, "next")

    async def test_a_first_read_of_nothing_is_nothing(self, store: Store) -> None:
        source = listing(FakeSystem())
        assert [run.outcome for run in await pull(source, store)] == [Outcome.OK, Outcome.OK]
