"""The inbox: claimed once, kept until it is served, forgotten in the end."""

import asyncio
from datetime import UTC, datetime, timedelta

from store.db import Store
from store.inbox import claim_request, finish_request, forget_requests, left_behind, left_by_others, take_again

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)


async def claim(store: Store, key: str, *, holder: str = "one", at: datetime = NOW, text: str | None = None) -> bool:
    async with store.write() as conn:
        payload = None if text is None else {"text": text}
        return await claim_request(conn, key, holder=holder, at=at, payload=payload)


class TestClaim:
    async def test_one_of_many_gets_it(self, store: Store) -> None:
        won = await asyncio.gather(*(claim(store, "event:Ev1", holder=f"program-{n}") for n in range(8)))
        assert sorted(won) == [False] * 7 + [True]
        assert await claim(store, "event:Ev2")

    async def test_stays_claimed_after_it_was_served(self, store: Store) -> None:
        await claim(store, "event:Ev1", text="hello")
        async with store.write() as conn:
            await finish_request(conn, "event:Ev1", at=NOW)
        assert not await claim(store, "event:Ev1")


class TestLeftBehind:
    async def test_what_this_program_acknowledged_and_did_not_finish(self, store: Store) -> None:
        await claim(store, "event:Ev2", text="second \U0001f600 \ud800", at=NOW + DAY)
        await claim(store, "event:Ev1", text="first")
        await claim(store, "event:Ev3", text="another's", holder="two")
        await claim(store, "action:1.2")
        await claim(store, "event:Ev5", text="long ago", at=NOW - DAY)
        await claim(store, "event:Ev4", text="done")
        async with store.write() as conn:
            await finish_request(conn, "event:Ev4", at=NOW)
            [first, _] = await left_behind(conn, "one", since=NOW)
            assert await take_again(conn, first, holder="one")
            assert not await take_again(conn, first, holder="two")
        async with store.read() as conn:
            first, second = await left_behind(conn, "one", since=NOW)
        assert (first.key, first.payload, first.attempts) == ("event:Ev1", {"text": "first"}, 2)
        assert (second.key, second.payload["text"], second.attempts) == ("event:Ev2", "second \U0001f600 \ud800", 1)


class TestLeftByOthers:
    async def test_what_programs_acknowledged_that_live_no_more(self, store: Store) -> None:
        for holder in ("one", "two", "gone"):
            await claim(store, f"event:{holder}", holder=holder, text=holder)
        async with store.read() as conn:
            [left] = await left_by_others(conn, {"one", "two"}, since=NOW)
        assert (left.key, left.holder) == ("event:gone", "gone")

    async def test_one_of_many_gets_it(self, store: Store) -> None:
        await claim(store, "event:Ev1", holder="gone", text="first")
        async with store.read() as conn:
            [left] = await left_by_others(conn, {"one"}, since=NOW)

        async def take(holder: str) -> bool:
            async with store.write() as conn:
                return await take_again(conn, left, holder=holder)

        assert sorted(await asyncio.gather(*(take(f"program-{n}") for n in range(4)))) == [False] * 3 + [True]


class TestForget:
    async def test_takes_what_is_older_and_leaves_the_rest(self, store: Store) -> None:
        await claim(store, "event:old", at=NOW - DAY, text="never served")
        await claim(store, "event:new")
        async with store.write() as conn:
            assert await forget_requests(conn, before=NOW) == 1
        assert await claim(store, "event:old")
        assert not await claim(store, "event:new")
