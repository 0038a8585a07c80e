"""A pull without effect: what a source would bring now, compared with the store. Nothing is written anywhere."""

from contextlib import aclosing
from dataclasses import replace

from store.cursors import read_cursor
from store.db import Store
from store.pulled import compare_records
from store.runs import Outcome, SyncRun
from sync.ahead import ahead
from sync.connector import Page, Source
from sync.job import Clock, Progress, PullOrder


async def preview_source(
    source: Source, store: Store, order: PullOrder, *, clock: Clock, progress: Progress = lambda _run: None
) -> tuple[SyncRun, ...]:
    """What `sync.pull.pull_source` would do for the same order. Raises SourceError."""
    return tuple([await _preview_stream(source, stream, store, order, clock, progress) for stream in order.of(source)])


async def _preview_stream(  # noqa: PLR0917 - the parts of one job, as the caller has them
    source: Source, stream: str, store: Store, order: PullOrder, clock: Clock, progress: Progress
) -> SyncRun:
    run = SyncRun(
        id=f"{order.run_id}/{stream}", source=source.name, stream=stream, started_at=clock(), outcome=Outcome.RUNNING
    )
    async with store.read() as conn:
        cursor = await read_cursor(conn, source.name, stream)
    start = "" if order.full or cursor is None else cursor.value
    read = source.pages(stream, start, now=clock())
    async with aclosing(read), aclosing(ahead(read)) as pages:
        async for page in pages:
            run = await _counted(store, run, page)
            progress(run)
    return replace(run, outcome=Outcome.DEGRADED if run.quarantined else Outcome.OK, ended_at=clock())


async def _counted(store: Store, run: SyncRun, page: Page) -> SyncRun:
    async with store.read() as conn:
        counts = await compare_records(conn, page.records)
    return run.after_page(counts, broken=len(page.broken), expected=page.expected)
