"""What the company is owed by age, and the first page of what is past due, against the plain sum over all invoices.

The plain sum reads every invoice once, without an index and without saying how old anything is. One invoice in five is
open, as where years of paid ones are kept.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import func, insert, select

from benchmarks.result import Arguments, Result
from store.db import ReadConnection, Store, sqlite_url
from store.invoices import Invoice, InvoiceStatus, invoice_row, invoices
from store.migrate import upgrade
from store.money import Money
from store.open_invoices import open_invoice_page
from store.portfolio import InvoiceFilter, owners
from store.portfolio_aging import largest_past_due, portfolio_aging
from store.records import record_id

_INVOICES = 1_000_000
_CUSTOMERS = 50_000
_BATCH = 5_000
_ROUNDS = 3
_OPEN_SHARE = 0.2
_GOAL_RATIO = 1.0
_AT = datetime(2026, 11, 22, tzinfo=UTC)
_TODAY = date(2026, 11, 22)
_REPS = tuple(f"Robin Ray {number}" for number in range(40))
_SUBSIDIARIES = ("Inc.", "Inc. : UK", "Inc. : Europe", "Inc. : Japan")
_CURRENCIES = ("USD", "USD", "EUR", "GBP")

Read = Callable[[ReadConnection], Awaitable[object]]


def run(arguments: Arguments) -> Result:
    """Sum up and list `size` invoices."""
    return asyncio.run(_run(arguments.size or _INVOICES))


async def _run(size: int) -> Result:
    with TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "store.db"))
        await upgrade(store)
        for batch in _batches(size):
            async with store.write() as conn:
                await conn.execute(insert(invoices), batch)
        figures = {name: await _milliseconds(store, read) for name, read in _READS.items()}
        await store.close()
    ratio = figures["plain_sum_ms"] / figures["aging_ms"]
    return Result(
        name="portfolio",
        figures={"invoices": size, **{name: round(value, 1) for name, value in figures.items()}},
        ratio=round(ratio, 2),
        goal=f"the aging at least {_GOAL_RATIO} times as quick as the plain sum over all invoices",
        ok=ratio >= _GOAL_RATIO,
    )


async def _plain_sum(conn: ReadConnection) -> object:
    return (await conn.execute(select(func.sum(invoices.c.open_balance_minor)))).scalar_one()


async def _aging(conn: ReadConnection) -> object:
    return await portfolio_aging(conn, InvoiceFilter(), _TODAY)


async def _aging_of_owner(conn: ReadConnection) -> object:
    return await portfolio_aging(conn, InvoiceFilter(owner=_REPS[0]), _TODAY)


async def _largest(conn: ReadConnection) -> object:
    return await largest_past_due(conn, InvoiceFilter(), _TODAY, limit=5)


async def _page(conn: ReadConnection) -> object:
    return await open_invoice_page(conn, InvoiceFilter(days_over=0), _TODAY, limit=10)


async def _page_of_owner(conn: ReadConnection) -> object:
    return await open_invoice_page(conn, InvoiceFilter(days_over=30, owner=_REPS[0]), _TODAY, limit=10)


_READS: dict[str, Read] = {
    "plain_sum_ms": _plain_sum,
    "aging_ms": _aging,
    "aging_of_owner_ms": _aging_of_owner,
    "largest_debtors_ms": _largest,
    "past_due_page_ms": _page,
    "past_due_page_of_owner_ms": _page_of_owner,
    "owners_ms": owners,
}


async def _milliseconds(store: Store, read: Read) -> float:
    """The quickest of a few times: what else the machine does is none of the reading's."""
    taken = []
    for _ in range(_ROUNDS):
        async with store.read() as conn:
            started = time.perf_counter()
            await read(conn)
            taken.append((time.perf_counter() - started) * 1000)
    return min(taken)


def _batches(size: int) -> Iterator[list[dict[str, object]]]:
    chance = Random(size)  # noqa: S311 - the same invoices in every run is what is wanted
    for start in range(0, size, _BATCH):
        numbers = range(start, min(start + _BATCH, size))
        yield [invoice_row(_invoice(chance, number)) | {"fingerprint": str(number)} for number in numbers]


def _invoice(chance: Random, number: int) -> Invoice:
    owner = number % _CUSTOMERS
    is_open = chance.random() < _OPEN_SHARE
    currency = _CURRENCIES[owner % len(_CURRENCIES)]
    total = Money(currency=currency, minor=chance.randint(1_000, 10_000_000))
    return Invoice(
        id=record_id("netsuite", "invoice", str(number)),
        origin="netsuite",
        source_id=str(number),
        seen_at=_AT,
        number=f"INV-{number}",
        status=InvoiceStatus.OPEN if is_open else InvoiceStatus.PAID,
        total=total,
        open_balance=total if is_open else Money(currency=currency, minor=0),
        customer_id=record_id("netsuite", "customer", str(owner)),
        due_date=_TODAY - timedelta(days=chance.randint(-60, 300)),
        subsidiary=_SUBSIDIARIES[owner % len(_SUBSIDIARIES)],
        payment_terms="Net 30",
        po_number=f"PO {number}",
        memo="Delivered as agreed; see the attached protocol",
        url=f"https://1234567.app.netsuite.com/app/accounting/transactions/custinvc.nl?id={number}",
        custom_fields_json='{"custbody_region": "West", "custbody_project": "A-1207", "custbody_channel": "partner"}',
        sales_rep=_REPS[owner % len(_REPS)],
    )
