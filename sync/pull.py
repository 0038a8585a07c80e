"""Reading a source into the store, stream by stream.

A first load has two stages, so that people can work soon: every stream is read until it is covered, which is when all
that is open is in; then every stream is read to its end. A stream that fails leaves the others going, unless nothing
can be had from the source at all.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

from store.crm.switch import skipped_streams
from store.cursors import read_as_of
from store.db import ReadConnection, Store
from store.errors import StoreError
from store.facts import bind_fact, read_fact
from store.pulled import tombstone_records, touch_record, upsert_records
from store.quarantine import release_record
from store.records import record_id
from store.runs import Outcome, SyncRun, save_run
from sync.connector import Source
from sync.crm import after_stream, begin_crm
from sync.deleting import decide, followed, forget
from sync.email_fields import follow_definitions
from sync.errors import ReauthoriseError, RetryError, SourceError, StopError
from sync.job import Clock, Job, Progress, PullOrder
from sync.mending import mended
from sync.plan import DeletionRules
from sync.stream import Reading, begin, finish, read_on
from sync.tie_out import tie_out
from sync.turn import LEASE_LASTS, turn

__all__ = [
    "LEASE_LASTS",
    "Clock",
    "Progress",
    "PullOrder",
    "bind_account",
    "pull_source",
    "refresh_record",
    "refuse_other_account",
]

# The streams that a customer's card is made of, by the names that every connector gives them.
_ON_CARDS = ("contacts", "invoices", "payments", "deposit_applications", "credit_memos")
# So many streams in a row that get no answer at all are the source's trouble, not theirs.
_MOST_UNANSWERED = 2


async def pull_source(
    source: Source,
    store: Store,
    order: PullOrder,
    *,
    clock: Clock,
    progress: Progress = lambda _run: None,
    deletions: DeletionRules = DeletionRules(),  # noqa: B008 - frozen
) -> tuple[SyncRun, ...]:
    """Pull the ordered streams (all, by default) in the source's order; say how each ended.

    Raises TakenError while another run reads this source, StopError when the source is another account than the one
    this installation is bound to, or has lost more records than `deletions` lets go; the first SourceError that a
    stream ended with, after the others were read; StaleWriterError when another run took over, and any other
    StoreError. What each stream ended with, its run says.
    """
    job = Job(source=source, store=store, order=order, clock=clock, progress=progress, deletions=deletions)
    async with turn(job):
        await bind_account(source, store)
        await begin_crm(job)
        pulled = _Pull(job, await _streams(job))
        runs = await pulled.all_streams()
        await tie_out(store, source.name, now=clock(), streams=source.streams)
        if pulled.failures:
            raise pulled.failures[0]
        return runs


async def refresh_record(source: Source, store: Store, kind: str, source_id: str, *, clock: Clock) -> bool:
    """Read one record anew, with what its card shows, and save it.

    False when the source has it no more: what we know of it stays, as a tombstone. Raises SourceError.
    """
    await bind_account(source, store)
    async with store.read() as conn:
        since = await _covered_until(conn, source)
    asked_at, known = clock(), record_id(source.name, kind, source_id)
    records = await source.fetch(kind, source_id, since=since)
    async with store.write() as conn:
        if records:
            await upsert_records(conn, records, at=asked_at)
            await release_record(conn, source.name, kind, source_id)
        else:
            await tombstone_records(conn, kind, [known], at=asked_at)
        await touch_record(conn, kind, known, at=asked_at)
    return bool(records)


async def _streams(job: Job) -> tuple[str, ...]:
    """What is to be read of what was ordered."""
    async with job.store.read() as conn:
        skipped = await skipped_streams(conn, job.source.name)
    return tuple(stream for stream in job.order.of(job.source) if stream not in skipped)


async def _covered_until(conn: ReadConnection, source: Source) -> datetime | None:
    """Up to when all that a card is made of has been read; None while one of these streams lacks open items."""
    read = [await read_as_of(conn, source.name, stream) for stream in _ON_CARDS if stream in source.streams]
    known = [instant for instant in read if instant is not None]
    return min(known, default=None) if len(known) == len(read) else None


async def bind_account(source: Source, store: Store) -> None:
    """Remember the first account of this system that we meet, and refuse any other. Raises StopError."""
    if not await refuse_other_account(source, store):
        async with store.write() as conn:
            await bind_fact(conn, _account_fact(source), await source.account())
        # Of two that bind at once, one was too late.
        await refuse_other_account(source, store)


async def refuse_other_account(source: Source, store: Store) -> bool:
    """Whether the store is bound to an account yet, which must be this source's. Raises StopError when it is not."""
    account = await source.account()
    async with store.read() as conn:
        bound = await read_fact(conn, _account_fact(source))
    if bound is not None and bound != account:
        raise StopError(f"this store holds the data of {source.name} account {bound}, not of {account}")
    return bound is not None


