import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from store.cursors import (
    Cursor,
    advance_cursor,
    claim_cursor,
    complete_cursor,
    forget_cursor,
    is_complete,
    list_cursors,
    read_as_of,
    read_cursor,
)
from store.db import Store
from store.errors import StaleWriterError
from tests.store.make import AT


async def claim(store: Store, run_id: str, stream: str = "invoices") -> Cursor:
    async with store.write() as conn:
        return await claim_cursor(conn, "netsuite", stream, run_id)


async def advance(store: Store, cursor: Cursor, value: str, *, hours: int | None = None) -> Cursor:
    covered = None if hours is None else AT + timedelta(hours=hours)
    async with store.write() as conn:
        return await advance_cursor(conn, cursor, value=value, covered_until=covered)


class TestCursor:
    async def test_is_absent_before_the_first_run(self, store: Store) -> None:
        async with store.read() as conn:
            assert await read_cursor(conn, "netsuite", "invoices") is None
            assert await read_as_of(conn, "netsuite", "invoices") is None

    async def test_moves_with_its_run(self, store: Store) -> None:
        first = await claim(store, "run-1")
        assert (first.value, first.covered_until, first.version) == ("", None, 1)
        second = await advance(store, first, "page 1")
        third = await advance(store, second, "page 2", hours=1)
        async with store.read() as conn:
            assert await read_cursor(conn, "netsuite", "invoices") == third
            assert await read_as_of(conn, "netsuite", "invoices") == AT + timedelta(hours=1)

    async def test_is_kept_per_stream(self, store: Store) -> None:
        invoices, customers = await claim(store, "run"), await claim(store, "run", "customers")
        await advance(store, invoices, "i")
        async with store.read() as conn:
            assert [(one.stream, one.value) for one in await list_cursors(conn)] == [
                ("customers", ""),
                ("invoices", "i"),
            ]
        await advance(store, customers, "c")

    async def test_a_claim_keeps_the_place_and_refuses_the_run_before(self, store: Store) -> None:
        old = await advance(store, await claim(store, "run-1"), "page 1", hours=1)
        new = await claim(store, "run-2")
        assert (new.value, new.covered_until) == ("page 1", AT + timedelta(hours=1))
        with pytest.raises(StaleWriterError):
            await advance(store, old, "page 2")
        await advance(store, new, "page 2")

    async def test_the_same_run_twice_is_two_writers(self, store: Store) -> None:
        paused = await claim(store, "run")
        await claim(store, "run")
        with pytest.raises(StaleWriterError):
            await advance(store, paused, "late")

    async def test_moves_once_from_each_place(self, store: Store) -> None:
        cursor = await claim(store, "run")
        await advance(store, cursor, "page 1")
        with pytest.raises(StaleWriterError):
            await advance(store, cursor, "page 1 again")

    async def test_a_cursor_that_nobody_claimed_cannot_move(self, store: Store) -> None:
        with pytest.raises(StaleWriterError):
            await advance(store, replace(await claim(store, "run"), stream="customers"), "page")

    async def test_starts_over_without_losing_what_is_covered(self, store: Store) -> None:
        cursor = await advance(store, await claim(store, "run"), "page 1", hours=5)
        async with store.write() as conn:
            cursor = await forget_cursor(conn, cursor)
        assert (cursor.value, cursor.covered_until) == ("", AT + timedelta(hours=5))
        cursor = await advance(store, cursor, "page 1")
        cursor = await advance(store, cursor, "page 2", hours=1)
        assert cursor.covered_until == AT + timedelta(hours=5)
        assert (await advance(store, cursor, "page 3", hours=6)).covered_until == AT + timedelta(hours=6)

    async def test_is_complete_once_it_was_read_to_its_end(self, store: Store) -> None:
        cursor = await advance(store, await claim(store, "run"), "page 1", hours=1)
        async with store.write() as conn:
            assert not await is_complete(conn, "netsuite", "invoices")
            assert not await is_complete(conn, "netsuite", "unheard-of")
            await complete_cursor(conn, cursor, at=AT)
        await claim(store, "run-2")
        async with store.read() as conn:
            assert await is_complete(conn, "netsuite", "invoices")

    async def test_of_many_that_claim_at_once_one_can_write(self, store: Store) -> None:
        claimed = await asyncio.gather(*(claim(store, f"run-{n}") for n in range(12)), return_exceptions=True)
        assert {type(one) for one in claimed} <= {Cursor, StaleWriterError}
        tries = [advance(store, one, one.run_id) for one in claimed if isinstance(one, Cursor)]
        moved = await asyncio.gather(*tries, return_exceptions=True)
        (winner,) = [one for one in moved if isinstance(one, Cursor)]
        async with store.read() as conn:
            assert await read_cursor(conn, "netsuite", "invoices") == winner
