"""`tesorio find`: the same lookup as in Slack, for the terminal and for scripts."""

import sys
import time
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async
from bot.lookup.answers import answer_json, read_answer
from bot.lookup.find import find as find_record
from bot.lookup.index import LookupIndex
from bot.root import open_store, utc_now
from bot.settings import Settings
from store.db import Store


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
    index = await LookupIndex.open_for_reading(settings.data_dir / "index")
    try:
        async with open_store(settings) as store:
            for query in queries:
                answer = await _answer(store, index, kind, query, today)
                print_json(answer) if as_json else _print(answer)
    finally:
        if index is not None:
            await index.close()


async def _answer(store: Store, index: LookupIndex | None, kind: Kind, query: str, today: date) -> dict[str, Any]:
    started = time.perf_counter()
    async with store.read() as conn:
        found = await find_record(conn, index, kind.value, query)
        record = await read_answer(conn, found.answer, today=today) if found.answer else None
    line = answer_json(query, kind.value, found, record, today=today)
    return line | {"ms": round((time.perf_counter() - started) * 1000, 2)}


def _print(found: dict[str, Any]) -> None:
    record = found["answer"]
    if record is None:
        raise CommandError(f"nothing matches «{found['query']}»" + _suggestions(found["candidates"]))
    rows = [{"field": name.replace("_", " "), "value": _shown(value)} for name, value in record.items()]
    print_table(f"{found['reason']}", rows)
    if found["candidates"][1:]:
        print_table("Other candidates", [{"record": candidate} for candidate in found["candidates"][1:]])


def _shown(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(" ".join(f"{name} {part}" for name, part in entry.items()) for entry in value)
    return value


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