def _account_fact(source: Source) -> str:
    return f"{source.name}.account"


class _Pull:
    """The streams of one pull: those that are being read, those that have ended, and what went wrong."""

    def __init__(self, job: Job, streams: tuple[str, ...]) -> None:
        self._job = job
        self._streams = streams
        self._open: dict[str, Reading] = {}
        self._ended: dict[str, SyncRun] = {}
        self.failures: list[Exception] = []
        self._unanswered = 0

    async def all_streams(self) -> tuple[SyncRun, ...]:
        streams = self._streams
        try:
            for stream in streams:
                if not await self._is_covered(stream):
                    await self._stream(stream, to_the_end=False)
            for stream in streams:
                if stream not in self._ended:
                    await self._stream(stream, to_the_end=True)
        except StoreError:
            # Either another run has taken over, or there is nowhere to write how it went.
            raise
        except (Exception, asyncio.CancelledError) as error:
            # An outer door: whatever ends a pull, `tesorio status` must say it of every stream that it left.
            for reading in self._open.values():
                await self._fail(reading, error)
            raise
        return tuple(self._ended[stream] for stream in streams)

    async def _is_covered(self, stream: str) -> bool:
        async with self._job.store.read() as conn:
            return await read_as_of(conn, self._job.source.name, stream) is not None

    async def _stream(self, stream: str, *, to_the_end: bool) -> None:
        if stream not in self._open:
            await self._begin(stream)
        if stream in self._ended:
            return
        try:
            await self._read(stream, to_the_end=to_the_end)
            self._unanswered = 0
        except (StoreError, ReauthoriseError):
            raise
        except Exception as error:
            # An outer door too: the other streams are no part of this.
            self._unanswered = self._unanswered + 1 if isinstance(error, RetryError) else 0
            if self._unanswered >= _MOST_UNANSWERED:
                raise
            self._ended[stream] = await self._fail(self._open.pop(stream), error)
            self.failures.append(error)

    async def _begin(self, stream: str) -> None:
        reading = await begin(self._job, stream)
        if reading.has_ended:
            self._ended[stream] = reading.run
            return
        self._keep(stream, reading)

    async def _read(self, stream: str, *, to_the_end: bool) -> None:
        async for reading in read_on(self._job, self._open[stream], to_the_end=to_the_end):
            self._unanswered = 0
            self._keep(stream, reading)
        if to_the_end or not self._open[stream].is_covered:
            await self._finish(stream)

    async def _finish(self, stream: str) -> None:
        stop = None
        async for after in mended(self._job, self._open[stream].run):
            self._keep(stream, replace(self._open[stream], run=after.run))
            stop = stop or after.stop
        decision = await decide(self._job, stream)
        async for run in followed(self._job, self._open[stream].run, decision):
            self._keep(stream, replace(self._open[stream], run=run))
        stop = await follow_definitions(self._job, stream) or stop
        decision = replace(decision, stop=decision.stop or stop)
        await forget(self._job, decision)
        await after_stream(self._job, stream)
        self._ended[stream] = await finish(self._job, self._open[stream], decision)
        del self._open[stream]
        self._job.progress(self._ended[stream])
        self.failures += [decision.stop] if decision.stop else []

    def _keep(self, stream: str, reading: Reading) -> None:
        self._open[stream] = reading
        self._job.progress(reading.run)

    async def _fail(self, reading: Reading, error: BaseException) -> SyncRun:
        run = replace(reading.run, outcome=Outcome.FAILED, ended_at=self._job.clock(), error=_reason(error))
        async with self._job.store.write() as conn:
            await save_run(conn, run)
        self._job.progress(run)
        return run


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "stopped before its end; the next run goes on from there"
    return str(error) if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
