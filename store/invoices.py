"""Invoices and their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    literal_column,
    select,
    text,
)

from store.db import ReadConnection
from store.installments import Installment, installment_rows, installments_of
from store.keys import number_key
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import plain_values
from store.schema import KEY, metadata, origin_columns


class InvoiceStatus(StrEnum):
    """What the ERP says of an invoice, in our words."""

    PENDING = "pending"  # entered, not yet approved: nothing is owed
    OPEN = "open"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    VOIDED = "voided"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """One line; `quantity` is kept as the source wrote it, the amount is in the invoice's currency."""

    line_number: int
    amount: Money
    item: str | None = None
    description: str | None = None
    quantity: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice(Pulled):
    """A bill. `number` is the human one (NetSuite tranId); dates are the company's calendar dates.

    `installments` is None where the way it was read does not tell them: those that are stored are left alone.
    """

    number: str
    status: InvoiceStatus
    total: Money
    open_balance: Money
    customer_id: RecordId | None = None
    invoice_date: date | None = None
    due_date: date | None = None
    payment_terms: str | None = None
    po_number: str | None = None
    memo: str | None = None
    subsidiary: str | None = None
    sales_rep: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    lines: tuple[InvoiceLine, ...] = ()
    installments: tuple[Installment, ...] | None = ()


def days_past_due(invoice: Invoice, today: date) -> int:
    """Whole days since the due date; 0 when nothing is owed, or it is not due yet, or it has no due date."""
    if invoice.due_date is None or not is_owed(invoice):
        return 0
    return max(0, (today - invoice.due_date).days)


_IS_UNSETTLED = "open_balance_minor <> 0 AND deleted_at IS NULL"

