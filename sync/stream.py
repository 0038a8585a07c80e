"""Reading one stream: rows, change rows, deletions and cursor of a page in one transaction."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from store.cursors import Cursor, advance_cursor, claim_cursor, complete_cursor, forget_cursor
from store.custom_fields import CustomField
from store.known_fields import mark_followed, mark_told
from store.pulled import prepared_records, upsert_prepared
from store.quarantine import (
    Quarantined,
    count_quarantined,
    quarantine_records,
    release_found_before,
    release_records,
)
from store.runs import Outcome, SyncRun, run_by_id, save_run, start_run
from sync.ahead import ahead
from sync.connector import NO_ID, Page
from sync.deleting import Decision, gather, make_room
from sync.errors import StopError
from sync.job import Job
from sync.tie_out import note_balances
from sync.turn import confirm_turn

_DEFINITION = "custom_field"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How far a stream is: its run, and the cursor that this run alone may move.

    What is read is what there is at `now`: a second stage asks for nothing newer than the first.
    """

    run: SyncRun
    cursor: Cursor
    now: datetime

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing left to do in this run."""
        return self.run.outcome in {Outcome.OK, Outcome.DEGRADED}

    @property
    def is_covered(self) -> bool:
        """Whether people can work with what is in the store: all that is open has been read."""
        return self.cursor.covered_until is not None


async def begin(job: Job, stream: str) -> Reading:
    """The run as it stands (a restarted one goes on counting) and the cursor, from now on writable by us alone."""
    run_id, name = f"{job.order.run_id}/{stream}", job.source.name
    now = job.clock()
    fresh = SyncRun(id=run_id, source=name, stream=stream, started_at=now, outcome=Outcome.RUNNING)
    async with job.store.write() as conn:
        is_new = await run_by_id(conn, run_id) is None
        # The cursor first, as in saving a page: on PostgreSQL two runs then wait for each other in one order only.
        cursor = await claim_cursor(conn, name, stream, run_id)
        if job.order.full and is_new:
            cursor = await forget_cursor(conn, cursor)
        return Reading(run=await start_run(conn, fresh), cursor=cursor, now=now)


async def read_on(job: Job, reading: Reading, *, to_the_end: bool) -> AsyncGenerator[Reading, None]:
    """Read and save page after page, until all is read; without `to_the_end` only until the stream is covered."""
    read = job.source.pages(reading.run.stream, reading.cursor.value, now=reading.now)
    coming = ahead(read, lambda page: to_the_end or page.covered_until is None)
    async with aclosing(read), aclosing(coming) as pages:
        async for page in pages:
            reading = await _save_page(job, reading, page)
            yield reading


async def _save_page(job: Job, reading: Reading, page: Page) -> Reading:
    prepared = await prepared_records(page.records)
    run, now = reading.run, job.clock()
    await make_room(job, run, page, now=reading.now)
    async with job.store.write() as conn:
        # The fence first: a late writer is refused before it touches a row.
        moved = await advance_cursor(conn, reading.cursor, value=page.cursor, covered_until=page.covered_until)
        counts = await upsert_prepared(conn, prepared, at=now)
        await release_records(conn, run.source, run.stream, [record.source_id for record in page.records])
        await quarantine_records(conn, _quarantined(run, page, now))
        await gather(conn, run, page, now=reading.now)
        await note_balances(conn, run, page, now=reading.now)
        if _tells_of_fields(page):
            await mark_told(conn, run.source, run.stream)
        saved = run.after_page(counts, broken=len(page.broken), expected=page.expected, skipped=page.skipped)
        await save_run(conn, saved)
        await confirm_turn(conn, job, now)
    return replace(reading, run=saved, cursor=moved)


def _tells_of_fields(page: Page) -> bool:
    """Whether the page tells of custom fields: some, or that there are none any more."""
    is_listed = page.listing is not None and page.listing.kind == _DEFINITION
    return is_listed or any(isinstance(record, CustomField) for record in page.records)


def _quarantined(run: SyncRun, page: Page, now: datetime) -> list[Quarantined]:
    return [
        Quarantined(
            source=run.source,
            stream=run.stream,
            source_id=broken.source_id,
            reason=broken.reason,
            seen_at=now,
            kind=broken.kind,
            payload_hash=broken.payload_hash,
        )
        for broken in page.broken
    ]


async def finish(job: Job, reading: Reading, decision: Decision) -> SyncRun:
    """The run of a stream that was read to its end, and of which all that could be followed was."""
    run, now = reading.run, job.clock()
    async with job.store.write() as conn:
        await complete_cursor(conn, reading.cursor, at=now)
        await mark_followed(conn, run.source, run.stream)
        await release_found_before(conn, run.source, run.stream, NO_ID, before=run.started_at)
        held = await count_quarantined(conn, run.source, run.stream)
        told = str(decision.stop) if decision.stop else None
        ended = replace(run, ended_at=now, quarantined=held, outcome=_outcome(held, decision.stop), error=told)
        await save_run(conn, ended)
        await confirm_turn(conn, job, now)
    return ended


def _outcome(held: int, stop: StopError | None) -> Outcome:
    if stop is not None:
        return Outcome.STOPPED
    return Outcome.DEGRADED if held else Outcome.OK
