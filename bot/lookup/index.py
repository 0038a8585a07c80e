"""The trigram index as the rest of the bot sees it: kept in step with the change feed, asked off the event loop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar, get_args

from bot.lookup.grams import Grams, IndexInUseError, IndexUnfitError, erase
from bot.lookup.state import IndexState
from store.changes import Change, changes_after, last_sequence
from store.db import ReadConnection, Store
from store.errors import StoreError
from store.records import RecordId
from store.search import Kind, names_after, names_by_id

_T = TypeVar("_T")

_BATCH = 1000
# Enough that the intended name is among them; each is read from the store and compared once more.
_SIMILAR_ROWS = 64
# PostgreSQL hands out sequence numbers before it commits: a page under way may still appear below the newest one.
# A page is written in seconds, so after a minute without news none is under way below the newest number.
_OVERLAP = 5000
_SETTLED_LOOKS = 30
# What is taken out stays in memory until the next commit, more than a kilobyte each.
_MOST_UNCOMMITTED = 10_000
# A sync brings news several times a second; each commit costs as much as hundreds of records, so it follows with rests
# some times as long as what it did, of a second at most.
_RESTS = 4
_LONGEST_REST = 1.0
# What another replica wrote wakes nobody here; asking for the feed's end is one step in one index.
_LOOK_SECONDS = 2
_KINDS: tuple[Kind, ...] = get_args(Kind)
_INDEXED_FIELDS = frozenset({"name", "number", "deleted_at"})

_log = logging.getLogger(__name__)


class LookupIndex:
    """One replica's index. Rebuilt by itself when the folder is damaged, of another version, or of another store."""

    def __init__(self, folder: Path, grams: Grams) -> None:
        self._folder = folder
        self._grams = grams
        self._is_unfit = False
        self._is_unfinished = False
        self._state: IndexState | None = None
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._seen: set[int] = set()
        self._new_after: int | None = None
        self._quiet_looks = 0
        # One writer, one thread: its work queues up here and never waits for the loop's other threads.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lookup-index")

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, store: Store) -> AsyncIterator[Self | None]:
        """The index of the one process that feeds it, kept in step with the store until the block ends.

        None when the folder cannot be had: answers then come from the store's keys alone.
        """
        try:
            index = cls(folder, await asyncio.to_thread(_opened, folder))
        except (IndexUnfitError, IndexInUseError) as error:
            _log.warning("no lookup index in %s: %s", folder, error)
            yield None
            return
        follower = asyncio.create_task(index._follow_store(store))
        try:
            yield index
        finally:
            follower.cancel()
            await asyncio.wait([follower])
            await index.close()
        if not follower.cancelled():
            # It ends by itself only by a defect, which must not go unseen.
            follower.result()

    @classmethod
    async def open_for_reading(cls, folder: Path) -> Self | None:
        """What another process feeds, as of now; None when there is no usable index."""
        try:
            return cls(folder, await asyncio.to_thread(Grams.open_reader, folder))
        except IndexUnfitError:
            return None

    def wake(self) -> None:
        """Something was written to the change feed: do not wait for the next look at it."""
        self._woken.set()

    async def similar(self, kind: Kind, key: str) -> tuple[RecordId, ...]:
        """The records whose keys look the most like this one; none while the index is unfit."""
        try:
            return await asyncio.to_thread(self._grams.similar, kind, key, limit=_SIMILAR_ROWS)
        except IndexUnfitError:
            self._is_unfit = True
            _log.warning("the lookup index in %s is damaged", self._folder)
            return ()

    async def refresh(self, store: Store) -> int:
        """Bring the index up to the change feed's end; say how many records were written to it."""
        async with self._turn:
            try:
                return await self._refreshed(store)
            except IndexUnfitError:
                self._is_unfit = True
            await self._run(self._start_over)
            return await self._rebuild(store)

    async def close(self) -> None:
        """Wait for what is being written, then free the folder."""
        async with self._turn:
            try:
                await self._run(self._grams.close)
            finally:
                self._thread.shutdown()

    async def _follow_store(self, store: Store) -> None:
        """Refresh now and then, until cancelled; what fails is tried again, meanwhile the exact tiers answer."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.refresh(store)
            except (StoreError, IndexUnfitError) as error:
                _log.warning("the lookup index is behind: %s", error)
            await asyncio.sleep(min(_RESTS * (loop.time() - began), _LONGEST_REST))
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._woken.wait()
            self._woken.clear()

    async def _refreshed(self, store: Store) -> int:
        if self._is_unfit:
            raise IndexUnfitError
        if self._is_unfinished:
            await self._run(self._grams.roll_back)
            self._forget_seen()
        self._is_unfinished = True
        if self._state is None:
            kept = IndexState.from_text(await self._run(self._grams.state))
            async with store.read() as conn:
                is_ours = kept is not None and await kept.is_of(conn)
            if kept is None or not is_ours:
                return await self._rebuild(store)
            self._state = kept
        return await self._follow(store, self._state)

    async def _follow(self, store: Store, state: IndexState) -> int:
        """Apply the changes since the state, those not seen before."""
        overlap = 0 if store.is_sqlite or self._quiet_looks > _SETTLED_LOOKS else _OVERLAP
        position, newest, written, uncommitted = max(0, state.sequence - overlap), state, 0, 0
        while True:
            async with store.read() as conn:
                if self._new_after is None:
                    self._new_after = await last_sequence(conn)
                changes = await changes_after(conn, position, limit=_BATCH)
                fresh = [change for change in changes if change.sequence not in self._seen]
                applied = await self._apply(conn, fresh)
            written, uncommitted = written + applied, uncommitted + applied
            if not changes:
                break
            position = changes[-1].sequence
            newest = max(newest, IndexState.after(changes[-1]), key=lambda known: known.sequence)
            self._seen.update(change.sequence for change in fresh)
            if uncommitted >= _MOST_UNCOMMITTED:
                await self._commit(newest)
                uncommitted = 0
        self._quiet_looks = self._quiet_looks + 1 if newest == state else 0
        if uncommitted or newest != self._state:
            await self._commit(newest)
        self._is_unfinished = False
        return written

    async def _commit(self, state: IndexState) -> None:
        await self._run(self._grams.commit, state.to_text())
        self._state = state
        self._seen = {sequence for sequence in self._seen if sequence > state.sequence - _OVERLAP}

    async def _apply(self, conn: ReadConnection, changes: Iterable[Change]) -> int:
        """Take out what changed and put back what still exists, as it is now."""
        written = 0
        for kind in _KINDS:
            told = [change for change in changes if change.kind == kind and _is_indexed(change)]
            ids = tuple({change.record_id for change in told})
            if ids:
                names = await names_by_id(conn, kind, ids)
                # To look for what cannot be there costs more than all else, and a first load is all new records.
                await self._run(self._grams.remove, {each.record_id for each in told if not self._is_new(each)})
                await self._run(self._grams.add, kind, names)
            written += len(ids)
        return written

    def _is_new(self, change: Change) -> bool:
        """Whether the index cannot hold the record yet, having been read for the first time after it began."""
        return change.action == "inserted" and self._new_after is not None and change.sequence > self._new_after

    def _forget_seen(self) -> None:
        self._seen, self._new_after, self._quiet_looks = set(), None, 0

    async def _rebuild(self, store: Store) -> int:
        """Fill the index from the tables. What changes meanwhile comes after the state, and is followed next time."""
        async with store.read() as conn:
            last = await changes_after(conn, await last_sequence(conn) - 1, limit=1)
        await self._run(self._grams.clear)
        written = sum([await self._add_all(store, kind) for kind in _KINDS])
        await self._commit(IndexState.after(last[0]) if last else IndexState())
        self._is_unfit = self._is_unfinished = False
        self._forget_seen()
        _log.info("built the lookup index of %d records", written)
        return written

    async def _add_all(self, store: Store, kind: Kind) -> int:
        after, written = None, 0
        while True:
            async with store.read() as conn:
                names = await names_after(conn, kind, after, limit=_BATCH)
            if not names:
                return written
            await self._run(self._grams.add, kind, names)
            after, written = names[-1].id, written + len(names)

    def _start_over(self) -> None:
        # Whatever the damage, the lock must be given back before the folder can be made again.
        self._grams.abandon()
        erase(self._folder)
        self._grams = Grams.open_writer(self._folder)

    async def _run(self, work: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def _opened(folder: Path) -> Grams:
    try:
        return Grams.open_writer(folder)
    except IndexUnfitError:
        erase(folder)
        return Grams.open_writer(folder)


def _is_indexed(change: Change) -> bool:
    """Whether a change may alter what the index holds: not a balance or a note, which change every day."""
    return change.action != "changed" or not _INDEXED_FIELDS.isdisjoint(change.fields)
