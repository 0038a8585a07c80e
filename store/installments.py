"""Installments: the parts in which one invoice falls due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, select

from store.db import ReadConnection
from store.money import Money
from store.records import RecordId
from store.schema import metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Installment:
    """One part of an invoice, in its currency; `open_balance` is what of it is still to be paid."""

    sequence: int
    amount: Money
    open_balance: Money
    due_date: date | None = None


invoice_installments = Table(
    "invoice_installments",
    metadata,
    Column("invoice_id", String, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("due_date", Date),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("open_balance_minor", BigInteger, nullable=False),
)


def installment_rows(invoice_id: RecordId, parts: Sequence[Installment]) -> tuple[dict[str, Any], ...]:
    """The rows of an invoice's installments."""
    return tuple(
        {
            "invoice_id": invoice_id,
            "sequence": part.sequence,
            "due_date": part.due_date,
            "currency": part.amount.currency,
            "amount_minor": part.amount.minor,
            "open_balance_minor": part.open_balance.minor,
        }
        for part in parts
    )


async def installments_of(conn: ReadConnection, invoice_id: RecordId) -> tuple[Installment, ...]:
    """An invoice's installments in their order; most invoices have none."""
    c = invoice_installments.c
    rows = await conn.execute(select(invoice_installments).where(c.invoice_id == invoice_id).order_by(c.sequence))
    return tuple(
        Installment(
            sequence=row["sequence"],
            amount=Money(currency=row["currency"], minor=row["amount_minor"]),
            open_balance=Money(currency=row["currency"], minor=row["open_balance_minor"]),
            due_date=row["due_date"],
        )
        for row in rows.mappings()
    )
