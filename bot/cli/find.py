"""`tesorio find`: the same lookup as in Slack, for the terminal and for scripts."""

import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async
from bot.clock import utc_now
from bot.lookup.answers import CustomerAnswer, InvoiceAnswer, answer_json, read_answer
from bot.lookup.find import find as find_record
from bot.lookup.index import LookupIndex
from bot.root.data import open_store
from bot.settings import Settings
from bot.views.amounts import Place, as_of, day, lateness, money
from store.customers import Customer
from store.db import Store
from store.invoices import Invoice


class Kind(StrEnum):
    """What can be found."""

    INVOICE = "invoice"
    CUSTOMER = "customer"


def register(app: typer.Typer) -> None:
    """Add `find` to the command line."""
    app.command("find")(find)


def find(
    kind: Annotated[Kind, typer.Argument(help="invoice or customer.")],
    text: Annotated[list[str] | None, typer.Argument(help="A number or a name, in whole or in part.")] = None,
    batch: Annotated[Path | None, typer.Option(help="A file with one query per line; «-» is standard input.")] = None,
    as_json: Json = False,
) -> None:
    """Find an invoice or customer as `/tesorio` does, and say why it matched."""
    if bool(text) == bool(batch):
        raise typer.BadParameter("give either a text or --batch FILE")
    queries = _lines(batch) if batch else iter([" ".join(text or ())])
    run_async(lambda: _find(current_settings(), kind, queries, as_json=as_json or batch is not None))


async def _find(settings: Settings, kind: Kind, queries: Iterator[str], *, as_json: bool) -> None:
    today = utc_now().astimezone(settings.timezone).date()
    place = Place(time_zone=settings.timezone, today=today, locale=settings.rules.display.locale)
    index = await LookupIndex.open_for_reading(settings.data_dir / "index")
    try:
        async with open_store(settings, create=False) as store:
            for query in queries:
                line, record = await _answer(store, index, kind, query, today)
                print_json(line) if as_json else _print(line, record, place)
    finally:
        if index is not None:
            await index.close()


async def _answer(
    store: Store, index: LookupIndex | None, kind: Kind, query: str, today: date
) -> tuple[dict[str, Any], InvoiceAnswer | CustomerAnswer | None]:
    started = time.perf_counter()
    async with store.read() as conn:
        found = await find_record(conn, index, kind.value, query)
        record = await read_answer(conn, found.answer, today=today) if found.answer else None
    line = answer_json(query, kind.value, found, record, today=today)
    return line | {"ms": round((time.perf_counter() - started) * 1000, 2)}, record


def _print(found: dict[str, Any], record: InvoiceAnswer | CustomerAnswer | None, place: Place) -> None:
    if record is None:
        raise CommandError(f"nothing matches «{found['query']}»" + _suggestions(found["candidates"]))
    facts = _invoice(record, place) if isinstance(record, InvoiceAnswer) else _customer(record, place)
    print_table(found["reason"], [{"": name, "value": value} for name, value in facts])
    if found["candidates"][1:]:
        print_table("Other candidates", [{"record": candidate} for candidate in found["candidates"][1:]])


def _invoice(found: InvoiceAnswer, place: Place) -> Iterator[tuple[str, str]]:
    invoice = found.invoice
    yield "invoice", invoice.number
    yield "customer", found.customer.name if found.customer else "not known"
    yield "status", invoice.status.value
    yield "total", money(invoice.total, place)
    yield "open balance", money(invoice.open_balance, place)
    if invoice.due_date is not None:
        late = f", {lateness(invoice.due_date, place.today)}" if invoice.open_balance.minor > 0 else ""
        yield "due date", day(invoice.due_date, place) + late
    yield from _provenance(invoice, found.as_of, place)


def _customer(found: CustomerAnswer, place: Place) -> Iterator[tuple[str, str]]:
    yield "customer", found.customer.name
    for aging in found.aging:
        past_due = money(aging.past_due_balance, place)
        yield "open balance", f"{money(aging.open_balance, place)}, of which {past_due} past due"
        if aging.credit.minor:
            yield "credit, not subtracted", money(aging.credit, place)
    if not found.aging:
        yield "open balance", "none"
    yield from _provenance(found.customer, found.as_of, place)


def _provenance(record: Invoice | Customer, instant: datetime, place: Place) -> Iterator[tuple[str, str]]:
    yield "source", f"{record.origin} {record.source_id}"
    yield "read", as_of(instant, place)


def _suggestions(candidates: list[str]) -> str:
    return f"; nearest: {', '.join(candidates)}" if candidates else ""


def _lines(path: Path) -> Iterator[str]:
    if str(path) == "-":
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    try:
        with path.open(encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file)
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{path} cannot be read as text") from None
