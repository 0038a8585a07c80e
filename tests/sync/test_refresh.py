from contextlib import aclosing
from datetime import timedelta

from store.changes import changes_after, last_sequence
from store.customers import customer_by_id
from store.db import Store
from store.invoices import invoice_by_id
from store.pulled import upsert_records
from store.quarantine import list_quarantined
from store.records import record_id
from sync.pull import refresh_record
from tests.sync.fake_source import START, FakeSource
from tests.sync.pulling import pull


class TestRefreshRecord:
    async def test_saves_the_record_with_what_its_card_shows(self, store: Store, source: FakeSource) -> None:
        later = START + timedelta(hours=3)
        assert await refresh_record(source, store, "customer", "1", clock=lambda: later)
        async with store.read() as conn:
            found = await customer_by_id(conn, record_id("fake", "customer", "1"))
            assert await invoice_by_id(conn, record_id("fake", "invoice", "1004")) is not None
        assert found is not None
        assert found.refreshed_at == later

    async def test_of_one_that_is_gone_leaves_a_tombstone(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        kept = source.system.records["customer"].pop("2")
        assert not await refresh_record(source, store, "customer", "2", clock=lambda: START)
        async with store.read() as conn:
            gone = await customer_by_id(conn, kept.id)
            newest = (await changes_after(conn, await last_sequence(conn) - 1, limit=1))[0]
        assert gone is not None
        assert (gone.deleted_at, gone.refreshed_at) == (START, START)
        assert (newest.action, newest.record_id) == ("tombstoned", kept.id)

    async def test_of_one_that_can_be_read_again_ends_its_quarantine(self, store: Store, source: FakeSource) -> None:
        source.system.broken = {"1002", "1003"}
        await pull(source, store)
        source.system.broken = {"1003"}
        await refresh_record(source, store, "invoice", "1002", clock=lambda: START)
        async with store.read() as conn:
            assert [one.source_id for one in await list_quarantined(conn, limit=9)] == ["1003"]

    async def test_of_one_that_came_back_brings_it_to_life(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        kept = source.system.records["customer"].pop("2")
        await refresh_record(source, store, "customer", "2", clock=lambda: START)
        source.system.records["customer"]["2"] = kept
        assert await refresh_record(source, store, "customer", "2", clock=lambda: START)
        async with store.read() as conn:
            alive = await customer_by_id(conn, kept.id)
        assert alive is not None
        assert alive.deleted_at is None

    async def test_a_page_read_before_it_does_not_undo_it(self, store: Store, source: FakeSource) -> None:
        read = source.pages("invoices", "", now=source.system.now)
        async with aclosing(read):
            stale = await anext(read)
        source.system.now += timedelta(minutes=1)
        source.system.edit("1000", "refreshed")
        await refresh_record(source, store, "invoice", "1000", clock=lambda: source.system.now)
        async with store.write() as conn:
            await upsert_records(conn, stale.records, at=source.system.now)
        async with store.read() as conn:
            found = await invoice_by_id(conn, record_id("fake", "invoice", "1000"))
        assert found is not None
        assert found.memo == "refreshed"
