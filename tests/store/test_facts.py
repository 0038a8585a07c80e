import asyncio

from store.db import Store
from store.facts import bind_fact, drop_fact, keep_fact, read_fact


async def bind(store: Store, value: str) -> str:
    async with store.write() as conn:
        return await bind_fact(conn, "account", value)


async def read(store: Store) -> str | None:
    async with store.read() as conn:
        return await read_fact(conn, "account")


class TestFacts:
    async def test_the_first_value_binds(self, store: Store) -> None:
        assert await read(store) is None
        assert await bind(store, "one") == "one"
        assert await bind(store, "two") == "one"
        assert await read(store) == "one"

    async def test_of_many_that_bind_at_once_all_get_the_same(self, store: Store) -> None:
        bound = await asyncio.gather(*(bind(store, f"account-{n}") for n in range(12)))
        assert set(bound) == {await read(store)}

    async def test_a_state_is_kept_in_place_of_the_one_before_until_it_is_over(self, store: Store) -> None:
        async with store.write() as conn:
            await keep_fact(conn, "account", "first")
            await keep_fact(conn, "account", "second")
        assert await read(store) == "second"
        async with store.write() as conn:
            await drop_fact(conn, "account")
        assert await read(store) is None
