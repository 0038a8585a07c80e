"""Asking again for records that could not be read, by their ids, a few in each run."""

from collections.abc import AsyncGenerator
from datetime import datetime

import structlog

from store.db import WriteConnection
from store.pulled import Record, prepared_records, tombstone_records, upsert_prepared
from store.quarantine import Quarantined, mark_tried, release_records, untried
from store.runs import SyncRun, save_run
from sync.errors import NotPermittedError, RejectedError
from sync.job import Job
from sync.turn import confirm_turn

# So that thousands of them do not hold a run up; the others have their turn in the next ones.
MOST_IN_A_RUN = 50
_log = structlog.get_logger(__name__)


async def mended(job: Job, run: SyncRun) -> AsyncGenerator[SyncRun, None]:
    """Ask again for what waited longest: the run after each that can be read now, or is no more.

    Raises SourceError when the source is not there.
    """
    async with job.store.read() as conn:
        held = await untried(conn, run.source, run.stream, before=run.started_at, limit=MOST_IN_A_RUN)
    for one in held:
        try:
            records = await job.source.fetch(one.kind, one.source_id, since=job.clock())
        except RejectedError:
            await _still_held(job, one)
        except NotPermittedError as error:
            _log.info("quarantine.not_permitted", source=run.source, stream=run.stream, reason=str(error))
            return
        else:
            run = await _released(job, run, one, records)
            yield run


async def _still_held(job: Job, held: Quarantined) -> None:
    async with job.store.write() as conn:
        await mark_tried(conn, held, at=job.clock())


async def _released(job: Job, run: SyncRun, held: Quarantined, records: tuple[Record, ...]) -> SyncRun:
    prepared, now = await prepared_records(records), job.clock()
    async with job.store.write() as conn:
        await confirm_turn(conn, job, now)
        await release_records(conn, held.source, held.stream, [held.source_id])
        if records:
            saved = run.with_counts(await upsert_prepared(conn, prepared, at=now))
        else:
            saved = run.with_deleted(await _bury(conn, held, now))
        await save_run(conn, saved)
    return saved


async def _bury(conn: WriteConnection, held: Quarantined, now: datetime) -> int:
    return await tombstone_records(conn, held.kind, [held.record_id], at=now)