invoices = Table(
    "invoices",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False, index=True),
    Column("customer_id", String),
    Column("status", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("open_balance_minor", BigInteger, nullable=False),
    Column("invoice_date", Date),
    Column("due_date", Date),
    Column("payment_terms", String),
    Column("po_number", String),
    Column("memo", Text),
    Column("subsidiary", String),
    Column("sales_rep", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Column("number_key", KEY, nullable=False, index=True),
    Column("reversed_number_key", KEY, nullable=False, index=True),
    Index("ix_invoices_customer_id_due_date", "customer_id", "due_date"),
    # All that sums and lists of the whole company look at; of a ledger's invoices only the few that are open. Texts of
    # any length stay out of it, as PostgreSQL refuses a row whose entry is longer than a third of a page.
    Index(
        "ix_invoices_open",
        "currency",
        "customer_id",
        "due_date",
        "open_balance_minor",
        "status",
        "deleted_at",
        "id",
        sqlite_where=text(_IS_UNSETTLED),
        postgresql_where=text(_IS_UNSETTLED),
    ),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", String, primary_key=True),
    Column("line_number", Integer, primary_key=True),
    Column("item", String),
    Column("description", Text),
    Column("quantity", String),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
)

# Only these count as owed; a pending or voided invoice may still carry an amount in the ERP.
OWED = (InvoiceStatus.OPEN.value, InvoiceStatus.PARTIALLY_PAID.value)


def unsettled() -> tuple[ColumnElement[bool], ...]:
    """The rows on which something is owed, or which are a credit: of the index `ix_invoices_open`.

    The zero stands in the statement itself: with a parameter in its place the database would not see that the index
    has all these rows.
    """
    c = invoices.c
    return c.open_balance_minor != literal_column("0"), c.deleted_at.is_(None), c.status.in_(OWED)


def is_owed(invoice: Invoice) -> bool:
    """Whether the customer owes the open balance: not of a pending, voided or deleted invoice, nor of a credit."""
    return invoice.open_balance.minor > 0 and invoice.status in OWED and invoice.deleted_at is None


# Built once: building a statement takes longer than running it.
_BY_ID = select(invoices).where(invoices.c.id == bindparam("invoice_id"))
_LINES = (
    select(invoice_lines)
    .where(invoice_lines.c.invoice_id == bindparam("invoice_id"))
    .order_by(invoice_lines.c.line_number)
)
_OLDEST_OPEN = (
    select(invoices)
    .where(
        invoices.c.customer_id == bindparam("customer_id"),
        invoices.c.open_balance_minor > 0,
        invoices.c.status.in_(OWED),
        invoices.c.deleted_at.is_(None),
    )
    .order_by(invoices.c.due_date.is_(None), invoices.c.due_date, invoices.c.number)
    .limit(bindparam("limit"))
)

_APART = frozenset({"total", "open_balance", "lines", "installments", "status"})
_PLAIN = tuple(f.name for f in fields(Invoice) if f.name not in _APART)


def invoice_row(invoice: Invoice) -> dict[str, Any]:
    """The table row of an invoice without its lines; the fingerprint is the upsert's to add."""
    key = number_key(invoice.number)
    return plain_values(invoice, _PLAIN) | {
        "status": invoice.status.value,
        "currency": invoice.total.currency,
        "total_minor": invoice.total.minor,
        "open_balance_minor": invoice.open_balance.minor,
        "number_key": key,
        "reversed_number_key": key[::-1],
    }


def line_rows(invoice: Invoice) -> tuple[dict[str, Any], ...]:
    """The rows of an invoice's lines."""
    return tuple(
        {
            "invoice_id": invoice.id,
            "line_number": line.line_number,
            "item": line.item,
            "description": line.description,
            "quantity": line.quantity,
            "currency": line.amount.currency,
            "amount_minor": line.amount.minor,
        }
        for line in invoice.lines
    )


def invoice_installments_rows(invoice: Invoice) -> tuple[dict[str, Any], ...] | None:
    """The rows of an invoice's installments; None where they are not told."""
    return None if invoice.installments is None else installment_rows(invoice.id, invoice.installments)


def invoice_from_row(
    row: RowMapping, lines: tuple[InvoiceLine, ...] = (), installments: tuple[Installment, ...] = ()
) -> Invoice:
    """The record of a table row, with the lines and installments that the caller read."""
    currency = row["currency"]
    return Invoice(
        status=InvoiceStatus(row["status"]),
        total=Money(currency=currency, minor=row["total_minor"]),
        open_balance=Money(currency=currency, minor=row["open_balance_minor"]),
        lines=lines,
        installments=installments,
        **{name: row[name] for name in _PLAIN},
    )


async def invoices_by_id(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, Invoice]:
    """The invoices with these ids, without lines; missing ones are simply not in the answer."""
    rows = await conn.execute(select(invoices).where(invoices.c.id.in_(ids)))
    return {row["id"]: invoice_from_row(row) for row in rows.mappings()}


async def invoice_by_id(conn: ReadConnection, invoice_id: RecordId) -> Invoice | None:
    """One invoice with its lines and installments, tombstoned or not; None when we never saw it."""
    row = (await conn.execute(_BY_ID, {"invoice_id": invoice_id})).mappings().first()
    if row is None:
        return None
    return invoice_from_row(row, await _lines_of(conn, invoice_id), await installments_of(conn, invoice_id))


async def _lines_of(conn: ReadConnection, invoice_id: RecordId) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            line_number=row["line_number"],
            amount=Money(currency=row["currency"], minor=row["amount_minor"]),
            item=row["item"],
            description=row["description"],
            quantity=row["quantity"],
        )
        for row in (await conn.execute(_LINES, {"invoice_id": invoice_id})).mappings()
    )


async def oldest_open_invoices(conn: ReadConnection, customer_id: RecordId, *, limit: int) -> tuple[Invoice, ...]:
    """A customer's open invoices, the longest due first; those without a due date last."""
    found = await conn.execute(_OLDEST_OPEN, {"customer_id": customer_id, "limit": limit})
    return tuple(invoice_from_row(row) for row in found.mappings())
