"""Records to look up, and a store with them in it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from store.customers import Customer
from store.db import Store
from store.invoices import Invoice, InvoiceStatus
from store.keys import name_key, number_key, sorted_name_key
from store.money import Money
from store.pulled import Record, upsert_records
from store.records import RecordId, record_id
from store.search import CustomerHit, InvoiceHit

SEEN_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def make_customer(
    name: str,
    *,
    source_id: str | None = None,
    number: str | None = None,
    is_inactive: bool = False,
    deleted_at: datetime | None = None,
) -> Customer:
    source_id = source_id or name
    return Customer(
        id=record_id("netsuite", "customer", source_id),
        origin="netsuite",
        source_id=source_id,
        name=name,
        number=number,
        is_inactive=is_inactive,
        seen_at=SEEN_AT,
        deleted_at=deleted_at,
    )


def make_invoice(
    number: str,
    *,
    source_id: str | None = None,
    open_minor: int = 5_000,
    invoice_date: date = date(2026, 10, 1),
    due_date: date | None = date(2026, 11, 1),
    customer_id: RecordId | None = None,
    currency: str = "USD",
    deleted_at: datetime | None = None,
) -> Invoice:
    source_id = source_id or number
    return Invoice(
        id=record_id("netsuite", "invoice", source_id),
        origin="netsuite",
        source_id=source_id,
        number=number,
        status=InvoiceStatus.OPEN if open_minor else InvoiceStatus.PAID,
        total=Money(currency=currency, minor=12_345),
        open_balance=Money(currency=currency, minor=open_minor),
        seen_at=SEEN_AT,
        customer_id=customer_id,
        invoice_date=invoice_date,
        due_date=due_date,
        deleted_at=deleted_at,
    )


def invoice_hit(number: str, *, is_open: bool = True, invoice_date: date | None = date(2026, 10, 1)) -> InvoiceHit:
    return InvoiceHit(
        id=RecordId(number), number=number, number_key=number_key(number), is_open=is_open, invoice_date=invoice_date
    )


def customer_hit(name: str, *, number: str | None = None, is_inactive: bool = False) -> CustomerHit:
    return CustomerHit(
        id=RecordId(name),
        name=name,
        number=number,
        name_key=name_key(name),
        sorted_name_key=sorted_name_key(name),
        is_inactive=is_inactive,
    )


async def save(store: Store, *records: Record, at: datetime = SEEN_AT) -> None:
    async with store.write() as conn:
        await upsert_records(conn, records, at=at)


async def delete(store: Store, record: Record, *, at: datetime = SEEN_AT) -> None:
    await save(store, replace(record, deleted_at=at), at=at)
