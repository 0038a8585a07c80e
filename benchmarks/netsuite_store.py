"""From NetSuite's answers to committed rows, against dlt loading the same records, given as JSON, into SQLite too.

Ours parses SOAP, checks, maps, and writes rows with lines, keys to look them up by, seven indices, references to the
source and a feed of changes. dlt merges by the record's id into tables of its own making: its normalising, its staging
tables and its state are in its time, as ours are. Each side uses SQLite as it sets it up itself, ours with a log and a
wait for the disk at each commit, dlt's with SQLAlchemy's defaults, which wait for it too.

dlt is given the records twice. Once as the source has them, all of their fields, with lines and custom fields as lists:
that is what a pipeline of its reads, and what the goal is about. And once as we have mapped them: then nothing is left
for it to read, to check or to map, and fields that nobody asks for are a single text; told as `mapped`, for the record.
Then ours reads everything anew, unchanged: that must write no row and be no slower.
"""

import asyncio
import json
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.processes import processor_seconds
from benchmarks.result import Arguments, Result
from benchmarks.suitetalk import Book, account, source_of
from bot.root.assistant import utc_now
from store.db import Store, sqlite_url
from store.migrate import upgrade
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource, wsdl_path
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.paging import answers_of
from sync.connectors.netsuite.request import Search
from sync.connectors.netsuite.streams import STREAMS
from sync.pull import PullOrder, pull_source

