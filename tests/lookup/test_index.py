import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.lookup.grams import Grams, IndexInUseError
from bot.lookup.index import LookupIndex
from bot.lookup.state import IndexState
from store.changes import change_feed
from store.db import ReadConnection, Store
from store.errors import StoreUnreachableError
from tests.lookup.samples import delete, make_customer, make_invoice, save

SUN = make_customer("Sun Microsystems, Inc.")
MOON = make_customer("Moonlight Bakery")
INVOICE = make_invoice("INV-12345")


def opened(folder: Path) -> LookupIndex:
    return LookupIndex(folder, Grams.open_writer(folder))


class FailingOnce(Store):
    """The same database, which cannot be reached the first time."""

    def __init__(self, store: Store) -> None:
        self.is_sqlite = store.is_sqlite
        self._store = store
        self.has_failed = asyncio.Event()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadConnection]:
        if not self.has_failed.is_set():
            self.has_failed.set()
            raise StoreUnreachableError
        async with self._store.read() as conn:
            yield conn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


class TestRefresh:
    async def test_first_takes_in_what_the_tables_hold(self, store: Store, folder: Path) -> None:
        await save(store, SUN, MOON, INVOICE, make_customer("Gone", deleted_at=SUN.seen_at))
        index = opened(folder)
        assert await index.refresh(store) == 3
        assert await index.similar("customer", "sun micrsystems") == (SUN.id,)
        assert await index.similar("invoice", "12345") == (INVOICE.id,)
        assert await index.similar("customer", "12345") == ()
        await index.close()

    async def test_then_follows_additions_renamings_and_deletions(self, store: Store, folder: Path) -> None:
        index = opened(folder)
        await save(store, SUN)
        await index.refresh(store)
        await save(store, MOON, replace(SUN, name="Oracle America"))
        assert await index.refresh(store) == 2
        assert await index.similar("customer", "moonlight") == (MOON.id,)
        assert await index.similar("customer", "oracle") == (SUN.id,)
        assert await index.similar("customer", "microsystems") == ()
        await delete(store, MOON)
        await index.refresh(store)
        assert await index.similar("customer", "moonlight") == ()
        await index.close()

    async def test_leaves_alone_what_names_do_not_depend_on(self, store: Store, folder: Path) -> None:
        index = opened(folder)
        await index.refresh(store)
        await save(store, SUN)
        assert await index.refresh(store) == 1
        await save(store, replace(SUN, phone="555"))
        assert await index.refresh(store) == 0
        await index.close()

    async def test_goes_on_where_the_last_process_stopped(self, store: Store, folder: Path) -> None:
        index = opened(folder)
        await save(store, SUN)
        await index.refresh(store)
        await index.close()
        await save(store, MOON)
        index = opened(folder)
        written = await index.refresh(store)
        # PostgreSQL reads a stretch again after a restart; SQLite never needs to.
        assert written == (1 if store.is_sqlite else 2)
        assert await index.similar("customer", "moonlight") == (MOON.id,)
        await index.close()

    async def test_batches_longer_than_one_read(self, store: Store, folder: Path) -> None:
        index = opened(folder)
        await index.refresh(store)
        await save(store, *(make_customer(f"Acme {number}") for number in range(1203)))
        assert await index.refresh(store) == 1203
        assert await index.refresh(store) == 0
        await index.close()

    @pytest.mark.both_databases
    async def test_takes_in_a_page_that_was_committed_out_of_order(self, store: Store, folder: Path) -> None:
        if store.is_sqlite:
            pytest.skip("SQLite numbers changes in the order of their commits")
        index = opened(folder)
        await save(store, SUN, MOON)
        await index.refresh(store)
        async with store.write() as conn:
            # As if a replica had taken the numbers up to 100 for a page that it has yet to commit.
            await conn.execute(change_feed.update().values(sequence=change_feed.c.sequence + 100))
        await index.refresh(store)
        late = make_customer("Late Ltd")
        await save(store, late)
        assert await index.refresh(store) == 1
        await index.close()


class TestIndexState:
    async def test_of_an_empty_store_fits_it(self, store: Store, folder: Path) -> None:
        index = opened(folder)
        assert await index.refresh(store) == 0
        await index.close()
        await save(store, SUN)
        index = opened(folder)
        assert await index.refresh(store) == 1
        await index.close()

    def test_of_a_strange_text_is_none(self) -> None:
        assert IndexState.from_text(IndexState(sequence=7).to_text()) == IndexState(sequence=7)
        for text in (None, "", "[]", "{", '{"other": 1}'):
            assert IndexState.from_text(text) is None


class TestOpening:
    async def test_a_second_writer_is_refused_and_damages_nothing(self, store: Store, folder: Path) -> None:
        await save(store, SUN)
        async with LookupIndex.open(folder, store) as first:
            assert first is not None
            await first.refresh(store)
            with pytest.raises(IndexInUseError):
                Grams.open_writer(folder)
            async with LookupIndex.open(folder, store) as second:
                assert second is None
            assert await first.similar("customer", "microsystems") == (SUN.id,)

    async def test_a_reader_sees_what_was_committed_and_writes_nothing(self, store: Store, folder: Path) -> None:
        await save(store, SUN)
        async with LookupIndex.open(folder, store) as writer:
            assert writer is not None
            await writer.refresh(store)
            reader = await LookupIndex.open_for_reading(folder)
            assert reader is not None
            assert await reader.similar("customer", "microsystems") == (SUN.id,)
            await save(store, MOON)
            with pytest.raises(IndexInUseError):
                await reader.refresh(store)

    async def test_there_is_nothing_to_read_before_the_first_run(self, folder: Path) -> None:
        assert await LookupIndex.open_for_reading(folder) is None
        assert await LookupIndex.open_for_reading(folder) is None

    async def test_a_folder_that_cannot_be_made_leaves_the_keys_to_answer(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        async with LookupIndex.open(tmp_path / "file" / "index", store) as index:
            assert index is None

    async def test_a_failing_store_is_tried_again(self, store: Store, folder: Path) -> None:
        failing = FailingOnce(store)
        async with LookupIndex.open(folder, failing) as index:
            assert index is not None
            await failing.has_failed.wait()
            await save(store, SUN)
            index.wake()
            while not await index.similar("customer", "microsystems"):
                pass

    async def test_follows_the_store_by_itself(self, store: Store, folder: Path) -> None:
        async with LookupIndex.open(folder, store) as index:
            assert index is not None
            await save(store, SUN)
            index.wake()
            while not await index.similar("customer", "microsystems"):
                pass
