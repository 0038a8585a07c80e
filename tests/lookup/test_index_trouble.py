"""The lookup index in trouble: damaged folders, work that breaks off, and the native code beneath."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.lookup.grams import Grams, IndexUnfitError
from bot.lookup.index import LookupIndex
from store.db import ReadConnection, Store, sqlite_url
from store.errors import StoreUnreachableError
from store.migrate import upgrade
from store.records import RecordId
from store.search import IndexedName
from tests.lookup.samples import make_customer, make_invoice, save

SUN = make_customer("Sun Microsystems, Inc.")
MOON = make_customer("Moonlight Bakery")
INVOICE = make_invoice("INV-12345")


def opened(folder: Path) -> LookupIndex:
    return LookupIndex(folder, Grams.open_writer(folder))


def cut_short(folder: Path, files: str) -> None:
    for path in folder.glob(files):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


class FailingLater(Store):
    """The same database, which cannot be reached any more after so many looks at it."""

    def __init__(self, store: Store, *, after: int) -> None:
        self.is_sqlite = store.is_sqlite
        self._store = store
        self._left = after

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadConnection]:
        if not self._left:
            raise StoreUnreachableError
        self._left -= 1
        async with self._store.read() as conn:
            yield conn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


class TestUnfitFolders:
    async def test_of_another_store_is_rebuilt(self, store: Store, folder: Path, tmp_path: Path) -> None:
        await save(store, SUN, INVOICE)
        other = Store(sqlite_url(tmp_path / "other.db"))
        await upgrade(other)
        await save(other, MOON, make_invoice("X-1"))
        index = opened(folder)
        await index.refresh(other)
        await other.close()
        await index.close()
        index = opened(folder)
        assert await index.refresh(store) == 2
        assert await index.similar("customer", "moonlight") == ()
        assert await index.similar("customer", "microsystems") == (SUN.id,)
        await index.close()

    async def test_of_other_keys_is_rebuilt(self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        await save(store, SUN)
        index = opened(folder)
        await index.refresh(store)
        await index.close()
        monkeypatch.setattr("bot.lookup.state.KEYS_VERSION", 99)
        index = opened(folder)
        assert await index.refresh(store) == 1
        await index.close()

    @pytest.mark.parametrize("damaged", ["meta.json", "*.idx", "*.store", "*.term"])
    async def test_cut_short_is_rebuilt(self, store: Store, folder: Path, damaged: str) -> None:
        await save(store, SUN)
        index = opened(folder)
        await index.refresh(store)
        await index.close()
        cut_short(folder, damaged)
        async with LookupIndex.open(folder, store) as again:
            assert again is not None
            await again.refresh(store)
            assert await again.similar("customer", "microsystems") == (SUN.id,)

    async def test_damaged_while_open_answers_nothing_until_rebuilt(
        self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await save(store, SUN)
        index = opened(folder)
        await index.refresh(store)

        def broken(*_: object, **__: object) -> None:
            raise ValueError("Data corruption")

        monkeypatch.setattr(index._grams, "_index", type("Broken", (), {"searcher": broken})())
        assert await index.similar("customer", "microsystems") == ()
        assert await index.refresh(store) == 1
        assert await index.similar("customer", "microsystems") == (SUN.id,)
        await index.close()


class TestInterrupted:
    async def test_a_long_way_behind_keeps_what_it_has_caught_up_with(
        self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index = opened(folder)
        await index.refresh(store)
        await save(store, *(make_customer(f"Acme {number}") for number in range(50)))
        monkeypatch.setattr("bot.lookup.index._BATCH", 10)
        monkeypatch.setattr("bot.lookup.index._MOST_UNCOMMITTED", 20)
        with pytest.raises(StoreUnreachableError):
            await index.refresh(FailingLater(store, after=4))
        assert await index.refresh(store) == (10 if store.is_sqlite else 50)
        assert len(await index.similar("customer", "acme")) == 50
        await index.close()

    async def test_writing_that_failed_half_way_leaves_the_last_commit(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        await save(store, SUN)
        index = opened(folder)
        await index.refresh(store)
        # A store that ends the work between clearing and filling: it has no tables.
        empty = Store(sqlite_url(tmp_path / "empty.db"))
        index._state = None
        with pytest.raises(Exception, match="no such table"):
            await index.refresh(empty)
        await empty.close()
        assert await index.refresh(store) == (0 if store.is_sqlite else 1)
        assert await index.similar("customer", "microsystems") == (SUN.id,)
        await index.close()


class TestGrams:
    def test_a_panic_of_the_native_code_means_unfit(self, folder: Path) -> None:
        class PanicException(BaseException):
            pass

        class Panicking:
            def searcher(self) -> Iterator[None]:
                raise PanicException

        grams = Grams.open_writer(folder)
        grams._index = Panicking()  # type: ignore[assignment]
        with pytest.raises(IndexUnfitError):
            grams.state()
        grams.close()

    def test_other_interruptions_pass(self, folder: Path) -> None:
        class Interrupting:
            def searcher(self) -> Iterator[None]:
                raise KeyboardInterrupt

        grams = Grams.open_writer(folder)
        grams._index = Interrupting()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            grams.state()
        grams.close()

    def test_reads_a_bounded_part_of_a_large_ledger(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.lookup.grams._POSTINGS", 10)
        grams = Grams.open_writer(folder)
        names = [IndexedName(id=RecordId(f"c{number}"), key="acme holding") for number in range(50)]
        grams.add("customer", [*names, IndexedName(id=RecordId("rare"), key="zyx holding")])
        grams.commit("{}")
        # All share «holding», which is too common to be asked for once the rarer ones are known.
        assert grams.similar("customer", "zyx holding", limit=100) == ("rare",)
        grams.close()

    def test_the_rarest_trigrams_count_the_most(self, folder: Path) -> None:
        grams = Grams.open_writer(folder)
        names = [IndexedName(id=RecordId(f"c{number}"), key=f"acme holding {number}") for number in range(50)]
        grams.add("customer", [*names, IndexedName(id=RecordId("rare"), key="zyx holding")])
        grams.commit("{}")
        assert grams.similar("customer", "zyx acme", limit=1) == ("rare",)
        grams.close()