_RECORDS = 8000
_ROUNDS = 3
_GOAL = 4.0
# Less than this is noise of the machine.
_NO_SLOWER = 0.95
_BATCH = 1000
_STREAMS = ("customers", "invoices", "payments")
_RULES = {"page_size": 1000, "window_records": 100_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bench:
    folder: Path
    environment: Mapping[str, str]
    source: NetSuiteSource


class _Rate(NamedTuple):
    by_clock: float
    by_processor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Round:
    """Records per second, and per second of the processor; `written` is how many rows the second reading wrote."""

    first: _Rate
    again: _Rate
    dlt: _Rate
    mapped: _Rate
    written: int


def run(arguments: Arguments) -> Result:
    """Pull `size` customers, as many invoices with their lines, and their payments."""
    return asyncio.run(_run(arguments.size or _RECORDS))


async def _run(records: int) -> Result:
    with TemporaryDirectory() as name:
        folder, book = Path(name), Book(customers=records, invoices_per_customer=1)
        async with account(folder, book, recorded=True) as environment:
            bench = _Bench(folder=folder, environment=environment, source=source_of(environment, folder, **_RULES))
            rounds = {stream: await _rounds(bench, stream) for stream in _STREAMS}
            await bench.source.close()
    ratios = {stream: _ratio(those, "first", "dlt") for stream, those in rounds.items()}
    # By the processor's time: by the clock both wait for the same answers to be read, in another process.
    is_no_slower = all(_ratio(those, "again", "first", "by_processor") > _NO_SLOWER for those in rounds.values())
    written = sum(each.written for those in rounds.values() for each in those)
    return Result(
        name="netsuite_store",
        figures=_figures(rounds) | _ratios(rounds),
        ratio=round(min(ratios.values()), 2),
        goal=f"committed records per second at least {_GOAL:.0f} times dlt's; again unchanged: no row, no slower",
        ok=min(ratios.values()) >= _GOAL and is_no_slower and not written,
    )


def _ratio(rounds: list[_Round], side: str, other: str, by: str = "by_clock") -> float:
    found: list[float] = [getattr(getattr(each, side), by) / getattr(getattr(each, other), by) for each in rounds]
    return median(found)


def _ratios(rounds: dict[str, list[_Round]]) -> dict[str, float]:
    return {
        f"{stream}_{name}_ratio": round(_ratio(those, side, other, by), 2)
        for stream, those in rounds.items()
        for name, side, other, by in (
            ("dlt", "first", "dlt", "by_clock"),
            ("dlt_processor", "first", "dlt", "by_processor"),
            ("mapped", "first", "mapped", "by_clock"),
            ("mapped_processor", "first", "mapped", "by_processor"),
            ("again_processor", "again", "first", "by_processor"),
        )
    }


def _figures(rounds: dict[str, list[_Round]]) -> dict[str, float]:
    return {
        f"{stream}_{side}_per_second": round(median(getattr(each, side).by_clock for each in those))
        for stream, those in rounds.items()
        for side in ("first", "again", "dlt", "mapped")
    }


async def _rounds(bench: _Bench, stream: str) -> list[_Round]:
    mapped, told = bench.folder / f"{stream}.mapped.jsonl", bench.folder / f"{stream}.jsonl"
    await _write_mapped(bench.source, stream, mapped)
    await _write_told(bench, stream, told)
    return [await _round(bench.source, stream, told, mapped) for _ in range(_ROUNDS)]


async def _write_mapped(source: NetSuiteSource, stream: str, path: Path) -> None:
    """The stream's records as we map them, one a line; reading them also records the account's answers."""
    with path.open("w", encoding="utf-8") as file:
        async with aclosing(source.pages(stream, "", now=utc_now())) as pages:
            async for page in pages:
                file.writelines(f"{json.dumps(asdict(record), default=str)}\n" for record in page.records)


async def _write_told(bench: _Bench, stream: str, path: Path) -> None:
    """The stream's records with all that the source tells of them, one a line."""
    settings = NetSuiteSettings.from_mapping(bench.environment, _RULES)
    client, of = SuiteTalkClient(settings, wsdl_path(settings, bench.folder)), STREAMS[stream]
    search = Search(
        searched=of.searched,
        criteria=(*of.always, *of.only(settings)),
        page_size=settings.page_size,
        with_lines=of.with_lines(settings),
    )
    with path.open("w", encoding="utf-8") as file:
        async for answer in answers_of(client, search, lambda tree: tree | {"id": tree["@internalId"]}):
            file.writelines(f"{json.dumps(record)}\n" for record in answer.records)
    await client.close()


async def _round(source: NetSuiteSource, stream: str, told: Path, mapped: Path) -> _Round:
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = Store(sqlite_url(folder / "store.sqlite"))
        await upgrade(store)
        first, _ = await _pulled(source, store, PullOrder(run_id="first", streams=(stream,)))
        again, written = await _pulled(source, store, PullOrder(run_id="again", streams=(stream,), full=True))
        await store.close()
        loaded = await asyncio.to_thread(_by_dlt, stream, told, folder / "told")
        loaded_mapped = await asyncio.to_thread(_by_dlt, stream, mapped, folder / "mapped")
    return _Round(first=first, again=again, dlt=loaded, mapped=loaded_mapped, written=written)


async def _pulled(source: NetSuiteSource, store: Store, order: PullOrder) -> tuple[_Rate, int]:
    watch = _Watch()
    runs = await pull_source(source, store, order, clock=utc_now)
    written = sum(run.inserted + run.changed for run in runs)
    return watch.rate(written + sum(run.unchanged for run in runs)), written


class _Watch:
    """Runs from when it is made. On a machine that does other things too, the processor's time is the fairer one."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), processor_seconds()

    def rate(self, records: int) -> _Rate:
        clock, processor = time.perf_counter() - self._clock, processor_seconds() - self._processor
        return _Rate(records / clock, records / processor)


def _by_dlt(stream: str, lines: Path, folder: Path) -> _Rate:
    """What dlt loads in a second, its schema, its staging tables and its state included, as ours are."""
    dlt = _dlt()
    folder.mkdir()
    target = dlt.destinations.sqlalchemy(credentials=f"sqlite:///{folder / 'dlt.db'}")
    pipeline = dlt.pipeline("bench", destination=target, dataset_name="main", pipelines_dir=str(folder))
    resource = dlt.resource(_batches(lines), name=stream, primary_key="id", write_disposition="merge")
    count = sum(1 for _ in lines.open(encoding="utf-8"))
    watch = _Watch()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.run(resource)
    return watch.rate(count)


def _dlt() -> Any:
    # It tells its makers of every run unless it is told not to.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    try:
        return import_module("dlt")
    except ModuleNotFoundError:
        raise SystemExit("netsuite_store compares with dlt, which `make bench` installs") from None


def _batches(lines: Path) -> Iterator[list[Any]]:
    with lines.open(encoding="utf-8") as file:
        while batch := [json.loads(line) for _, line in zip(range(_BATCH), file, strict=False)]:
            yield batch
