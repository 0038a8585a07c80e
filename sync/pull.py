"""Reading a source into the store, page by page: rows, change rows and cursor of a page in one transaction."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from store.cursors import Cursor, advance_cursor, claim_cursor, complete_cursor, forget_cursor, read_as_of
from store.db import Store, WriteConnection
from store.errors import StaleWriterError, StoreError
from store.facts import bind_fact, read_fact
from store.leases import release_lease, take_lease
from store.pulled import prepared_records, tombstone_record, touch_record, upsert_prepared, upsert_records
from store.records import record_id
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
from sync.errors import SourceError, StopError, TakenError

# A holder that lives renews it; one that was killed frees the source after this long.
LEASE_LASTS = timedelta(seconds=60)
_RENEW_SECONDS = 15

Clock = Callable[[], datetime]
Progress = Callable[[SyncRun], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class PullOrder:
    """What to pull: a run's id (the same id goes on with the same run), which streams, and whether from scratch."""

    run_id: str
    streams: tuple[str, ...] = ()
    full: bool = False

    def of(self, source: Source) -> tuple[str, ...]:
        """The ordered streams of a source, in its order; all of them when none is named."""
        return tuple(stream for stream in source.streams if not self.streams or stream in self.streams)


async def pull_source(
    source: Source, store: Store, order: PullOrder, *, clock: Clock, progress: Progress = lambda _run: None
) -> tuple[SyncRun, ...]:
    """Pull the ordered streams (all, by default) in the source's order; say how each ended.

    Raises TakenError while another run reads this source, StopError when the source is another account than the one
    this installation is bound to, whatever SourceError a stream ended with, StaleWriterError when another run took
    over, and any other StoreError.
    """
    job = _Job(source=source, store=store, order=order, clock=clock, progress=progress)
    await _take_turn(job)
    renewing = asyncio.create_task(_keep_turn(job))
    try:
        await bind_account(source, store)
        return tuple([await _pull_stream(job, stream) for stream in order.of(source)])
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        async with store.write() as conn:
            await release_lease(conn, _lease(source.name), order.run_id)


async def refresh_record(source: Source, store: Store, kind: str, source_id: str, *, clock: Clock) -> bool:
    """Read one record anew, with what its card shows, and save it.

    False when the source has it no more: what we know of it stays, as a tombstone. Raises SourceError.
    """
    await bind_account(source, store)
    async with store.read() as conn:
        since = await read_as_of(conn, source.name, "invoices")
    asked_at = clock()
    records = await source.fetch(kind, source_id, since=since)
    async with store.write() as conn:
        if not records:
            await tombstone_record(conn, kind, record_id(source.name, kind, source_id), at=clock())
            return False
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
            bound = await bind_fact(conn, fact, account)
    if bound != account:
        raise StopError(f"this store holds the data of {source.name} account {bound}, not of {account}")


async def ahead(pages: AsyncIterator[Page]) -> AsyncGenerator[Page, None]:
    """The same pages, each being fetched while the one before it is worked on.

    Must be closed before `pages` is, which cannot end while it is being asked for a page.
    """
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
        raise TakenError(job.source.title, after_seconds=LEASE_LASTS.total_seconds())


async def _keep_turn(job: _Job) -> None:
    """Renew the lease until cancelled, however long a page takes. Whether it was lost, each page finds out itself."""
    name, holder = _lease(job.source.name), job.order.run_id
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        with contextlib.suppress(StoreError):
            async with job.store.write() as conn:
                await take_lease(conn, name, holder, now=job.clock(), lasting=LEASE_LASTS)


def _lease(source: str) -> str:
    return f"pull-{source}"


async def _pull_stream(job: _Job, stream: str) -> SyncRun:
    run, cursor = await _begin(job, stream)
    if run.outcome in {Outcome.OK, Outcome.DEGRADED}:
        return run
    job.progress(run)
    try:
        read = job.source.pages(stream, cursor.value, now=job.clock())
        async with aclosing(read), aclosing(ahead(read)) as pages:
            async for page in pages:
                run, cursor = await _save_page(job.store, run, cursor, page, job.clock())
                job.progress(run)
    except StoreError:
        # Either another run has taken over, or there is nowhere to write how it went.
        raise
    except (Exception, asyncio.CancelledError) as error:
        # An outer door: whatever ends a pull, `tesorio status` must say it.
        await _end(job, replace(run, outcome=Outcome.FAILED, ended_at=job.clock(), error=_reason(error)))
        raise
    outcome = Outcome.DEGRADED if run.quarantined else Outcome.OK
    return await _complete(job, replace(run, outcome=outcome, ended_at=job.clock(), error=None), cursor)


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "stopped before its end; the next run goes on from there"
    return str(error) if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"


async def _begin(job: _Job, stream: str) -> tuple[SyncRun, Cursor]:
    """The run as it stands (a restarted one goes on counting) and the cursor, from now on writable by us alone."""
    run_id, name = f"{job.order.run_id}/{stream}", job.source.name
    fresh = SyncRun(id=run_id, source=name, stream=stream, started_at=job.clock(), outcome=Outcome.RUNNING)
    async with job.store.write() as conn:
        is_new = await run_by_id(conn, run_id) is None
        # The cursor first, as in saving a page: on PostgreSQL two runs then wait for each other in one order only.
        cursor = await claim_cursor(conn, name, stream, run_id)
        if job.order.full and is_new:
            cursor = await forget_cursor(conn, cursor)
        return await start_run(conn, fresh), cursor


async def _save_page(store: Store, run: SyncRun, cursor: Cursor, page: Page, now: datetime) -> tuple[SyncRun, Cursor]:
    prepared = await prepared_records(page.records)
    async with store.write() as conn:
        # The fence first: a late writer is refused before it touches a row.
        moved = await advance_cursor(conn, cursor, value=page.cursor, covered_until=page.covered_until)
        counts = await upsert_prepared(conn, prepared, at=now)
        read = [record.source_id for record in page.records]
        await release_records(conn, run.source, run.stream, read)
        await quarantine_records(conn, _quarantined(run, page, now))
        saved = run.after_page(counts, broken=len(page.broken), expected=page.expected)
        await save_run(conn, saved)
        await _confirm_turn(conn, run, now)
    return saved, moved


async def _confirm_turn(conn: WriteConnection, run: SyncRun, now: datetime) -> None:
    holder = run.id.rpartition("/")[0]
    if await take_lease(conn, _lease(run.source), holder, now=now, lasting=LEASE_LASTS) is None:
        raise StaleWriterError


def _quarantined(run: SyncRun, page: Page, now: datetime) -> list[Quarantined]:
    return [
        Quarantined(source=run.source, stream=run.stream, source_id=broken.source_id, reason=broken.reason, seen_at=now)
        for broken in page.broken
    ]


async def _complete(job: _Job, run: SyncRun, cursor: Cursor) -> SyncRun:
    async with job.store.write() as conn:
        await complete_cursor(conn, cursor, at=job.clock())
        await save_run(conn, run)
    job.progress(run)
    return run


async def _end(job: _Job, run: SyncRun) -> SyncRun:
    async with job.store.write() as conn:
        await save_run(conn, run)
    job.progress(run)
    return run
