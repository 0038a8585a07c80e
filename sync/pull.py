"""Reading a source into the store, page by page: rows, change rows and cursor of a page in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from store.cursors import Cursor, advance_cursor, claim_cursor, forget_cursor, read_as_of
from store.db import Store
from store.facts import read_fact, save_fact
from store.leases import release_lease, take_lease
from store.pulled import touch_record, upsert_records
from store.runs import (
    Outcome,
    Quarantined,
    SyncRun,
    quarantine_records,
    release_records,
    run_by_id,
    save_run,
    start_run,
)
from sync.connector import Page, Source
from sync.errors import BusyError, SourceError, StopError

# Renewed at every page; a holder that died frees the source after this long.
LEASE_LASTS = timedelta(minutes=10)

Clock = Callable[[], datetime]
Progress = Callable[[SyncRun], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class PullOrder:
    """What to pull: a run's id (the same id goes on with the same run), which streams, and whether from scratch."""

    run_id: str
    streams: tuple[str, ...] = ()
    full: bool = False


async def pull_source(
    source: Source, store: Store, order: PullOrder, *, clock: Clock, progress: Progress = lambda _run: None
) -> tuple[SyncRun, ...]:
    """Pull the ordered streams (all, by default) in the source's order; say how each ended.

    Raises BusyError while another run reads this source, StopError when the source is another account than the one
    this installation is bound to, and whatever SourceError a stream ended with.
    """
    job = _Job(source=source, store=store, order=order, clock=clock, progress=progress)
    await _take_turn(job)
    try:
        await bind_account(source, store)
        chosen = [stream for stream in source.streams if not order.streams or stream in order.streams]
        return tuple([await _pull_stream(job, stream) for stream in chosen])
    finally:
        async with store.write() as conn:
            await release_lease(conn, _lease(source.name), order.run_id)


async def refresh_record(source: Source, store: Store, kind: str, source_id: str, *, clock: Clock) -> bool:
    """Read one record anew, with what its card shows, and save it.

    False when the source has it no more: what we know of it stays. Raises SourceError.
    """
    await bind_account(source, store)
    async with store.read() as conn:
        since = await read_as_of(conn, source.name, "invoices")
    asked_at = clock()
    records = await source.fetch(kind, source_id, since=since)
    if not records:
        return False
    async with store.write() as conn:
        await upsert_records(conn, records, at=clock())
        await touch_record(conn, records[0], at=asked_at)
    return True


async def bind_account(source: Source, store: Store) -> None:
    """Remember the first account of this system that we meet, and refuse any other. Raises StopError."""
    account = await source.account()
    fact = f"{source.name}.account"
    async with store.read() as conn:
        bound = await read_fact(conn, fact)
    if bound is None:
        async with store.write() as conn:
            await save_fact(conn, fact, account)
    elif bound != account:
        raise StopError(f"this store holds the data of {source.name} account {bound}, not of {account}")


async def ahead(pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """The same pages, each being fetched while the one before it is worked on."""
    coming = asyncio.ensure_future(_next(pages))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(_next(pages))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    source: Source
    store: Store
    order: PullOrder
    clock: Clock
    progress: Progress


async def _take_turn(job: _Job) -> None:
    name, holder = _lease(job.source.name), job.order.run_id
    async with job.store.write() as conn:
        lease = await take_lease(conn, name, holder, now=job.clock(), lasting=LEASE_LASTS)
    if lease is None:
        raise BusyError(f"another run is reading {job.source.name} right now")


def _lease(source: str) -> str:
    return f"pull-{source}"


async def _pull_stream(job: _Job, stream: str) -> SyncRun:
    run, cursor = await _begin(job, stream)
    if run.outcome in {Outcome.OK, Outcome.DEGRADED}:
        return run
    job.progress(run)
    try:
        async with aclosing(job.source.pages(stream, cursor.value, now=job.clock())) as pages:
            async for page in ahead(pages):
                run, cursor = await _save_page(job.store, run, cursor, page, job.clock())
                job.progress(run)
    except SourceError as error:
        await _end(job, replace(run, outcome=Outcome.FAILED, ended_at=job.clock(), error=str(error)))
        raise
    outcome = Outcome.DEGRADED if run.quarantined else Outcome.OK
    return await _end(job, replace(run, outcome=outcome, ended_at=job.clock(), error=None))


async def _begin(job: _Job, stream: str) -> tuple[SyncRun, Cursor]:
    """The run as it stands (a restarted one goes on counting) and the cursor, from now on writable by us alone."""
    run_id, name = f"{job.order.run_id}/{stream}", job.source.name
    fresh = SyncRun(id=run_id, source=name, stream=stream, started_at=job.clock(), outcome=Outcome.RUNNING)
    async with job.store.write() as conn:
        known = await run_by_id(conn, run_id)
        await start_run(conn, fresh)
        cursor = await claim_cursor(conn, name, stream, run_id)
        if job.order.full and known is None:
            cursor = await forget_cursor(conn, cursor)
    if known is None:
        return fresh, cursor
    return (replace(known, outcome=Outcome.RUNNING) if known.outcome is Outcome.FAILED else known), cursor


async def _save_page(store: Store, run: SyncRun, cursor: Cursor, page: Page, now: datetime) -> tuple[SyncRun, Cursor]:
    async with store.write() as conn:
        counts = await upsert_records(conn, page.records, at=now)
        read = [record.source_id for record in page.records]
        await release_records(conn, run.source, run.stream, read)
        await quarantine_records(conn, _quarantined(run, page, now))
        moved = await advance_cursor(conn, cursor, value=page.cursor, covered_until=page.covered_until)
        saved = replace(
            run,
            pages=run.pages + 1,
            expected=page.expected if page.expected is not None else run.expected,
            inserted=run.inserted + counts.inserted,
            changed=run.changed + counts.changed,
            unchanged=run.unchanged + counts.unchanged,
            quarantined=run.quarantined + len(page.broken),
        )
        await save_run(conn, saved)
        holder = run.id.rpartition("/")[0]
        await take_lease(conn, _lease(run.source), holder, now=now, lasting=LEASE_LASTS)
    return saved, moved


def _quarantined(run: SyncRun, page: Page, now: datetime) -> list[Quarantined]:
    return [
        Quarantined(source=run.source, stream=run.stream, source_id=broken.source_id, reason=broken.reason, seen_at=now)
        for broken in page.broken
    ]


async def _end(job: _Job, run: SyncRun) -> SyncRun:
    async with job.store.write() as conn:
        await save_run(conn, run)
    job.progress(run)
    return run
