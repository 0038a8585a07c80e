"""Applications: which part of a payment, deposit or credit memo settles which invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, RowMapping, String, Table, select

from store.db import ReadConnection
from store.money import Money
from store.records import RecordId
from store.schema import metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """An amount that was applied to one transaction, most often an invoice; `discount` came off besides.

    `applied_to` is the record's id even when that was not pulled yet; `number` is how people call it.
    """

    line_number: int
    applied_to: RecordId
    amount: Money
    discount: Money | None = None
    number: str | None = None
    applied_on: date | None = None


# `record_id` is the payment's or the credit memo's id.
applications = Table(
    "applications",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("line_number", Integer, primary_key=True),
    Column("applied_to", String, nullable=False),
    Column("number", String),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("discount_minor", BigInteger),
    Column("applied_on", Date),
    Index("ix_applications_applied_to", "applied_to"),
)


def application_rows(record_id: RecordId, applied: Sequence[Application]) -> tuple[dict[str, Any], ...]:
    """The rows of a record's applications."""
    return tuple(
        {
            "record_id": record_id,
            "line_number": one.line_number,
            "applied_to": one.applied_to,
            "number": one.number,
            "currency": one.amount.currency,
            "amount_minor": one.amount.minor,
            "discount_minor": None if one.discount is None else one.discount.minor,
            "applied_on": one.applied_on,
        }
        for one in applied
    )


async def applications_of(conn: ReadConnection, record_id: RecordId) -> tuple[Application, ...]:
    """What a payment or a credit memo settled, in its own order."""
    return (await applications_of_many(conn, [record_id])).get(record_id, ())


async def applications_of_many(
    conn: ReadConnection, record_ids: Sequence[RecordId]
) -> dict[RecordId, tuple[Application, ...]]:
    """What each of a few payments and credit memos settled, likewise; without those that settled nothing."""
    c = applications.c
    query = select(applications).where(c.record_id.in_(record_ids)).order_by(c.record_id, c.line_number)
    found: dict[RecordId, list[Application]] = {}
    for row in (await conn.execute(query)).mappings():
        found.setdefault(RecordId(row["record_id"]), []).append(_application(row))
    return {record_id: tuple(applied) for record_id, applied in found.items()}


def _application(row: RowMapping) -> Application:
    return Application(
        line_number=row["line_number"],
        applied_to=RecordId(row["applied_to"]),
        number=row["number"],
        amount=Money(currency=row["currency"], minor=row["amount_minor"]),
        discount=_discount(row["currency"], row["discount_minor"]),
        applied_on=row["applied_on"],
    )


def _discount(currency: str, minor: int | None) -> Money | None:
    return None if minor is None else Money(currency=currency, minor=minor)
