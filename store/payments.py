"""Payments: money that came in from a customer, and customer deposits, with what of them is not applied yet."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    select,
    text,
)

from store.applications import Application, application_rows
from store.db import ReadConnection
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import amounts_from, amounts_row, plain_names, plain_values
from store.schema import metadata, origin_columns


class PaymentKind(StrEnum):
    """A payment settles invoices; a deposit was paid ahead, often for a sales order."""

    PAYMENT = "payment"
    DEPOSIT = "deposit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment(Pulled):
    """Money received. `unapplied` is the part that settles nothing yet; all amounts are in one currency.

    `number` is the human one, `status` the source's own word. A voided payment keeps its number; it counts for nothing.
    """

    number: str
    kind: PaymentKind
    total: Money
    unapplied: Money
    customer_id: RecordId | None = None
    payment_date: date | None = None
    status: str | None = None
    is_voided: bool = False
    check_number: str | None = None
    memo: str | None = None
    subsidiary: str | None = None
    account: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    applications: tuple[Application, ...] = ()


_IS_UNAPPLIED = "unapplied_minor <> 0 AND deleted_at IS NULL"

payments = Table(
    "payments",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("customer_id", String),
    Column("payment_date", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("unapplied_minor", BigInteger, nullable=False),
    Column("status", String),
    Column("is_voided", Boolean, nullable=False),
    Column("check_number", String),
    Column("memo", Text),
    Column("subsidiary", String),
    Column("account", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_payments_customer_id_payment_date", "customer_id", "payment_date"),
    # All that sums of what is not applied yet look at: a few of a ledger's rows.
    Index(
        "ix_payments_unapplied",
        "customer_id",
        "currency",
        "unapplied_minor",
        "kind",
        "is_voided",
        "deleted_at",
        sqlite_where=text(_IS_UNAPPLIED),
        postgresql_where=text(_IS_UNAPPLIED),
    ),
)

_AMOUNTS = ("total", "unapplied")
_PLAIN = plain_names(Payment, *_AMOUNTS, "kind", "applications")

# Built once: building a statement takes longer than running it.
_NEWEST = (
    select(payments)
    .where(payments.c.customer_id == bindparam("customer_id"), payments.c.deleted_at.is_(None))
    .order_by(payments.c.payment_date.desc(), payments.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def payment_row(payment: Payment) -> dict[str, Any]:
    """The table row of a payment without its applications; the fingerprint is the upsert's to add."""
    return (
        plain_values(payment, _PLAIN)
        | amounts_row(payment, _AMOUNTS, payment.total.currency)
        | {"kind": payment.kind.value}
    )


def payment_applications(payment: Payment) -> tuple[dict[str, Any], ...]:
    """The rows of a payment's applications."""
    return application_rows(payment.id, payment.applications)


def payment_from_row(row: RowMapping, applied: tuple[Application, ...] = ()) -> Payment:
    """The record of a table row, with the applications that the caller read."""
    return Payment(
        kind=PaymentKind(row["kind"]),
        applications=applied,
        **amounts_from(row, _AMOUNTS),
        **{name: row[name] for name in _PLAIN},
    )


async def payments_of(
    conn: ReadConnection, customer_id: RecordId, *, limit: int, offset: int = 0
) -> tuple[Payment, ...]:
    """A page of a customer's payments and deposits, the newest first, without their applications."""
    page = {"customer_id": customer_id, "limit": limit, "offset": offset}
    return tuple(payment_from_row(row) for row in (await conn.execute(_NEWEST, page)).mappings())


async def payment_by_id(conn: ReadConnection, payment_id: RecordId) -> Payment | None:
    """One payment without its applications, tombstoned or not; None when we never saw it."""
    row = (await conn.execute(select(payments).where(payments.c.id == payment_id))).mappings().first()
    return payment_from_row(row) if row else None
