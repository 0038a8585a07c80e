"""Following deletions: gathered with every page, weighed and applied when the stream was read to its end."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.db import ReadConnection, WriteConnection
from store.deletions import (
    Gathered,
    absent_ids,
    add_gone,
    add_listed,
    begin_listing,
    count_absent,
    count_living,
    end_listing,
    forget_gathered,
    gathered,
)
from store.pulled import tombstone_records
from store.records import RecordId
from store.runs import SyncRun, save_run
from store.settling import settle_invoices
from sync.connector import Listing, Page
from sync.errors import StopError
from sync.job import Job
from sync.plan import Absence, Step, step_for
from sync.turn import confirm_turn

_CHUNK = 500
# Ids that are forgotten in one transaction.
_IDS_AT_ONCE = 5000


async def gather(conn: WriteConnection, run: SyncRun, page: Page, *, now: datetime) -> None:
    """Keep what a page says of deletions, in its transaction. `now` is when the reading began."""
    gone = [(one.kind, one.source_id, one.at or now) for one in page.gone]
    await add_gone(conn, run.source, run.stream, gone)
    if page.listing is not None:
        await _gather_listing(conn, run, page.listing, now)


async def _gather_listing(conn: WriteConnection, run: SyncRun, part: Listing, now: datetime) -> None:
    of = (run.source, run.stream, part.kind)
    if part.is_first:
        await begin_listing(conn, *of, since=now, only_open=part.only_open)
    await add_listed(conn, *of, part.source_ids)
    if part.is_last:
        await end_listing(conn, *of)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of what a stream gathered, kind by kind, and what a person has to decide first.

    A kind that has to wait stays gathered; a later list of the source takes its place.
    """

    steps: tuple[tuple[Gathered, Step], ...]
    stop: StopError | None


async def decide(job: Job, stream: str) -> Decision:
    """Weigh what the stream has gathered. Nothing is written."""
    steps, stop = [], None
    async with job.store.read() as conn:
        for of in await gathered(conn, job.source.name, stream):
            found = await weighed(conn, of)
            step = step_for(found, job.deletions, accepted=job.order.accept_deletions)
            if step is Step.ASK:
                stop = stop or StopError(question(job, of, found))
            else:
                steps.append((of, step))
    return Decision(steps=tuple(steps), stop=stop)


async def weighed(conn: ReadConnection, of: Gathered) -> Absence:
    """How much of a kind is no more."""
    living, absent = await count_living(conn, of), await count_absent(conn, of)
    return Absence(living=living, absent=absent, listed=of.listed, only_open=of.only_open)


async def followed(job: Job, run: SyncRun, decision: Decision) -> AsyncGenerator[SyncRun, None]:
    """Act: the run after each few records, in transactions of their own so that nobody waits long for their turn.

    Killed in the middle, the next run finds the rest still gathered.
    """
    for of, step in decision.steps:
        after: RecordId | None = None
        while step is not Step.KEEP and (ids := await _next(job, of, after)):
            now = job.clock()
            async with job.store.write() as conn:
                await confirm_turn(conn, job, now)
                run = run.with_deleted(await _apply(conn, of, step, ids, now))
                await save_run(conn, run)
            yield run
            after = ids[-1]


async def forget(job: Job, decision: Decision) -> None:
    """What was followed is not gathered any more."""
    for of, _ in decision.steps:
        await _forget(job, of)


async def make_room(job: Job, run: SyncRun, page: Page, *, now: datetime) -> None:
    """Forget the list whose place that of the page takes: with a million ids that is longer than others can wait."""
    if page.listing is not None and page.listing.is_first:
        await _forget(job, Gathered(source=run.source, stream=run.stream, kind=page.listing.kind, since=now))


async def _forget(job: Job, of: Gathered) -> None:
    is_more = True
    while is_more:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            is_more = await forget_gathered(conn, of, limit=_IDS_AT_ONCE)


async def _next(job: Job, of: Gathered, after: RecordId | None) -> tuple[RecordId, ...]:
    async with job.store.read() as conn:
        return await absent_ids(conn, of, after=after, limit=_CHUNK)


async def _apply(conn: WriteConnection, of: Gathered, step: Step, ids: Sequence[RecordId], at: datetime) -> int:
    if step is Step.CLOSE:
        return await settle_invoices(conn, ids, at=at)
    return await tombstone_records(conn, of.kind, ids, at=at)


def question(job: Job, of: Gathered, found: Absence) -> str:
    """What a person has to decide about a kind of record, in words."""
    kinds, title = f"{of.kind.replace('_', ' ')}s", job.source.title
    lost = f"{title} lists no {kinds} any more" if of.listed == 0 else f"{title} has many {kinds} no more"
    what = "would be taken for paid" if of.only_open else "would be marked as deleted"
    return (
        f"{lost}: {found.absent:,} of {found.living:,} {what}. See whether they are gone, or our role has lost its "
        f"rights; if they are gone: `tesorio sync {job.source.name} --stream {of.stream} --accept-deletions`"
    )
