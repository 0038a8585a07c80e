"""A pull without effect: what a source would bring now, compared with the store. Nothing is written there.

What would be deleted is gathered in a file that goes away.
"""

from contextlib import aclosing
from dataclasses import dataclass, field, replace

from store.crm.switch import skipped_streams
from store.cursors import read_cursor
from store.db import ReadConnection, Store
from store.deletions import (
    Gathered,
    gathered,
    gone_ids,
    listed_ids,
    listings,
    living_page,
    mentioned,
)
from store.examples import Example, examples_of
from store.field_contacts import field_contacts_of
from store.pulled import compare_records
from store.runs import Outcome, SyncRun
from store.scratch import scratch_store, unseen
from store.upsert import Counts
from sync.ahead import ahead
from sync.connector import Crm, Page, Source
from sync.crm import wanted_rules
from sync.deleting import gather, question, weighed
from sync.job import Clock, Job, Progress, PullOrder
from sync.plan import Absence, DeletionRules, Step, is_absent, step_for
from sync.pull import refuse_other_account

# Of each stream.
MOST_EXAMPLES = 5
_LIVING_AT_ONCE = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a stream's run would be, a few of its changes, and what it would ask a person first, in sentences.

    `contacts` counts what would be made besides of e-mail addresses in fields of its records, by the definitions that
    are known already.
    """

    run: SyncRun
    examples: tuple[Example, ...] = ()
    contacts: Counts = field(default_factory=Counts)
    questions: tuple[str, ...] = ()


async def preview_source(
    source: Source,
    store: Store,
    order: PullOrder,
    *,
    clock: Clock,
    progress: Progress = lambda _run: None,
    deletions: DeletionRules = DeletionRules(),  # noqa: B008 - frozen
) -> tuple[Preview, ...]:
    """What `sync.pull.pull_source` would do for the same order. Raises SourceError."""
    job = Job(source=source, store=store, order=order, clock=clock, progress=progress, deletions=deletions)
    await refuse_other_account(source, store)
    async with store.read() as conn:
        skipped = await skipped_streams(conn, source.name)
        if isinstance(source, Crm):
            source.match_on((await wanted_rules(conn, source.name, source)).account_field)
    return tuple([await _previewed(job, stream) for stream in order.of(source) if stream not in skipped])


async def _previewed(job: Job, stream: str) -> Preview:
    run_id, now = f"{job.order.run_id}/{stream}", job.clock()
    run = SyncRun(id=run_id, source=job.source.name, stream=stream, started_at=now, outcome=Outcome.RUNNING)
    found = Preview(run=run)
    async with scratch_store(gone_ids, listed_ids, listings) as scratch:
        read = job.source.pages(stream, await _start(job, stream), now=now)
        async with aclosing(read), aclosing(ahead(read)) as pages:
            async for page in pages:
                async with scratch.write() as conn:
                    new = await unseen(conn, [record.id for record in page.records])
                    await gather(conn, run, page, now=now)
                found = await _counted(job, found, page, new)
                job.progress(found.run)
        found = await _with_deletions(job, found, scratch)
    outcome = Outcome.DEGRADED if found.run.quarantined else Outcome.OK
    return replace(found, run=replace(found.run, outcome=outcome, ended_at=job.clock()))


async def _start(job: Job, stream: str) -> str:
    async with job.store.read() as conn:
        cursor = await read_cursor(conn, job.source.name, stream)
    return "" if job.order.full or cursor is None else cursor.value


async def _counted(job: Job, found: Preview, page: Page, new: frozenset[str]) -> Preview:
    """With a page of which these records are met for the first time: what is open comes again with all the others."""
    records = [record for record in page.records if record.id in new]
    async with job.store.read() as conn:
        counts = await compare_records(conn, records)
        made = await field_contacts_of(conn, records)
        contacts = await compare_records(conn, made)
        wanted = MOST_EXAMPLES - len(found.examples)
        examples = await examples_of(conn, records, most=wanted) if wanted and counts.changes else ()
    counts += Counts(unchanged=len(page.records) - len(records))
    run = found.run.after_page(counts, broken=len(page.broken), expected=page.expected, skipped=page.skipped)
    return replace(found, run=run, examples=(*found.examples, *examples), contacts=found.contacts + contacts)


async def _with_deletions(job: Job, found: Preview, scratch: Store) -> Preview:
    """With what this reading gathered, or what an earlier one did and was not applied."""
    async with scratch.read() as new, job.store.read() as conn:
        fresh = await gathered(new, found.run.source, found.run.stream)
        kinds = {(of.kind, of.since is None) for of in fresh}
        old = await gathered(conn, found.run.source, found.run.stream)
        known = [(of, await _absence(conn, new, of)) for of in fresh]
        known += [(of, await weighed(conn, of)) for of in old if (of.kind, of.since is None) not in kinds]
    for of, absence in known:
        step = step_for(absence, job.deletions, accepted=job.order.accept_deletions)
        if step is Step.ASK:
            found = replace(found, questions=(*found.questions, question(job, of, absence)))
        found = replace(found, run=found.run.with_deleted(absence.absent))
    return found


async def _absence(conn: ReadConnection, scratch: ReadConnection, of: Gathered) -> Absence:
    """The same of what lies in two databases."""
    living = absent = 0
    after = None
    while rows := await living_page(conn, of, after=after, limit=_LIVING_AT_ONCE):
        known = await mentioned(scratch, of, [row["source_id"] for row in rows])
        living += len(rows)
        absent += sum(is_absent(row, known, since=of.since) for row in rows)
        after = rows[-1]["id"]
    return Absence(living=living, absent=absent, listed=of.listed, only_open=of.only_open)
