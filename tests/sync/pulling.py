"""Pulling the fake source into a store, and stopping it where a test wants."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.cursors import read_as_of
from store.db import Store
from store.runs import SyncRun, run_by_id
from store.tables import TABLES
from sync.pull import Progress, PullOrder, pull_source
from tests.sync.fake_source import FakeSource

# How a record came in is bookkeeping; what is known of it is not.
BOOKKEEPING = {"audit_events", "change_feed", "sync_runs", "leases", "facts", "cursors"}


async def pull(
    source: FakeSource, store: Store, run_id: str = "run", *, progress: Progress = lambda _run: None, **order: Any
) -> tuple[SyncRun, ...]:
    clock = lambda: source.system.now  # noqa: E731 - a clock that the test can set
    return await pull_source(source, store, PullOrder(run_id=run_id, **order), clock=clock, progress=progress)


async def known(store: Store) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row of what was pulled."""
    return {name: rows for name, rows in (await everything(store)).items() if name not in BOOKKEEPING}


async def everything(store: Store) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    async with store.read() as conn:
        found = {table.name: await conn.execute(select(table)) for table in TABLES}
        return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in found.items()}


async def run_of(store: Store, run_id: str) -> SyncRun:
    async with store.read() as conn:
        found = await run_by_id(conn, run_id)
    assert found is not None
    return found


async def as_of(store: Store, stream: str = "invoices") -> datetime | None:
    async with store.read() as conn:
        return await read_as_of(conn, "fake", stream)


class Unplugged(BaseException):
    """What a killed process leaves behind: nothing that comes after runs."""


class Saved:
    """As `progress`: an event for the moment at which so many pages of a stream have been saved."""

    def __init__(self, stream: str, pages: int) -> None:
        self.stream, self.pages, self.happened = stream, pages, asyncio.Event()

    def __call__(self, run: SyncRun) -> None:
        if run.stream == self.stream and run.pages >= self.pages:
            self.happened.set()


class Stopper:
    """Raises before the given page, once."""

    def __init__(self, error: BaseException, *, at: int) -> None:
        self.error, self.at = error, at

    async def __call__(self, _stream: str, number: int) -> None:
        if number == self.at:
            self.at = -1
            raise self.error
