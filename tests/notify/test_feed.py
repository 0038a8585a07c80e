"""Readers of the change feed: every change once, in one transaction with what follows from it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.feed import Reader, follow, read_on
from store.changes import Change, append_changes
from store.db import Store, WriteConnection
from store.errors import StoreBusyError
from store.facts import bind_fact, read_fact
from store.feed_cursors import feed_position
from store.records import RecordId
from tests.notify.make import Clock, make_deps
from tests.store.make import AT

Handle = Callable[[WriteConnection, tuple[Change, ...]], Awaitable[None]]


def change(name: str) -> Change:
    return Change(kind="invoice", record_id=RecordId(name), action="inserted")


async def append(store: Store, *names: str) -> None:
    async with store.write() as conn:
        await append_changes(conn, map(change, names), at=AT)


class Seen:
    """A reader's handler that notes what it was shown."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def __call__(self, conn: WriteConnection, changes: tuple[Change, ...]) -> None:
        del conn
        self.batches.append([str(each.record_id) for each in changes])

    @property
    def reader(self) -> Reader:
        return Reader(name="r", handle=self)


async def begun(store: Store) -> Seen:
    seen = Seen()
    assert not await read_on(store, seen.reader)
    return seen


class TestReadOn:
    async def test_a_new_reader_begins_at_the_end(self, store: Store) -> None:
        await append(store, "old")
        seen = await begun(store)
        await append(store, "new")
        assert await read_on(store, seen.reader)
        assert not await read_on(store, seen.reader)
        assert seen.batches == [["new"]]

    async def test_begins_once(self, store: Store) -> None:
        begins: list[str] = []

        async def begin(conn: WriteConnection) -> None:
            del conn
            begins.append("begun")

        reader = Reader(name="r", handle=Seen(), begin=begin)
        await asyncio.gather(*(read_on(store, reader) for _ in range(3)))
        assert begins == ["begun"]

    async def test_comes_in_batches_in_order(self, store: Store) -> None:
        seen = await begun(store)
        await append(store, "a", "b", "c")
        while await read_on(store, seen.reader, limit=2):
            pass
        assert seen.batches == [["a", "b"], ["c"]]

    async def test_two_readers_have_places_of_their_own(self, store: Store) -> None:
        seen, other = await begun(store), Seen()
        await append(store, "a")
        await read_on(store, seen.reader)
        other_reader = Reader(name="other", handle=other)
        await read_on(store, other_reader)
        await append(store, "b")
        assert await read_on(store, other_reader)
        assert (seen.batches, other.batches) == ([["a"]], [["b"]])

    async def test_a_failure_repeats_the_batch_and_keeps_nothing_of_it(self, store: Store) -> None:
        await begun(store)
        await append(store, "a")

        async def fails(conn: WriteConnection, changes: tuple[Change, ...]) -> None:
            await bind_fact(conn, "half", str(changes[0].record_id))
            raise StoreBusyError

        with pytest.raises(StoreBusyError):
            await read_on(store, Reader(name="r", handle=fails))
        async with store.read() as conn:
            assert await read_fact(conn, "half") is None
        seen = Seen()
        assert await read_on(store, seen.reader)
        assert seen.batches == [["a"]]

    async def test_of_two_replicas_one_deals_with_a_batch(self, store: Store) -> None:
        await begun(store)
        await append(store, "a", "b")
        one, other = Store(store.url.render_as_string(hide_password=False)), Seen()
        seen = Seen()
        try:
            won = await asyncio.gather(read_on(store, seen.reader), read_on(one, other.reader))
            assert True in won
        finally:
            await one.close()
        assert seen.batches + other.batches == [["a", "b"]]
        async with store.read() as conn:
            assert await feed_position(conn, "r") == 2

    async def test_who_comes_too_late_looks_again(self, store: Store) -> None:
        await begun(store)
        await append(store, "a")
        first, late = Seen(), Seen()

        class Overtaken(Store):
            """What is written through it begins just after another replica has dealt with the batch."""

            @asynccontextmanager
            async def write(self, *, urgent: bool = False) -> AsyncIterator[WriteConnection]:
                await read_on(store, first.reader)
                async with super().write(urgent=urgent) as conn:
                    yield conn

        replica = Overtaken(store.url.render_as_string(hide_password=False))
        try:
            assert await read_on(replica, late.reader)
            assert not await read_on(replica, late.reader)
        finally:
            await replica.close()
        assert (first.batches, late.batches) == ([["a"]], [])

    @pytest.mark.both_databases
    async def test_passes_over_nothing_that_is_not_committed(self, store: Store) -> None:
        """PostgreSQL numbers changes before it commits them: a later number may be seen first."""
        if store.is_sqlite:
            pytest.skip("SQLite has one writer")
        seen = await begun(store)
        async with store.write() as early:
            await append_changes(early, [change("early")], at=AT)
            await append(store, "late")
            look = asyncio.create_task(read_on(store, seen.reader))
            done, _ = await asyncio.wait({look}, timeout=0.3)
            assert not done
        assert await look
        assert seen.batches == [["early", "late"]]


class TestFollow:
    async def test_reads_when_the_bell_rings_and_goes_on_after_a_failure(self, store: Store) -> None:
        deps = make_deps(store, Clock())
        shown, failures = asyncio.Event(), [StoreBusyError()]

        async def handle(conn: WriteConnection, changes: tuple[Change, ...]) -> None:
            del conn, changes
            if failures:
                raise failures.pop()
            shown.set()

        rounds = asyncio.Event()

        async def after_round() -> None:
            rounds.set()

        async with follow(deps, Reader(name="r", handle=handle), after_round=after_round):
            async with asyncio.timeout(60):
                await rounds.wait()
            await append(store, "a")
            deps.changed.ring()
            while failures:  # noqa: ASYNC110 - the handler tells nobody that it failed
                await asyncio.sleep(0.01)
            deps.changed.ring()
            async with asyncio.timeout(60):
                await shown.wait()

    async def test_a_defect_is_logged_once_and_does_not_end_it(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("bot.services._FIRST_WAIT_SECONDS", 0.01)
        monkeypatch.setattr("bot.feed._LOOK_SECONDS", 0.01)
        deps = make_deps(store, Clock())
        failures, again = [KeyError("defect")], asyncio.Event()

        async def after_round() -> None:
            if failures:
                raise failures.pop()
            again.set()

        async with follow(deps, Seen().reader, after_round=after_round):
            async with asyncio.timeout(60):
                await again.wait()
        assert [record.message for record in caplog.records if record.exc_info] == [
            "r is held up and tries again: KeyError: 'defect'"
        ]
