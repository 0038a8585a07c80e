"""Records that could not be read are asked for again by their ids."""

from datetime import timedelta

import pytest

from store.db import Store
from store.invoices import invoice_by_id
from store.quarantine import Quarantined, list_quarantined, quarantine_records
from store.records import record_id
from store.runs import Outcome
from sync.connector import NO_ID
from sync.errors import NotPermittedError, RetryError, StopError
from sync.mending import MOST_IN_A_RUN
from tests.sync.fake_source import FakeSource, FakeSystem
from tests.sync.pulling import pull, run_of

HOUR = timedelta(hours=1)


async def held(store: Store) -> list[str]:
    async with store.read() as conn:
        return [one.source_id for one in await list_quarantined(conn, limit=99)]


class TestMended:
    @pytest.fixture
    async def broken(self, store: Store, source: FakeSource) -> FakeSource:
        """1002 could not be read an hour ago."""
        source.system.broken = {"1002"}
        await pull(source, store)
        source.system.now += HOUR
        return source

    async def test_what_can_be_read_now_is_saved(self, store: Store, broken: FakeSource) -> None:
        broken.system.broken = set()
        _, invoices = await pull(broken, store, "next")
        assert (invoices.outcome, invoices.inserted, invoices.quarantined) == (Outcome.OK, 1, 0)
        assert (broken.fetched, await held(store)) == (["1002"], [])

    async def test_what_still_cannot_be_read_stays_with_its_reason(self, store: Store, broken: FakeSource) -> None:
        for run_id in ("next", "another"):
            _, invoices = await pull(broken, store, run_id)
            assert (invoices.outcome, invoices.quarantined) == (Outcome.DEGRADED, 1)
            broken.system.now += HOUR
        async with store.read() as conn:
            (one,) = await list_quarantined(conn, limit=9)
        assert (one.source_id, one.kind, one.reason, one.payload_hash) == (
            "1002",
            "invoice",
            "bad date",
            "hash of 1002",
        )
        assert broken.fetched == ["1002", "1002"]
        assert one.since is not None
        assert one.tried_at is not None
        assert one.tried_at - one.since == 2 * HOUR

    async def test_what_is_gone_leaves(self, store: Store, broken: FakeSource) -> None:
        broken.system.broken = set()
        await pull(broken, store, "next")
        broken.system.now += HOUR
        broken.system.broken = {"1002"}
        broken.system.edit("1002", "broken again")
        await pull(broken, store, "another")
        broken.system.now += HOUR
        del broken.system.records["invoice"]["1002"]
        _, invoices = await pull(broken, store, "last")
        assert (invoices.outcome, invoices.deleted, await held(store)) == (Outcome.OK, 1, [])
        async with store.read() as conn:
            known = await invoice_by_id(conn, record_id("fake", "invoice", "1002"))
        assert known is not None
        assert known.deleted_at == broken.system.now

    async def test_what_has_no_id_leaves_with_the_next_run(self, store: Store, source: FakeSource) -> None:
        told = Quarantined(
            source="fake", stream="invoices", source_id=NO_ID, reason="no id", seen_at=source.system.now - HOUR
        )
        async with store.write() as conn:
            await quarantine_records(conn, [told])
        _, invoices = await pull(source, store)
        assert (invoices.outcome, await held(store)) == (Outcome.OK, [])

    async def test_of_many_that_are_gone_a_person_decides(self, store: Store, source: FakeSource) -> None:
        system = source.system
        for _ in range(10):
            system.add_invoice()
        system.now += HOUR
        await pull(source, store)
        lost = list(system.records["invoice"])[:15]
        system.now += HOUR
        system.broken = set(lost)
        for each in lost:
            system.edit(each, "broken")
        await pull(source, store, "broken")
        system.now += HOUR
        for each in lost:
            del system.records["invoice"][each]
        with pytest.raises(StopError, match="15 of 20 would be marked as deleted"):
            await pull(source, store, "next")
        stopped = await run_of(store, "next/invoices")
        assert (stopped.outcome, stopped.deleted, set(await held(store))) == (Outcome.STOPPED, 0, set(lost))
        system.now += HOUR
        _, accepted = await pull(source, store, "accepted", accept_deletions=True)
        assert (accepted.outcome, accepted.deleted, await held(store)) == (Outcome.OK, 15, [])

    async def test_the_previous_value_of_a_known_record_is_kept(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.now += HOUR
        source.system.broken = {"1002"}
        source.system.edit("1002", "broken")
        await pull(source, store, "next")
        async with store.read() as conn:
            known = await invoice_by_id(conn, record_id("fake", "invoice", "1002"))
        assert known is not None
        assert (known.memo, known.deleted_at) == (None, None)

    async def test_what_this_run_found_is_not_asked_for_again(self, store: Store, source: FakeSource) -> None:
        source.system.broken = {"1002"}

        async def pass_time(_stream: str, _number: int) -> None:
            source.system.now += HOUR

        source.before_page = pass_time
        await pull(source, store)
        assert source.fetched == []

    async def test_a_run_asks_for_so_many_and_the_next_for_others(self, store: Store, system: FakeSystem) -> None:
        for _ in range(MOST_IN_A_RUN):
            system.add_invoice()
        system.broken = set(system.records["invoice"])
        system.now += HOUR
        source = FakeSource(system, page_size=100)
        await pull(source, store)
        for run_id in ("next", "another"):
            system.now += HOUR
            await pull(source, store, run_id)
        assert len(source.fetched) == 2 * MOST_IN_A_RUN
        assert set(source.fetched) == system.broken

    async def test_without_permission_they_stay(
        self, store: Store, broken: FakeSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def refuse(*_what: object, **_more: object) -> tuple[()]:
            raise NotPermittedError("Invoice")

        monkeypatch.setattr(broken, "fetch", refuse)
        _, invoices = await pull(broken, store, "next")
        assert (invoices.outcome, await held(store)) == (Outcome.DEGRADED, ["1002"])

    async def test_a_source_that_is_away_fails_the_stream(
        self, store: Store, broken: FakeSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def be_away(*_what: object, **_more: object) -> tuple[()]:
            raise RetryError

        monkeypatch.setattr(broken, "fetch", be_away)
        with pytest.raises(RetryError):
            await pull(broken, store, "next")
        assert await held(store) == ["1002"]
