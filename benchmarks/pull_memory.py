"""The most memory that a pull takes: of a large ledger, against a pull of a small one. It must not grow.

Each pull runs in a fresh process, the NetSuite stand-in in another. With the pull runs the lookup index, as in the bot.
What reads large answers in a process of its own is counted too.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import Line, other_process, peak_megabytes
from benchmarks.result import Arguments, Result
from benchmarks.suitetalk import source_of
from benchmarks.vast import vast_account
from bot.lookup.index import LookupIndex
from bot.root.assistant import utc_now
from store.db import Store, sqlite_url
from store.migrate import upgrade
from store.runs import SyncRun
from sync.pull import PullOrder, pull_source

_INVOICES = 100_000
_TIMES = 10
_SMALL = 10_000
_GOAL = 1.15
# What there is the more of, the more invoices there are.
_STREAMS = ("contacts", "customers", "invoices", "payments", "credit_memos")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pull:
    """What one process did; `empty_mb` is what it held before the pull."""

    records: int
    empty_mb: float
    peak_mb: float
    seconds: float


def run(arguments: Arguments) -> Result:
    """Pull `size` invoices with what belongs to them, and before that a tenth as many, or 10,000."""
    return asyncio.run(_run(arguments.size or _INVOICES))


async def _run(invoices: int) -> Result:
    small, large = await _measured(min(_SMALL, invoices // _TIMES)), await _measured(invoices)
    ratio = large.peak_mb / small.peak_mb
    return Result(
        name="pull_memory",
        figures={
            f"{name}_{key}": value
            for name, pull in (("small", small), ("large", large))
            for key, value in _figures(pull).items()
        },
        ratio=round(ratio, 3),
        goal=f"the peak of {large.records / small.records:.0f} times as many records at most {_GOAL} times as high",
        ok=ratio <= _GOAL,
    )


async def _measured(invoices: int) -> _Pull:
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with vast_account(folder, invoices) as environment, other_process(_pull, environment, folder) as line:
            found: _Pull = await line.hear()
            return found


async def _pull(line: Line, environment: dict[str, str], folder: Path) -> None:
    source, store = source_of(environment, folder), Store(sqlite_url(folder / "store.sqlite"))
    await upgrade(store)
    empty, started = peak_megabytes(), time.perf_counter()
    async with LookupIndex.open(folder / "index", store) as index:

        def progress(_run: SyncRun) -> None:
            if index is not None:
                index.wake()

        runs = await pull_source(
            source, store, PullOrder(run_id="bench", streams=_STREAMS), clock=utc_now, progress=progress
        )
        seconds = time.perf_counter() - started
        if index is not None:
            await index.refresh(store)
    peak = peak_megabytes()
    await source.close()
    await store.close()
    records = sum(each.inserted + each.changed + each.unchanged for each in runs)
    line.tell(_Pull(records=records, empty_mb=empty, peak_mb=peak, seconds=seconds))


def _figures(pull: _Pull) -> dict[str, float]:
    return {
        "records": pull.records,
        "empty_mb": round(pull.empty_mb, 1),
        "peak_mb": round(pull.peak_mb, 1),
        "records_per_second": round(pull.records / pull.seconds),
    }
