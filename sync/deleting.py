"""Following deletions: gathered with every page, weighed and applied when the stream was read to its end."""

from datetime import datetime

from store.db import WriteConnection
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
from store.runs import SyncRun
from store.settling import settle_invoices
from sync.connector import Listing, Page
from sync.errors import StopError
from sync.job import Job
from sync.plan import Absence, Step, step_for

_CHUNK = 500


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


async def follow(conn: WriteConnection, job: Job, stream: str, *, at: datetime) -> tuple[int, StopError | None]:
    """Apply what the stream has gathered, kind by kind: how many records went, and what a person has to decide first.

    A kind that has to wait stays gathered; a later list of the source takes its place.
    """
    deleted, stop = 0, None
    for of in await gathered(conn, job.source.name, stream):
        found = Absence(
            living=await count_living(conn, of),
            absent=await count_absent(conn, of),
            listed=of.listed,
            only_open=of.only_open,
        )
        step = step_for(found, job.deletions, accepted=job.order.accept_deletions)
        if step is Step.ASK:
            stop = stop or StopError(question(job, of, found))
            continue
        if step is not Step.KEEP:
            deleted += await _apply(conn, of, step, at)
        await forget_gathered(conn, of)
    return deleted, stop


async def _apply(conn: WriteConnection, of: Gathered, step: Step, at: datetime) -> int:
    after: RecordId | None = None
    done = 0
    while ids := await absent_ids(conn, of, after=after, limit=_CHUNK):
        if step is Step.CLOSE:
            done += await settle_invoices(conn, ids, at=at)
        else:
            done += await tombstone_records(conn, of.kind, ids, at=at)
        after = ids[-1]
    return done


def question(job: Job, of: Gathered, found: Absence) -> str:
    """What a person has to decide about a kind of record, in words."""
    kinds, title = f"{of.kind.replace('_', ' ')}s", job.source.title
    lost = f"{title} lists no {kinds} any more" if of.listed == 0 else f"{title} has many {kinds} no more"
    what = "would be taken for paid" if of.only_open else "would be marked as deleted"
    return (
        f"{lost}: {found.absent:,} of {found.living:,} {what}. See whether they are gone, or our role has lost its "
        f"rights; if they are gone: `tesorio sync {job.source.name} --stream {of.stream} --accept-deletions`"
    )
