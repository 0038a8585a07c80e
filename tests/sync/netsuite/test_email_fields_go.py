"""E-mail fields that are no more, while others write and wherever the program ends: no contact of theirs lives on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from sandbox.ledger import Kind
from sandbox.ledger.company_hands import fill_field, retire_field
from sandbox.ledger.custom_fields import INVALID_ADDRESS
from store.db import Store, WriteConnection
from store.field_contacts import count_of_fields
from sync import email_fields
from sync.errors import StopError
from sync.job import Job
from sync.pull import PullOrder, pull_source, refresh_record
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.test_email_fields import FIELD, dunned, found, pull, told

Hook: TypeAlias = Callable[[int], Awaitable[None]]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


class Watched(Store):
    """An open store that calls somebody before each transaction that writes, with its number."""

    def __init__(self, store: Store, before: Hook) -> None:
        vars(self).update(vars(store))
        self.before, self.written = before, 0

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[WriteConnection]:
        self.written += 1
        await self.before(self.written - 1)
        async with super().write(urgent=urgent) as conn:
            yield conn


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hook], None]:
    """Call somebody before each transaction in which definitions are followed, and once after the last."""
    follow = email_fields.follow_definitions

    def begin(before: Hook) -> None:
        async def watched(job: Job, stream: str) -> StopError | None:
            store = Watched(job.store, before)
            stop = await follow(replace(job, store=store), stream)
            await before(store.written)
            return stop

        monkeypatch.setattr("sync.pull.follow_definitions", watched)

    return begin


def unplug_at(last: int) -> Hook:
    async def unplug(number: int) -> None:
        if number == last:
            raise OSError("unplugged")

    return unplug


async def many(bench: NetSuiteBench, store: Store) -> None:
    """So many customers with addresses that nobody buries them all unasked; then their field is no more."""
    for each in list(bench.ledger.customers)[:20]:
        fill_field(bench.ledger, each, FIELD, "ap@sun.example cfo@sun.example")
    await pull(bench, store)
    retire_field(bench.ledger, FIELD)


async def count(store: Store) -> int:
    async with store.read() as conn:
        return await count_of_fields(conn, "netsuite", [FIELD])


class TestGoing:
    # Given up, buried, kept; and after all.
    @pytest.mark.parametrize("moment", range(4))
    async def test_revives_nothing_of_a_record_that_is_read_meanwhile(
        self, bench: NetSuiteBench, store: Store, watch: Callable[[Hook], None], moment: int
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        retire_field(bench.ledger, FIELD)
        fill_field(bench.ledger, customer.id, FIELD, "new@sun.example see")
        read: list[int] = []

        async def refresh(number: int) -> None:
            if number == moment:
                await refresh_record(bench.source, store, "customer", str(customer.id), clock=lambda: bench.now)
                read.append(number)

        watch(refresh)
        await pull(bench, store, ("custom_fields",))
        assert read == [moment]
        assert dunned(await found(store, customer_id=customer.id)) == []
        assert not [each for each in await told(store) if each.endswith(FIELD)]

    async def test_is_asked_about_once_even_if_the_program_is_killed(
        self,
        bench: NetSuiteBench,
        store: Store,
        watch: Callable[[Hook], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        await many(bench, store)
        before = await count(store)
        monkeypatch.setattr(email_fields, "_CHUNK", 10)
        with pytest.raises(StopError, match=f"{FIELD} any more"):
            await pull(bench, store, ("custom_fields",))
        assert await count(store) == before
        watch(unplug_at(2))
        with pytest.raises(OSError, match="unplugged"):
            await pull(bench, store, ("custom_fields",), accept_deletions=True)
        assert await count(store) == before - 10
        watch(unplug_at(-1))
        await pull(bench, store, ("custom_fields",))
        assert await count(store) == 0

    @pytest.mark.parametrize("moment", range(4))
    async def test_goes_on_where_the_program_was_killed(
        self, bench: NetSuiteBench, store: Store, watch: Callable[[Hook], None], moment: int
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        retire_field(bench.ledger, FIELD)
        bench.pass_time(timedelta(hours=1))
        order = PullOrder(run_id="killed", streams=("custom_fields",))
        watch(unplug_at(moment))
        with pytest.raises(OSError, match="unplugged"):
            await pull_source(bench.source, store, order, clock=lambda: bench.now)
        watch(unplug_at(-1))
        await pull_source(bench.source, store, order, clock=lambda: bench.now)
        assert dunned(await found(store, customer_id=customer.id)) == []
        assert not [each for each in await told(store) if each.endswith(FIELD)]

    async def test_one_that_comes_back_after_a_kill_gets_back_what_was_buried_by_then(
        self, bench: NetSuiteBench, store: Store, watch: Callable[[Hook], None]
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        before = dunned(await found(store, customer_id=customer.id))
        retire_field(bench.ledger, FIELD)
        watch(unplug_at(2))
        with pytest.raises(OSError, match="unplugged"):
            await pull(bench, store, ("custom_fields",))
        assert before != dunned(await found(store, customer_id=customer.id)) == []
        defined = next(
            one for one in bench.ledger.records(Kind.CUSTOM_FIELD).values() if getattr(one, "script_id", "") == FIELD
        )
        bench.ledger.edit(Kind.CUSTOM_FIELD, defined.id, is_inactive=False)
        watch(unplug_at(-1))
        await pull(bench, store, ("custom_fields",))
        assert dunned(await found(store, customer_id=customer.id)) == before
