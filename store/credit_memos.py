"""Credit memos: what a customer was credited, with what of it is not applied yet."""

from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditMemo(Pulled):
    """A credit. Amounts are positive and in one currency; `unapplied` still lowers what the customer owes net."""

    number: str
    total: Money
    unapplied: Money
    customer_id: RecordId | None = None
    credit_date: date | None = None
    status: str | None = None
    is_voided: bool = False
    memo: str | None = None
    created_from: str | None = None
    subsidiary: str | None = None
    sales_rep: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    applications: tuple[Application, ...] = ()


_IS_UNAPPLIED = "unapplied_minor <> 0 AND deleted_at IS NULL"

credit_memos = Table(
    "credit_memos",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("customer_id", String),
    Column("credit_date", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("unapplied_minor", BigInteger, nullable=False),
    Column("status", String),
    Column("is_voided", Boolean, nullable=False),
    Column("memo", Text),
    Column("created_from", String),
    Column("subsidiary", String),
    Column("sales_rep", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_credit_memos_customer_id_credit_date", "customer_id", "credit_date"),
    # All that sums of what is not applied yet look at: a few of a ledger's rows.
    Index(
        "ix_credit_memos_unapplied",
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
_PLAIN = plain_names(CreditMemo, *_AMOUNTS, "applications")

# Built once: building a statement takes longer than running it.
_NEWEST = (
    select(credit_memos)
    .where(credit_memos.c.customer_id == bindparam("customer_id"), credit_memos.c.deleted_at.is_(None))
    .order_by(credit_memos.c.credit_date.desc(), credit_memos.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def credit_memo_row(memo: CreditMemo) -> dict[str, Any]:
    """The table row of a credit memo without its applications; the fingerprint is the upsert's to add."""
    return plain_values(memo, _PLAIN) | amounts_row(memo, _AMOUNTS, memo.total.currency)


def credit_memo_applications(memo: CreditMemo) -> tuple[dict[str, Any], ...]:
    """The rows of a credit memo's applications."""
    return application_rows(memo.id, memo.applications)


def credit_memo_from_row(row: RowMapping, applied: tuple[Application, ...] = ()) -> CreditMemo:
    """The record of a table row, with the applications that the caller read."""
    return CreditMemo(applications=applied, **amounts_from(row, _AMOUNTS), **{name: row[name] for name in _PLAIN})


async def credit_memos_of(
    conn: ReadConnection, customer_id: RecordId, *, limit: int, offset: int = 0
) -> tuple[CreditMemo, ...]:
    """A page of a customer's credit memos, the newest first, without their applications."""
    page = {"customer_id": customer_id, "limit": limit, "offset": offset}
    return tuple(credit_memo_from_row(row) for row in (await conn.execute(_NEWEST, page)).mappings())
