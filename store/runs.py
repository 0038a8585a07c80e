"""Sync runs: what `tesorio status` tells about the sources."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Column, Index, Integer, RowMapping, String, Table, Text, func, insert, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import Counts


class Outcome(StrEnum):
    """How a run stands or ended.

    Degraded: it ended, but some records could not be read. Stopped: it ended, but what it would delete waits for a
    person's word.
    """

    RUNNING = "running"
    OK = "ok"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncRun:
    """One run of one stream, with counts in records. `error` is a sentence for people, never a traceback.

    `quarantined` counts what this run could not read; once it has ended, all of the stream that nobody could read yet.
    `skipped` counts what was read and is none of ours, such as notes about vendors.
    """

    id: str
    source: str
    stream: str
    started_at: datetime
    outcome: Outcome
    ended_at: datetime | None = None
    pages: int = 0
    expected: int | None = None
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    deleted: int = 0
    skipped: int = 0
    error: str | None = None

    def after_page(self, counts: Counts, *, broken: int, expected: int | None, skipped: int = 0) -> Self:
        """The run after one more page, of which `broken` records could not be read and `skipped` are none of ours."""
        expected = self.expected if expected is None else expected
        counted = self.with_counts(counts)
        return replace(
            counted,
            pages=self.pages + 1,
            expected=expected,
            quarantined=self.quarantined + broken,
            skipped=self.skipped + skipped,
        )

    def with_counts(self, counts: Counts) -> Self:
        """The run after so many more records."""
        return replace(
            self,
            inserted=self.inserted + counts.inserted,
            changed=self.changed + counts.changed,
            unchanged=self.unchanged + counts.unchanged,
        )

    def with_deleted(self, deleted: int) -> Self:
        """The run after so many records were found to be no more."""
        return replace(self, deleted=self.deleted + deleted)


sync_runs = Table(
    "sync_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("expected", Integer),
    Column("inserted", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("deleted", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Index("ix_sync_runs_source_stream_started_at", "source", "stream", "started_at"),
)


async def start_run(conn: WriteConnection, run: SyncRun) -> SyncRun:
    """The run as it goes on from here: a run that broke off or failed is taken up where it was, one that ended stays.

    Other runs of the stream that never told their end are closed: from here on they can write no more.
    """
    await _close_abandoned(conn, run)
    known = await run_by_id(conn, run.id)
    if known is None:
        await conn.execute(insert(sync_runs).values(_values(run)))
        return run
    if known.outcome in {Outcome.FAILED, Outcome.STOPPED}:
        known = replace(known, outcome=Outcome.RUNNING, ended_at=None, error=None)
        await save_run(conn, known)
    return known


async def save_run(conn: WriteConnection, run: SyncRun) -> None:
    """Record how far a run is, or how it ended."""
    await conn.execute(update(sync_runs).where(sync_runs.c.id == run.id).values(_values(run)))


async def run_by_id(conn: ReadConnection, run_id: str) -> SyncRun | None:
    """One run; None when it never began."""
    row = (await conn.execute(select(sync_runs).where(sync_runs.c.id == run_id))).mappings().first()
    return _run(row) if row else None


async def latest_runs(conn: ReadConnection) -> tuple[SyncRun, ...]:
    """The newest run of every stream, by source and stream."""
    c = sync_runs.c
    place = func.row_number().over(partition_by=(c.source, c.stream), order_by=(c.started_at.desc(), c.id.desc()))
    ranked = select(c.id, place.label("place")).subquery()
    query = select(sync_runs).join(ranked, (c.id == ranked.c.id) & (ranked.c.place == 1)).order_by(c.source, c.stream)
    return tuple(_run(row) for row in (await conn.execute(query)).mappings())


async def first_read_at(conn: ReadConnection, source: str, stream: str) -> datetime | None:
    """When a stream had been read to its end for the first time; None before."""
    c = sync_runs.c
    whole = c.outcome.in_((Outcome.OK.value, Outcome.DEGRADED.value))
    query = select(func.min(c.ended_at)).where(c.source == source, c.stream == stream, whole)
    found: datetime | None = (await conn.execute(query)).scalar_one()
    return found


async def _close_abandoned(conn: WriteConnection, run: SyncRun) -> None:
    c = sync_runs.c
    end = {"outcome": Outcome.FAILED.value, "ended_at": run.started_at, "error": "broke off; a later run went on"}
    await conn.execute(
        update(sync_runs)
        .where(c.source == run.source, c.stream == run.stream, c.outcome == Outcome.RUNNING.value, c.id != run.id)
        .values(end)
    )


def _values(run: SyncRun) -> dict[str, Any]:
    return asdict(run) | {"outcome": run.outcome.value}


def _run(row: RowMapping) -> SyncRun:
    values = {name: row[name] for name in SyncRun.__dataclass_fields__ if name != "outcome"}
    return SyncRun(outcome=Outcome(row["outcome"]), **values)
