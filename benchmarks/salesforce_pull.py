"""Pulling a large Salesforce organisation into a store, in bulk and in pages, against the same requests thrown away.

A pull fetches over loopback, takes rows apart, checks and maps them, matches accounts with customers and writes them to
SQLite with their change rows. Then it is done again, all of it, when nothing has changed. Its most memory is compared
with what an organisation of a tenth takes.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.organisation import Organisation, Request, organisation, repeat
from benchmarks.processes import Line, other_process, peak_megabytes
from benchmarks.receivables import batches
from benchmarks.result import Arguments, Result
from bot.root.assistant import utc_now
from store.customers import Customer
from store.db import Store, sqlite_url
from store.migrate import upgrade
from store.pulled import upsert_records
from store.records import record_id
from store.runs import SyncRun
from sync.connectors.salesforce import SalesforceSettings, SalesforceSource
from sync.pull import PullOrder, pull_source

_ACCOUNTS = 100_000
_TIMES = 10
_LEAST = 40
_GOAL, _MEMORY_GOAL = 0.1, 1.15
_RULES = {"account_field": "ERP_Customer_Id__c", "contacts": True, "bulk_poll_seconds": 0.05}
# From how many rows on it goes in bulk: always, or never.
_WAYS = {"bulk": 0, "pages": 10**9}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pull:
    """What one process did; `written_again` is how many rows the second pull wrote."""

    records: int
    seconds: float
    again_seconds: float
    written_again: int
    peak_mb: float


def run(arguments: Arguments) -> Result:
    """Pull `size` accounts with their contacts and notes, and before that a tenth as many."""
    return asyncio.run(_run(arguments.size or _ACCOUNTS))


async def _run(accounts: int) -> Result:
    async with organisation(max(_LEAST, accounts // _TIMES)) as small:
        peaks = {way: (await _pulled(small, way)).peak_mb for way in _WAYS}
    figures: dict[str, float] = {}
    async with organisation(accounts) as large:
        for way in _WAYS:
            await large.sent()
            pull = await _pulled(large, way)
            figures |= _figures(way, pull, await _repeated(large, await large.sent()), peaks[way])
    ratio = min(figures[f"{way}_ratio"] for way in _WAYS)
    growth = max(figures[f"{way}_memory_ratio"] for way in _WAYS)
    written = sum(figures[f"{way}_written_again"] for way in _WAYS)
    return Result(
        name="salesforce_pull",
        figures=figures,
        ratio=round(ratio, 3),
        goal=f"records per second committed at least {_GOAL} of those fetched (the worse way); the peak of {_TIMES} "
        f"times as many at most {_MEMORY_GOAL} times as high; nothing written when nothing has changed",
        ok=ratio >= _GOAL and growth <= _MEMORY_GOAL and not written,
    )


async def _pulled(known: Organisation, way: str) -> _Pull:
    with TemporaryDirectory() as folder:
        async with other_process(_pull, known.environment, known.customer_ids, way, Path(folder)) as line:
            found: _Pull = await line.hear()
            return found


async def _repeated(known: Organisation, sent: Sequence[Request]) -> float:
    """How many seconds half of the requests take: the pull was done twice."""
    async with other_process(repeat, known.environment["SALESFORCE_URL"], sent) as line:
        seconds: float = await line.hear()
        return seconds / 2


def _figures(way: str, pull: _Pull, raw_seconds: float, small_peak_mb: float) -> dict[str, float]:
    return {
        f"{way}_records": pull.records,
        f"{way}_fetched_per_second": round(pull.records / raw_seconds),
        f"{way}_committed_per_second": round(pull.records / pull.seconds),
        f"{way}_again_per_second": round(pull.records / pull.again_seconds),
        f"{way}_ratio": round(raw_seconds / pull.seconds, 3),
        f"{way}_written_again": pull.written_again,
        f"{way}_peak_mb": round(pull.peak_mb, 1),
        f"{way}_memory_ratio": round(pull.peak_mb / small_peak_mb, 3),
    }


async def _pull(line: Line, environment: dict[str, str], customer_ids: Sequence[int], way: str, folder: Path) -> None:
    settings = SalesforceSettings.from_mapping(environment, _RULES | {"bulk_above": _WAYS[way]})
    source, store = SalesforceSource(settings), Store(sqlite_url(folder / "store.sqlite"))
    await upgrade(store)
    for batch in batches(customer_ids):
        async with store.write() as conn:
            await upsert_records(conn, [_customer(each) for each in batch], at=utc_now())
    first, seconds = await _timed(source, store, PullOrder(run_id="first"))
    again, again_seconds = await _timed(source, store, PullOrder(run_id="again", full=True))
    await source.close()
    await store.close()
    line.tell(
        _Pull(
            records=_read(first),
            seconds=seconds,
            again_seconds=again_seconds,
            written_again=sum(each.inserted + each.changed for each in again),
            peak_mb=peak_megabytes(),
        )
    )


async def _timed(source: SalesforceSource, store: Store, order: PullOrder) -> tuple[tuple[SyncRun, ...], float]:
    started = time.perf_counter()
    runs = await pull_source(source, store, order, clock=utc_now)
    return runs, time.perf_counter() - started


def _read(runs: Sequence[SyncRun]) -> int:
    return sum(each.inserted + each.changed + each.unchanged for each in runs)


def _customer(number: int) -> Customer:
    """One of the ERP's, of which it says nothing that the account could say otherwise."""
    source_id, at = str(number), utc_now()
    return Customer(
        id=record_id("netsuite", "customer", source_id),
        origin="netsuite",
        source_id=source_id,
        seen_at=at,
        name=f"Customer {number}",
    )
