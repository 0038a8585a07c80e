"""Records for the store's tests, and short ways to write and read them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, delete, event, insert, select

from store.changes import Change, changes_after
from store.contacts import Contact
from store.customers import Customer
from store.db import Store, WriteConnection
from store.facts import facts
from store.invoices import Invoice, InvoiceLine, InvoiceStatus
from store.money import Money
from store.notes import Note
from store.pulled import Record, upsert_records
from store.records import record_id
from store.upsert import Counts

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
CUSTOMER_ID = record_id("netsuite", "customer", "7")


def usd(minor: int) -> Money:
    return Money(currency="USD", minor=minor)


def line(number: int, minor: int, **values: Any) -> InvoiceLine:
    return InvoiceLine(line_number=number, amount=usd(minor), **values)


def make_customer(source_id: str = "7", **values: Any) -> Customer:
    known: dict[str, Any] = {"name": f"Customer {source_id}", "seen_at": AT, "source_changed_at": AT}
    return Customer(
        id=record_id("netsuite", "customer", source_id), origin="netsuite", source_id=source_id, **known | values
    )


def make_invoice(source_id: str = "1", **values: Any) -> Invoice:
    known: dict[str, Any] = {
        "number": f"INV-{source_id}",
        "status": InvoiceStatus.OPEN,
        "total": usd(10_000),
        "open_balance": usd(10_000),
        "customer_id": CUSTOMER_ID,
        "due_date": date(2026, 11, 1),
        "seen_at": AT,
        "source_changed_at": AT,
    }
    return Invoice(
        id=record_id("netsuite", "invoice", source_id), origin="netsuite", source_id=source_id, **known | values
    )


def make_contact(source_id: str = "1", **values: Any) -> Contact:
    known: dict[str, Any] = {"name": f"Contact {source_id}", "customer_id": CUSTOMER_ID, "seen_at": AT}
    return Contact(
        id=record_id("netsuite", "contact", source_id), origin="netsuite", source_id=source_id, **known | values
    )


def make_note(source_id: str = "1", **values: Any) -> Note:
    known: dict[str, Any] = {"about_id": CUSTOMER_ID, "text": f"note {source_id}", "written_at": AT, "seen_at": AT}
    return Note(id=record_id("netsuite", "note", source_id), origin="netsuite", source_id=source_id, **known | values)


async def save(store: Store, *records: Record, at: datetime = AT) -> Counts:
    async with store.write() as conn:
        return await upsert_records(conn, records, at=at)


async def changes(store: Store, after: int = 0) -> tuple[Change, ...]:
    async with store.read() as conn:
        return await changes_after(conn, after, limit=1000)


async def rows(store: Store, table: Table) -> Sequence[dict[str, Any]]:
    """Everything in a table, in the order of its primary key."""
    async with store.read() as conn:
        found = await conn.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]


@contextmanager
def statements_of(store: Store) -> Iterator[list[str]]:
    """The statements that the writer executes inside the block, but for the transaction's own."""
    told: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT")):
            told.append(statement)

    event.listen(store._writer.sync_engine, "before_cursor_execute", note)
    yield told
    event.remove(store._writer.sync_engine, "before_cursor_execute", note)


async def put_fact(conn: WriteConnection, value: str) -> None:
    """Keep a value under the name «fact», in place of what was there."""
    await conn.execute(delete(facts))
    await conn.execute(insert(facts).values(name="fact", value=value))
