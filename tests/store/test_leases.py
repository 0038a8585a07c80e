import asyncio
from datetime import datetime, timedelta

import pytest

from store.db import Store
from store.leases import Lease, holders, read_lease, release_lease, take_lease
from tests.store.make import AT

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


async def take(store: Store, holder: str, now: datetime = AT, name: str = "pull-netsuite") -> Lease | None:
    async with store.write() as conn:
        return await take_lease(conn, name, holder, now=now, lasting=10 * MINUTE)


async def held(store: Store) -> Lease | None:
    async with store.read() as conn:
        return await read_lease(conn, "pull-netsuite")


class TestLease:
    async def test_has_one_holder(self, store: Store) -> None:
        assert await held(store) is None
        assert await take(store, "a") == Lease(name="pull-netsuite", holder="a", since=AT, until=AT + 10 * MINUTE)
        assert await take(store, "b", AT + 9 * MINUTE) is None
        assert await take(store, "b", name="pull-salesforce") is not None

    async def test_is_renewed_by_its_holder(self, store: Store) -> None:
        await take(store, "a")
        renewed = await take(store, "a", AT + 5 * MINUTE)
        assert renewed == Lease(name="pull-netsuite", holder="a", since=AT, until=AT + 15 * MINUTE)
        assert await held(store) == renewed

    async def test_of_a_dead_holder_runs_out(self, store: Store) -> None:
        await take(store, "dead")
        later = AT + 10 * MINUTE
        assert await take(store, "b", later) == Lease(
            name="pull-netsuite", holder="b", since=later, until=later + 10 * MINUTE
        )
        assert await take(store, "dead", later) is None

    async def test_is_free_once_released(self, store: Store) -> None:
        await take(store, "a")
        async with store.write() as conn:
            await release_lease(conn, "pull-netsuite", "a")
        assert await take(store, "b") is not None

    async def test_is_not_released_by_others(self, store: Store) -> None:
        await take(store, "a")
        async with store.write() as conn:
            await release_lease(conn, "pull-netsuite", "b")
        lease = await held(store)
        assert lease is not None
        assert lease.holder == "a"

    async def test_of_many_that_ask_at_once_one_gets_it(self, store: Store) -> None:
        for name in ("first", "second"):
            taken = await asyncio.gather(*(take(store, f"holder-{n}", name=name) for n in range(12)))
            assert len([lease for lease in taken if lease]) == 1

    async def test_of_many_that_wait_for_a_dead_holder_one_gets_it(self, store: Store) -> None:
        await take(store, "dead")
        taken = await asyncio.gather(*(take(store, f"holder-{n}", AT + 11 * MINUTE) for n in range(12)))
        (lease,) = [lease for lease in taken if lease]
        assert await held(store) == lease


class TestHolders:
    async def test_are_those_whose_lease_has_not_run_out(self, store: Store) -> None:
        async with store.write() as conn:
            for name, holder, hours in (("replica/a", "a", 1), ("replica/b", "b", 3), ("replica_c", "c", 3)):
                await take_lease(conn, name, holder, now=AT, lasting=timedelta(hours=hours))
        async with store.read() as conn:
            assert await holders(conn, "replica/", now=AT) == {"a", "b"}
            assert await holders(conn, "replica/", now=AT + timedelta(hours=2)) == {"b"}
