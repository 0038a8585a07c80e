"""Asking again for records that could not be read, by their ids, a few in each run."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import structlog

from store.deletions import Gathered, count_living
from store.pulled import Record, prepared_records, tombstone_records, upsert_prepared
from store.quarantine import Quarantined, mark_tried, release_records, untried
from store.runs import SyncRun, save_run
from sync.deleting import question
from sync.errors import NotPermittedError, RejectedError, StopError
from sync.job import Job
from sync.plan import Absence, Step, step_for
from sync.turn import confirm_turn

# So that thousands of them do not hold a run up; the others have their turn in the next ones.
MOST_IN_A_RUN = 50
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """The run as it stands, and what a person has to decide first of records that are no more."""

    run: SyncRun
    stop: StopError | None = None


async def mended(job: Job, run: SyncRun) -> AsyncGenerator[Mended, None]:
    """Ask again for what waited longest: the run after each that can be read now, and after those that are no more.

    These are weighed like all deletions: when they are too many, they stay until a person has accepted it. Raises
    SourceError when the source is not there.
    """
    async with job.store.read() as conn:
        held = await untried(conn, run.source, run.stream, before=run.started_at, limit=MOST_IN_A_RUN)
    absent: list[Quarantined] = []
    for one in held:
        try:
            records = await job.source.fetch(one.kind, one.source_id, since=job.clock())
        except RejectedError:
            await _still_held(job, one)
        except NotPermittedError as error:
            _log.info("quarantine.not_permitted", source=run.source, stream=run.stream, reason=str(error))
            await _still_held(job, one)
            break
        else:
            if not records:
                absent.append(one)
                continue
            run = await _released(job, run, one, records)
            yield Mended(run=run)
    for kind in sorted({one.kind for one in absent}):
        after = await _without(job, run, kind, [one for one in absent if one.kind == kind])
        run = after.run
        yield after


async def _still_held(job: Job, held: Quarantined) -> None:
    async with job.store.write() as conn:
        await mark_tried(conn, held, at=job.clock())


async def _released(job: Job, run: SyncRun, held: Quarantined, records: tuple[Record, ...]) -> SyncRun:
    prepared, now = await prepared_records(records), job.clock()
    async with job.store.write() as conn:
        await confirm_turn(conn, job, now)
        await release_records(conn, held.source, held.stream, [held.source_id])
        saved = run.with_counts(await upsert_prepared(conn, prepared, at=now))
        await save_run(conn, saved)
    return saved


async def _without(job: Job, run: SyncRun, kind: str, absent: Sequence[Quarantined]) -> Mended:
    of, ids = Gathered(source=run.source, stream=run.stream, kind=kind), [one.record_id for one in absent]
    async with job.store.read() as conn:
        lost = Absence(living=await count_living(conn, of), absent=await count_living(conn, of, among=ids))
    if step_for(lost, job.deletions, accepted=job.order.accept_deletions) is Step.ASK:
        return Mended(run=run, stop=StopError(question(job, of, lost)))
    now = job.clock()
    async with job.store.write() as conn:
        await confirm_turn(conn, job, now)
        await release_records(conn, run.source, run.stream, [one.source_id for one in absent])
        saved = run.with_deleted(await tombstone_records(conn, kind, ids, at=now))
        await save_run(conn, saved)
    return Mended(run=saved)
