"""Saving pages of invoices, against a plain insert-or-update of every row.

Ours reads what it has, writes what differs, and notes each change in the feed; the plain one overwrites every row and
its lines whether or not anything differs, and notes nothing. Both go through the same engine, a page a transaction.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import insert

from benchmarks.receivables import AT, batches, make_customers, make_invoices
from benchmarks.result import Arguments, Result
from store.db import Store, WriteConnection, sqlite_url
from store.invoices import Invoice, invoice_lines, invoice_row, invoices, line_rows
from store.migrate import upgrade
from store.pulled import upsert_records

_INVOICES = 10_000
_ROUNDS = 3
_CUSTOMERS = 100
_GOAL_UNCHANGED = 1.4
# A first or changed row also gets its change row and its reference, which the plain way has not.
_GOAL_WRITTEN = 0.4

Save = Callable[[WriteConnection, Sequence[Invoice]], Awaitable[object]]


def run(arguments: Arguments) -> Result:
    """Save `size` invoices of two lines each: first, again as they are, and again with another open balance."""
    return asyncio.run(_run(arguments.size or _INVOICES))


async def _run(count: int) -> Result:
    customers = make_customers(_CUSTOMERS)
    editions = [tuple(make_invoices(count, customers, edition=edition)) for edition in (0, 1)]
    rounds: dict[str, list[dict[str, float]]] = {"own": [], "plain": []}
    for _ in range(_ROUNDS):
        for side, save in (("plain", _overwrite), ("own", _upsert)):
            rounds[side].append(await _rates(save, *editions))
    rates = {
        f"{side}_{step}_per_second": median(found[step] for found in rounds[side])
        for side in rounds
        for step in ("first", "unchanged", "changed")
    }
    return _result(rates)


def _result(rates: dict[str, float]) -> Result:
    steps = ("first", "unchanged", "changed")
    ratios = {step: rates[f"own_{step}_per_second"] / rates[f"plain_{step}_per_second"] for step in steps}
    is_met = ratios["unchanged"] >= _GOAL_UNCHANGED and min(ratios.values()) >= _GOAL_WRITTEN
    return Result(
        name="store_upsert",
        figures={name: round(rate) for name, rate in rates.items()}
        | {f"{step}_ratio": round(ratio, 2) for step, ratio in ratios.items()},
        ratio=round(ratios["unchanged"], 2),
        goal=f"rows per second over those of overwriting: unchanged (ratio) {_GOAL_UNCHANGED}, else {_GOAL_WRITTEN}",
        ok=is_met,
    )


async def _rates(save: Save, first: Sequence[Invoice], changed: Sequence[Invoice]) -> dict[str, float]:
    with TemporaryDirectory() as name:
        store = Store(sqlite_url(Path(name) / "store.sqlite"))
        await upgrade(store)
        steps = {"first": first, "unchanged": first, "changed": changed}
        rates = {step: await _rate(store, save, records) for step, records in steps.items()}
        await store.close()
    return rates


async def _rate(store: Store, save: Save, records: Sequence[Invoice]) -> float:
    started = time.perf_counter()
    for page in batches(records):
        async with store.write() as conn:
            await save(conn, page)
    return len(records) / (time.perf_counter() - started)


async def _upsert(conn: WriteConnection, page: Sequence[Invoice]) -> object:
    return await upsert_records(conn, page, at=AT)


async def _overwrite(conn: WriteConnection, page: Sequence[Invoice]) -> None:
    rows = [invoice_row(invoice) | {"fingerprint": ""} for invoice in page]
    await conn.execute(_insert_or_update(invoices), rows)
    await conn.execute(_insert_or_update(invoice_lines), [row for invoice in page for row in line_rows(invoice)])


def _insert_or_update(table: Table) -> Any:
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    updated = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=updated)
