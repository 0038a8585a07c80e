"""Reading NetSuite pages of a thousand records, against zeep's own parsing of the same pages.

All three fetch the same recorded answers over loopback. zeep builds its object tree and is done; ours also checks and
maps every record, and in the third case writes it to an empty SQLite database with its change rows, until it is
committed: that is what the goals are about.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import requests
import zeep

from benchmarks.result import Arguments, Result
from benchmarks.suitetalk import Book, account, source_of
from bot.root.assistant import utc_now
from store.db import Store, sqlite_url
from store.migrate import upgrade
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource, wsdl_path
from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Search, SearchMore
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import STREAMS
from sync.pull import PullOrder, pull_source

# How many times as many records as zeep parses are to be committed.
_GOALS = {"customers": 3.0, "invoices": 5.0}
# Enough that the first page, which is read before there is one to write, and the last count for little.
_RECORDS = 16_000
_PAGE_SIZE = 1000
_ROUNDS = 3
_RULES = {"page_size": _PAGE_SIZE, "window_records": 100_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bench:
    """What both sides read with, loaded beforehand: the account's schemas take each of them half a second."""

    folder: Path
    settings: NetSuiteSettings
    source: NetSuiteSource
    envelopes: Envelopes
    zeep: Any


def run(arguments: Arguments) -> Result:
    """Read `size` customers and as many invoices with their lines."""
    return asyncio.run(_run(arguments.size or _RECORDS))


async def _run(records: int) -> Result:
    with TemporaryDirectory() as name:
        folder, book = Path(name), Book(customers=records, invoices_per_customer=1)
        async with account(folder, book, recorded=True) as environment:
            bench = _bench(folder, environment)
            figures: dict[str, float] = {}
            for stream in _GOALS:
                figures |= {f"{stream}_{side}": rate for side, rate in (await _rates(bench, stream)).items()}
            await bench.source.close()
    ratios = {
        f"{stream}_{side}_ratio": figures[f"{stream}_{side}"] / figures[f"{stream}_zeep"]
        for stream in _GOALS
        for side in ("read", "committed")
    }
    reached = {stream: ratios[f"{stream}_committed_ratio"] / goal for stream, goal in _GOALS.items()}
    worst = min(reached, key=reached.__getitem__)
    told = ", ".join(f"{stream} {goal:.0f}" for stream, goal in _GOALS.items())
    return Result(
        name="netsuite_pull",
        figures={
            **{f"{name}_per_second": round(rate) for name, rate in figures.items()},
            **{name: round(ratio, 2) for name, ratio in ratios.items()},
        },
        ratio=round(ratios[f"{worst}_committed_ratio"], 2),
        goal=f"committed records per second as many times what zeep parses: {told} (told is {worst})",
        ok=reached[worst] >= 1,
    )


def _bench(folder: Path, environment: dict[str, str]) -> _Bench:
    settings = NetSuiteSettings.from_mapping(environment, _RULES)
    # zeep has no annotations.
    client: Any = zeep.Client
    return _Bench(
        folder=folder,
        settings=settings,
        source=source_of(environment, folder, **_RULES),
        envelopes=Envelopes(wsdl_path(settings, folder), settings.endpoint_version),
        zeep=client(str(wsdl_path(settings, folder))),
    )


async def _rates(bench: _Bench, stream: str) -> dict[str, float]:
    """Records per second of each side; they take turns, and the median round counts."""
    sides: dict[str, Callable[[], Awaitable[float]]] = {
        "zeep": lambda: asyncio.to_thread(_by_zeep, bench, STREAMS[stream]),
        "read": lambda: _read(bench, stream),
        "committed": lambda: _committed(bench, stream),
    }
    for act in sides.values():
        # The first time records the answers and warms up.
        await act()
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(_ROUNDS):
        for side, act in sides.items():
            rates[side].append(await act())
    return {side: median(values) for side, values in rates.items()}


async def _read(bench: _Bench, stream: str) -> float:
    count, started = 0, time.perf_counter()
    async with aclosing(bench.source.pages(stream, "", now=utc_now())) as pages:
        async for page in pages:
            count += len(page.records)
    return count / (time.perf_counter() - started)


async def _committed(bench: _Bench, stream: str) -> float:
    store = Store(sqlite_url(bench.folder / f"{time.monotonic_ns()}.sqlite"))
    await upgrade(store)
    started = time.perf_counter()
    runs = await pull_source(bench.source, store, PullOrder(run_id="bench", streams=(stream,)), clock=utc_now)
    seconds = time.perf_counter() - started
    await store.close()
    return sum(each.inserted for each in runs) / seconds


def _by_zeep(bench: _Bench, stream: Stream) -> float:
    """What zeep makes of the pages of one search."""
    started = time.perf_counter()
    request: Search | SearchMore = Search(
        searched=stream.searched,
        criteria=(*stream.always, *stream.only(bench.settings)),
        page_size=_PAGE_SIZE,
        with_lines=stream.with_lines(bench.settings),
    )
    count, page, pages = 0, 1, 1
    with requests.Session() as session:
        while page <= pages:
            envelope = bench.envelopes.build(
                request, new_passport(bench.settings.credentials, timestamp=int(time.time()))
            )
            result = _parsed(bench, session, request, envelope)
            count, page, pages = count + len(result.recordList.record), page + 1, result.totalPages
            request = SearchMore(
                search_id=result.searchId,
                page_index=page,
                page_size=_PAGE_SIZE,
                with_lines=stream.with_lines(bench.settings),
            )
    return count / (time.perf_counter() - started)


def _parsed(bench: _Bench, session: requests.Session, request: Search | SearchMore, envelope: bytes) -> Any:
    operation = "search" if isinstance(request, Search) else "searchMoreWithId"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation}"'}
    response = session.post(bench.settings.soap_address, data=envelope, headers=headers, timeout=60)
    binding = next(iter(bench.zeep.wsdl.bindings.values()))
    return binding.process_reply(bench.zeep, binding.get(operation), response).body.searchResult
