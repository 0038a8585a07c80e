"""Reading NetSuite pages of a thousand records, against zeep's own parsing of the same pages.

All three fetch the same recorded answers over loopback. zeep builds its object tree and is done; ours also checks and
maps every record, and in the third case writes it to SQLite with its change rows.
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
from bot.root import utc_now
from store.db import Store, sqlite_url
from store.migrate import upgrade
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource, wsdl_path
from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Search, SearchMore
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import STREAMS
from sync.pull import PullOrder, pull_source

_STREAMS = ("customers", "invoices")
_RECORDS = 2000
_PAGE_SIZE = 1000
_ROUNDS = 3
_GOAL = 4.0
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
            for stream in _STREAMS:
                figures |= {f"{stream}_{side}": rate for side, rate in (await _rates(bench, stream)).items()}
            await bench.source.close()
    ratios = {f"{stream}_ratio": figures[f"{stream}_read"] / figures[f"{stream}_zeep"] for stream in _STREAMS}
    worst = min(ratios.values())
    return Result(
        name="netsuite_pull",
        figures={
            **{f"{name}_per_second": round(rate) for name, rate in figures.items()},
            **{name: round(ratio, 2) for name, ratio in ratios.items()},
        },
        ratio=round(worst, 2),
        goal=f"records per second, read and mapped, at least {_GOAL:.0f} times what zeep parses (the worse stream)",
        ok=worst >= _GOAL,
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
    sides: dict[str, Callable[[], Awaitable[int]]] = {
        "zeep": lambda: asyncio.to_thread(_by_zeep, bench, STREAMS[stream]),
        "read": lambda: _read(bench, stream),
        "pulled": lambda: _pulled(bench, stream),
    }
    for act in sides.values():
        # The first time records the answers and warms up.
        await act()
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(_ROUNDS):
        for side, act in sides.items():
            started = time.perf_counter()
            count = await act()
            rates[side].append(count / (time.perf_counter() - started))
    return {side: median(values) for side, values in rates.items()}


async def _read(bench: _Bench, stream: str) -> int:
    count = 0
    async with aclosing(bench.source.pages(stream, "", now=utc_now())) as pages:
        async for page in pages:
            count += len(page.records)
    return count


async def _pulled(bench: _Bench, stream: str) -> int:
    store = Store(sqlite_url(bench.folder / f"{time.monotonic_ns()}.sqlite"))
    await upgrade(store)
    runs = await pull_source(bench.source, store, PullOrder(run_id="bench", streams=(stream,)), clock=utc_now)
    await store.close()
    return sum(each.inserted + each.changed + each.unchanged for each in runs)


def _by_zeep(bench: _Bench, stream: Stream) -> int:
    """What zeep makes of the pages of one search."""
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
    return count


def _parsed(bench: _Bench, session: requests.Session, request: Search | SearchMore, envelope: bytes) -> Any:
    operation = "search" if isinstance(request, Search) else "searchMoreWithId"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation}"'}
    response = session.post(bench.settings.soap_address, data=envelope, headers=headers, timeout=60)
    binding = next(iter(bench.zeep.wsdl.bindings.values()))
    return binding.process_reply(bench.zeep, binding.get(operation), response).body.searchResult
