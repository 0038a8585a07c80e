"""Deposit applications: what was drawn from a customer deposit, and which invoices it settled.

A deposit settles nothing by itself. What of an application settles nothing any more stands among the receivables, as
an unapplied payment does; what was never drawn stays the deposit's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
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
    func,
    select,
    text,
    update,
)

from store.applications import Application, application_rows, applications_of_many
from store.changes import Change, append_changes
from store.db import ReadConnection, WriteConnection
from store.money import Money
from store.payments import payments
from store.records import Pulled, RecordId
from store.rows import amounts_from, amounts_row, plain_names, plain_values
from store.schema import metadata, origin_columns
from store.upsert import chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class DepositApplication(Pulled):
    """What was drawn from the deposit; `total` and `unapplied` are in one currency."""

    number: str
    deposit_id: RecordId
    total: Money
    unapplied: Money
    customer_id: RecordId | None = None
    applied_on: date | None = None
    status: str | None = None
    is_voided: bool = False
    memo: str | None = None
    subsidiary: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    applications: tuple[Application, ...] = ()


_IS_UNAPPLIED = "unapplied_minor <> 0 AND deleted_at IS NULL"

deposit_applications = Table(
    "deposit_applications",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("deposit_id", String, nullable=False),
    Column("customer_id", String),
    Column("applied_on", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("unapplied_minor", BigInteger, nullable=False),
    Column("status", String),
    Column("is_voided", Boolean, nullable=False),
    Column("memo", Text),
    Column("subsidiary", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_deposit_applications_deposit_id", "deposit_id"),
    Index(
        "ix_deposit_applications_unapplied",
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
_PLAIN = plain_names(DepositApplication, *_AMOUNTS, "applications")


def deposit_application_row(one: DepositApplication) -> dict[str, Any]:
    """The table row without what was settled; the fingerprint is the upsert's to add."""
    return plain_values(one, _PLAIN) | amounts_row(one, _AMOUNTS, one.total.currency)


def deposit_application_applications(one: DepositApplication) -> tuple[dict[str, Any], ...]:
    """The rows of what it settled."""
    return application_rows(one.id, one.applications)


def deposit_application_from_row(row: RowMapping, applied: tuple[Application, ...] = ()) -> DepositApplication:
    """The record of a table row, with what the caller read of its applications."""
    return DepositApplication(
        applications=applied, **amounts_from(row, _AMOUNTS), **{name: row[name] for name in _PLAIN}
    )


async def settled_by_deposits(
    conn: ReadConnection, deposit_ids: Sequence[RecordId]
) -> dict[RecordId, tuple[Application, ...]]:
    """What each of a few deposits settled through its applications, numbered anew; without those that settled none."""
    c = deposit_applications.c
    query = select(c.id, c.deposit_id).where(c.deposit_id.in_(deposit_ids), c.deleted_at.is_(None))
    rows = (await conn.execute(query.order_by(c.applied_on, c.id))).all()
    applied = await applications_of_many(conn, [RecordId(row.id) for row in rows]) if rows else {}
    found: dict[RecordId, list[Application]] = {}
    for row in rows:
        found.setdefault(RecordId(row.deposit_id), []).extend(applied.get(RecordId(row.id), ()))
    return {deposit_id: _numbered(each) for deposit_id, each in found.items() if each}


async def give_back_to_deposits(conn: WriteConnection, gone: Sequence[RecordId], *, at: datetime) -> None:
    """What these applications had drawn, which are no more, is unapplied of their deposits again.

    Counted from those that are left, so that a deposit that was read since then comes out the same.
    """
    c = deposit_applications.c
    for chunk in chunks(gone):
        found = await conn.execute(select(c.deposit_id).distinct().where(c.id.in_(chunk)))
        for deposit_id in sorted(found.scalars()):
            await _recount(conn, RecordId(deposit_id), at)


async def _recount(conn: WriteConnection, deposit_id: RecordId, at: datetime) -> None:
    c, p = deposit_applications.c, payments.c
    lives = (c.deposit_id == deposit_id, c.deleted_at.is_(None), c.is_voided.is_(False))
    drawn = int((await conn.execute(select(func.coalesce(func.sum(c.total_minor), 0)).where(*lives))).scalar_one())
    known = select(p.total_minor, p.unapplied_minor).where(
        p.id == deposit_id, p.is_voided.is_(False), p.deleted_at.is_(None)
    )
    row = (await conn.execute(known)).first()
    if row is None or row.unapplied_minor == row.total_minor - drawn:
        return
    left = row.total_minor - drawn
    # Without its fingerprint the next reading writes what the source says.
    await conn.execute(update(payments).where(p.id == deposit_id).values(unapplied_minor=left, fingerprint=""))
    changed = {"unapplied_minor": (row.unapplied_minor, left)}
    await append_changes(conn, [Change(kind="payment", record_id=deposit_id, action="changed", fields=changed)], at=at)


def _numbered(applied: Sequence[Application]) -> tuple[Application, ...]:
    return tuple(replace(one, line_number=number) for number, one in enumerate(applied, start=1))
