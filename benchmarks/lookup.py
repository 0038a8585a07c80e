"""Looking a customer up, as people type names, against the obvious way: comparing with every name.

Seven kinds of query in equal parts. The obvious way is rapidfuzz's extractOne over all names in memory, on a sample
of the same queries. Names are made up and collide less than real ones.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rapidfuzz import fuzz, process, utils

from benchmarks.result import Arguments, Result, percentile
from bot.lookup.find import find_customer
from bot.lookup.index import LookupIndex
from store.customers import Customer
from store.db import Store, sqlite_url
from store.migrate import upgrade
from store.pulled import upsert_records
from store.records import record_id

_CUSTOMERS = 50_000
_QUERIES_PER_KIND = 60
_COMPARED_PER_KIND = 3
_BATCH = 1000
_SEED = 20261122
_GOAL_RECALL = 0.97
_GOAL_RATIO = 5.0
_AT = datetime(2026, 11, 22, tzinfo=UTC)

_SYLLABLES = (
    "al an ar be ber bra ca cor da del do el en fa fer gal gor ha hol in jor ka kel la len lo mar mi mon na nor o "
    "pal per qua ra rin ro sal sen sta ta ter tho ul va ver wal win zan"
).split()
_TRADES = (
    "Analytics Apparel Bakery Bank Chemicals Components Consulting Dental Design Dynamics Electric Energy Foods "
    "Freight Glass Health Holdings Hotels Industries Instruments Insurance Labs Logistics Marine Media Medical "
    "Metals Mills Motors Networks Optics Packaging Paper Partners Pharma Plastics Press Properties Robotics "
    "Security Services Software Solar Steel Supply Systems Telecom Textiles Tools Trading Water"
).split()
_FORMS = ("Inc.", "Inc", "LLC", "Ltd", "GmbH", "Corp.", "S.A.", "Pty Ltd", "AG", "& Co")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Query:
    kind: str
    text: str
    meant: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    query: _Query
    milliseconds: float
    is_first: bool
    is_offered: bool


def run(arguments: Arguments) -> Result:
    """Look up 420 names among `size` customers."""
    return asyncio.run(_run(arguments.size or _CUSTOMERS))


async def _run(size: int) -> Result:
    chance = Random(_SEED)  # noqa: S311 - the same names in every run is what is wanted
    names = _names(chance, size)
    queries = _queries(chance, names)
    with TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "store.db"))
        await upgrade(store)
        await _fill(store, names)
        started = time.perf_counter()
        async with LookupIndex.open(Path(folder) / "index", store) as index:
            if index is None:
                raise RuntimeError("the index folder could not be made")
            await index.refresh(store)
            build_seconds = time.perf_counter() - started
            outcomes = [await _looked_up(store, index, query) for query in queries]
        await store.close()
    compared = _sample(queries)
    naive = [_compared_with_all(names, query) for query in compared]
    return _result(size, outcomes, naive, build_seconds)


def _names(chance: Random, size: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < size:
        words = [
            "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))).title() for _ in range(chance.randint(1, 2))
        ]
        names[" ".join([*words, chance.choice(_TRADES), chance.choice(_FORMS)])] = None
    return list(names)


def _queries(chance: Random, names: Sequence[str]) -> list[_Query]:
    return [
        _Query(kind=kind, text=written(name), meant=name)
        for kind, written in _kinds(chance).items()
        for name in chance.sample(names, min(_QUERIES_PER_KIND, len(names)))
    ]


def _kinds(chance: Random) -> Mapping[str, Callable[[str], str]]:
    return {
        "exact": str,
        "case": lambda name: name.upper().replace(".", "").replace(" ", "  "),
        "no_form": _without_form,
        "prefix": lambda name: (core := _without_form(name))[: max(6, len(core) * 3 // 5)],
        "one_typo": lambda name: _slip(chance, _without_form(name)),
        "two_typos": lambda name: _slip(chance, _slip(chance, _without_form(name))),
        "swapped": lambda name: " ".join(reversed(_without_form(name).split())),
    }


def _without_form(name: str) -> str:
    return next(
        name.removesuffix(f" {form}") for form in sorted(_FORMS, key=len, reverse=True) if name.endswith(f" {form}")
    )


def _slip(chance: Random, text: str) -> str:
    at = chance.randrange(1, len(text) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ),
    )


async def _fill(store: Store, names: Sequence[str]) -> None:
    for start in range(0, len(names), _BATCH):
        batch = [_customer(number, name) for number, name in enumerate(names[start : start + _BATCH], start)]
        async with store.write() as conn:
            await upsert_records(conn, batch, at=_AT)


def _customer(number: int, name: str) -> Customer:
    source_id = str(number)
    identity = record_id("synthetic", "customer", source_id)
    return Customer(id=identity, origin="synthetic", source_id=source_id, name=name, seen_at=_AT)


async def _looked_up(store: Store, index: LookupIndex, query: _Query) -> _Outcome:
    started = time.perf_counter()
    async with store.read() as conn:
        found = await find_customer(conn, index, query.text)
    milliseconds = (time.perf_counter() - started) * 1000
    offered = [match.label for match in found.candidates]
    return _Outcome(
        query=query,
        milliseconds=milliseconds,
        is_first=found.answer is not None and found.answer.label == query.meant,
        is_offered=query.meant in offered,
    )


def _compared_with_all(names: Sequence[str], query: _Query) -> _Outcome:
    started = time.perf_counter()
    best = process.extractOne(query.text, names, scorer=fuzz.WRatio, processor=utils.default_process)
    milliseconds = (time.perf_counter() - started) * 1000
    is_first = best[0] == query.meant
    return _Outcome(query=query, milliseconds=milliseconds, is_first=is_first, is_offered=is_first)


def _sample(queries: Sequence[_Query]) -> list[_Query]:
    step = _QUERIES_PER_KIND // _COMPARED_PER_KIND
    return list(queries[::step])


def _result(size: int, outcomes: Sequence[_Outcome], naive: Sequence[_Outcome], build_seconds: float) -> Result:
    p95, naive_p95 = (percentile([one.milliseconds for one in side], 0.95) for side in (outcomes, naive))
    recall, ratio = _share(outcomes, lambda one: one.is_first), naive_p95 / p95
    figures = {
        "customers": size,
        "queries": len(outcomes),
        "p50_ms": percentile([one.milliseconds for one in outcomes], 0.5),
        "p95_ms": p95,
        "recall": recall,
        "recall_in_five": _share(outcomes, lambda one: one.is_offered),
        "naive_p50_ms": percentile([one.milliseconds for one in naive], 0.5),
        "naive_p95_ms": naive_p95,
        "naive_recall": _share(naive, lambda one: one.is_first),
        "index_build_seconds": build_seconds,
    }
    kinds = dict.fromkeys(one.query.kind for one in outcomes)
    for kind in kinds:
        of_kind = [one for one in outcomes if one.query.kind == kind]
        figures[f"{kind}_p95_ms"] = percentile([one.milliseconds for one in of_kind], 0.95)
        figures[f"{kind}_recall"] = _share(of_kind, lambda one: one.is_first)
    return Result(
        name="lookup",
        figures={name: round(value, 3) for name, value in figures.items()},
        ratio=round(ratio, 1),
        goal=f"recall >= {_GOAL_RECALL}, p95 {_GOAL_RATIO:.0f} times as quick as extractOne",
        ok=recall >= _GOAL_RECALL and ratio >= _GOAL_RATIO,
    )


def _share(outcomes: Sequence[_Outcome], counts: Callable[[_Outcome], bool]) -> float:
    return sum(map(counts, outcomes)) / len(outcomes)
