"""A program that pulls the fake source at its daily slot: one of several that share a PostgreSQL database."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from zoneinfo import ZoneInfo

from store.db import Store
from sync.breaker import Breakers
from sync.daily import PULL, daily_pulls, pull_handler
from sync.durable import DurableWork
from sync.schedule import slot_id
from tests.sync.fake_source import START, FakeSource, FakeSystem
from tests.sync.working import ended

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SLOT_ID = slot_id("fake", NOW.date(), 1)
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


def pages_asked_by(replicas: int, url: str) -> list[int]:
    """Run so many replicas at once until the slot has been pulled; how many pages each of them asked for."""
    barrier, pipes = _context.Barrier(replicas), [_context.Pipe(duplex=False) for _ in range(replicas)]
    programs = [
        _context.Process(target=_main, args=(url, f"replica-{n}", barrier, told), daemon=True)
        for n, (_, told) in enumerate(pipes)
    ]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    return [heard.recv() for heard, _ in pipes if heard.poll()]


def made_system() -> FakeSystem:
    """The same records in every program."""
    system = FakeSystem(now=START)
    for _ in range(6):
        system.add_customer()
    for _ in range(10):
        system.add_invoice()
    system.now = NOW - timedelta(hours=1)
    return system


def _main(url: str, executor_id: str, barrier: Barrier, told: Connection) -> None:
    told.send(asyncio.run(_serve(url, executor_id, barrier)))


async def _serve(url: str, executor_id: str, barrier: Barrier) -> int:
    store, source = Store(url), FakeSource(made_system())
    engine_url = url.replace("postgresql+asyncpg", "postgresql+psycopg")
    work = DurableWork(database_url=engine_url, executor_id=executor_id)
    work.handlers[PULL] = pull_handler((source,), store, clock=lambda: NOW, breakers=Breakers())
    async with work:
        await asyncio.to_thread(barrier.wait)
        async with daily_pulls(work, (source,), store, at=time(2), zone=ZoneInfo("UTC"), clock=lambda: NOW):
            await ended(work, SLOT_ID)
            await asyncio.to_thread(barrier.wait)
    await store.close()
    return len(source.asked)
