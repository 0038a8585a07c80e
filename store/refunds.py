"""Refunds: money that was paid back to a customer, out of payments, credit memos or deposits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, RowMapping, String, Table, Text, text

from store.applications import Application, application_rows
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import amounts_from, amounts_row, plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund(Pulled):
    """Money paid back. `applications` name what it was paid out of, which is that much less unapplied.

    `unapplied` was paid out of nothing that is known, so the customer owes it. Amounts are positive, in one currency.
    """

    number: str
    total: Money
    unapplied: Money
    customer_id: RecordId | None = None
    refund_date: date | None = None
    status: str | None = None
    is_voided: bool = False
    memo: str | None = None
    subsidiary: str | None = None
    account: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    applications: tuple[Application, ...] = ()


_IS_UNAPPLIED = "unapplied_minor <> 0 AND deleted_at IS NULL"

refunds = Table(
    "refunds",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("customer_id", String),
    Column("refund_date", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("unapplied_minor", BigInteger, nullable=False),
    Column("status", String),
    Column("is_voided", Boolean, nullable=False),
    Column("memo", Text),
    Column("subsidiary", String),
    Column("account", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_refunds_customer_id_refund_date", "customer_id", "refund_date"),
    Index(
        "ix_refunds_unapplied",
        "customer_id",
        "currency",
        "unapplied_minor",
        "is_voided",
        "deleted_at",
        sqlite_where=text(_IS_UNAPPLIED),
        postgresql_where=text(_IS_UNAPPLIED),
    ),
)

_AMOUNTS = ("total", "unapplied")
_PLAIN = plain_names(Refund, *_AMOUNTS, "applications")


def refund_row(refund: Refund) -> dict[str, Any]:
    """The table row of a refund without what it was paid out of; the fingerprint is the upsert's to add."""
    return plain_values(refund, _PLAIN) | amounts_row(refund, _AMOUNTS, refund.total.currency)


def refund_applications(refund: Refund) -> tuple[dict[str, Any], ...]:
    """The rows of what it was paid out of."""
    return application_rows(refund.id, refund.applications)


def refund_from_row(row: RowMapping, applied: tuple[Application, ...] = ()) -> Refund:
    """The record of a table row, with what the caller read of its applications."""
    return Refund(applications=applied, **amounts_from(row, _AMOUNTS), **{name: row[name] for name in _PLAIN})
