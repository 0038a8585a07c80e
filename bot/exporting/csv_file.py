"""A table as a CSV file in the system's temporary folder, written row by row: any number fits into memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from bot.deps import Deps
from bot.exporting.csv_rows import Row, table_rows
from bot.exporting.csv_text import BYTE_ORDER_MARK, csv_text
from bot.reading.cards import place_of
from bot.reading.payment_tables import record_of, record_words
from bot.reading.tables import company_provenance, customer_of
from bot.views.csv_notices import csv_name, csv_words
from bot.views.table_ref import TableRef, meant_invoices
from store.db import ReadConnection
from store.open_invoices import count_open

# What other imports take; spreadsheets hold a million.
MAX_ROWS = 200_000
_BATCH = 500


class TooManyRowsError(Exception):
    """The table has more rows than a file may hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvFile:
    """The bytes, from their beginning on, with the file's name and the words that stand above it (mrkdwn)."""

    content: IO[bytes]
    size: int
    rows: int
    name: str
    words: str


@asynccontextmanager
async def csv_file(deps: Deps, ref: TableRef) -> AsyncIterator[CsvFile]:
    """The file, until the block ends. Raises TooManyRowsError, StoreError."""
    with TemporaryFile() as content:
        async with deps.store.read() as conn:
            await _check_length(deps, conn, ref)
            rows = await _write(content, table_rows(deps, conn, ref))
            customer = await _about(conn, ref)
            words = csv_words(ref, customer, rows, await company_provenance(deps, conn), place_of(deps))
        size = content.tell()
        content.seek(0)
        name = csv_name(ref, customer, deps.today())
        yield CsvFile(content=content, size=size, rows=rows, name=name, words=words)


async def _about(conn: ReadConnection, ref: TableRef) -> str:
    """How the customer or invoice is called that a table is of; «» when it is of all."""
    if ref.kind == "payments":
        return record_words(await record_of(conn, ref))
    return await customer_of(conn, ref)


async def _check_length(deps: Deps, conn: ReadConnection, ref: TableRef) -> None:
    """Counting is quick; writing what is too long would not be."""
    if ref.kind in {"overdue", "open"} and await count_open(conn, meant_invoices(ref), deps.today()) > MAX_ROWS:
        raise TooManyRowsError


async def _write(content: IO[bytes], rows: AsyncIterator[Row]) -> int:
    """Write all rows and the titles above them; how many rows there are."""
    content.write(BYTE_ORDER_MARK.encode())
    batch: list[Row] = []
    count = -1
    async for row in rows:
        batch.append(row)
        count += 1
        if count > MAX_ROWS:
            raise TooManyRowsError
        if len(batch) == _BATCH:
            await asyncio.to_thread(content.write, csv_text(batch).encode(errors="replace"))
            batch.clear()
    content.write(csv_text(batch).encode(errors="replace"))
    return count
