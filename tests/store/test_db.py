import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from store.customers import customers
from store.db import Store, sqlite_url
from store.errors import StoreReadOnlyError, StoreUnreachableError
from store.facts import read_fact
from tests.store.make import AT, make_customer, put_fact, rows, save

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def other(store: Store) -> AsyncIterator[Store]:
    """The same database, opened by what might be another program."""
    opened = Store(store.url.render_as_string(hide_password=False))
    yield opened
    await opened.close()


async def fact(store: Store) -> str | None:
    async with store.read() as conn:
        return await read_fact(conn, "fact")


async def names(store: Store) -> Sequence[str]:
    return [row["name"] for row in await rows(store, customers)]


@contextmanager
def cancelled_at(store: Store, moment: int | Literal["commit"]) -> Iterator[None]:
    """Cancel whoever writes, inside the block, just as the statement of this number goes to the database."""
    engine, seen = store._writer.sync_engine, count()

    def strike(*_what: object) -> None:
        task = asyncio.current_task()
        if task is not None and (moment == "commit" or next(seen) == moment):
            task.cancel()

    name = "commit" if moment == "commit" else "before_cursor_execute"
    event.listen(engine, name, strike)
    yield
    event.remove(engine, name, strike)


class TestSecrecy:
    @pytest.mark.parametrize("way", ["read", "write"])
    async def test_name_no_words_of_people(self, store: Store, way: Literal["read", "write"]) -> None:
        with pytest.raises(DBAPIError) as failed:
            async with getattr(store, way)() as conn:
                await conn.execute(text("SELECT :words FROM nothing"), {"words": "CANARY"})
        assert "CANARY" not in str(failed.value)
        assert "nothing" in str(failed.value)


class TestWrite:
    async def test_is_kept_when_the_block_ends(self, store: Store, other: Store) -> None:
        async with store.write() as conn:
            await put_fact(conn, "new")
            assert await read_fact(conn, "fact") == "new"
            assert await fact(other) is None
        assert await fact(other) == "new"

    async def test_is_undone_when_the_block_raises(self, store: Store) -> None:
        async def fail() -> None:
            async with store.write() as conn:
                await put_fact(conn, "new")
                raise RuntimeError("half-way")

        with pytest.raises(RuntimeError, match="half-way"):
            await fail()
        assert await fact(store) is None
        await save(store, make_customer())

    async def test_fifty_at_once_wait_for_one_another(self, store: Store, other: Store) -> None:
        async def write(number: int) -> None:
            customer = make_customer(str(number % 10), name=f"by {number}", seen_at=AT + timedelta(seconds=number))
            await save((store, other)[number % 2], customer)

        await asyncio.gather(*(write(number) for number in range(50)))
        assert len(await names(store)) == 10

    async def test_none_is_lost_between_reading_and_writing(self, store: Store, other: Store) -> None:
        async def count_up(turn: int) -> None:
            async with (store, other)[turn % 2].write() as conn:
                if conn.dialect.name == "postgresql":
                    await conn.execute(text("LOCK TABLE facts IN EXCLUSIVE MODE"))
                known = await read_fact(conn, "fact")
                await put_fact(conn, str(int(known or 0) + 1))

        await asyncio.gather(*(count_up(turn) for turn in range(20)))
        assert await fact(store) == "20"


class TestErrors:
    async def test_those_of_the_caller_stay_what_they_are(self, store: Store, tmp_path: Path) -> None:
        for open_ in (store.read, store.write):
            with pytest.raises(FileNotFoundError):
                async with open_():
                    (tmp_path / "missing").read_bytes()

    async def test_a_database_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        for url in (sqlite_url(tmp_path / "missing" / "store.sqlite"), "postgresql+asyncpg://ar@127.0.0.1:9/ar"):
            opened = Store(url)
            for open_ in (opened.read, opened.write):
                with pytest.raises(StoreUnreachableError):
                    async with open_():
                        raise AssertionError("never reached")
            await opened.close()


class TestRead:
    async def test_sees_one_state_while_others_write(self, store: Store, other: Store) -> None:
        await save(store, make_customer("1", name="before"))
        async with store.read() as conn:
            query = text("SELECT name FROM customers ORDER BY id")
            assert (await conn.execute(query)).scalars().all() == ["before"]
            await save(other, make_customer("1", name="after"), make_customer("2", name="more"))
            assert (await conn.execute(query)).scalars().all() == ["before"]
        assert await names(store) == ["after", "more"]

    async def test_is_answered_while_a_write_is_under_way(self, store: Store) -> None:
        await save(store, make_customer("1", name="before"))
        async with store.write() as conn:
            await conn.execute(text("UPDATE customers SET name = 'after'"))
            assert list(await asyncio.gather(*(names(store) for _ in range(4)))) == [["before"]] * 4
        assert await names(store) == ["after"]

    async def test_cannot_write(self, store: Store) -> None:
        with pytest.raises(StoreReadOnlyError):
            async with store.read() as conn:
                await conn.execute(text("UPDATE customers SET name = 'x'"))


class TestCancellation:
    """A pull that is stopped, or a click that takes too long, may end in the middle of any statement."""

    @pytest.mark.sampled
    @pytest.mark.parametrize("moment", [*range(5), "commit"])
    async def test_frees_the_lock_and_leaves_nothing_half_done(
        self, store: Store, other: Store, moment: int | Literal["commit"]
    ) -> None:
        known = [make_customer(str(number), name="old") for number in range(40)]
        changed = [replace(customer, name="new") for customer in known]
        await save(store, *known)
        with cancelled_at(store, moment):
            (end,) = await asyncio.gather(asyncio.create_task(save(store, *changed)), return_exceptions=True)
        assert isinstance(end, asyncio.CancelledError)
        # In the middle of its commit it may have happened, but then all of it.
        assert set(await names(other)) in ([{"old"}, {"new"}] if moment == "commit" else [{"old"}])
        await save(other, *(replace(customer, name="next") for customer in known))
        assert set(await names(store)) == {"next"}

    async def test_after_any_delay_frees_the_lock(self, store: Store, other: Store) -> None:
        dice = random.Random(7)  # noqa: S311 - a seeded choice of moments
        known = [make_customer(str(number), name="v0") for number in range(40)]
        await save(store, *known)
        for version in range(1, 13):
            changed = [replace(customer, name=f"v{version}") for customer in known]
            writing = asyncio.create_task(save(store, *changed))
            await asyncio.sleep(dice.random() / 100)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            assert len(set(await names(other))) == 1
            await save(other, *changed)
            assert set(await names(store)) == {f"v{version}"}

    async def test_of_those_who_wait_their_turn_disturbs_nobody(self, store: Store) -> None:
        async with store.write() as conn:
            waiting = [asyncio.create_task(save(store, make_customer(str(number)))) for number in range(6)]
            await asyncio.sleep(0)
            for task in waiting[::2]:
                task.cancel()
            await put_fact(conn, "written meanwhile")
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(end, asyncio.CancelledError) for end in ends] == [True, False] * 3
        assert len(await names(store)) == 3

    async def test_of_a_reader_gives_its_place_back(self, store: Store) -> None:
        for steps in range(24):
            reading = asyncio.create_task(names(store))
            for _ in range(steps):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        assert list(await asyncio.gather(*(names(store) for _ in range(8)))) == [[]] * 8
