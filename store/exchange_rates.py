"""Exchange rates, each with the day from which it holds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Index, RowMapping, String, Table, select

from store.db import ReadConnection
from store.records import Pulled
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangeRate(Pulled):
    """What one unit of `currency` costs in `base_currency` from `effective_date` on; the rate as the source wrote it.

    Both currencies are ISO codes.
    """

    base_currency: str
    currency: str
    rate: str
    effective_date: date


exchange_rates = Table(
    "exchange_rates",
    metadata,
    *origin_columns(),
    Column("base_currency", String(3), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("rate", String, nullable=False),
    Column("effective_date", Date, nullable=False),
    Index("ix_exchange_rates_pair", "base_currency", "currency", "effective_date"),
)

_PLAIN = plain_names(ExchangeRate)


def exchange_rate_row(rate: ExchangeRate) -> dict[str, Any]:
    """The table row of a rate; the fingerprint is the upsert's to add."""
    return plain_values(rate, _PLAIN)


def exchange_rate_from_row(row: RowMapping) -> ExchangeRate:
    """The record of a table row."""
    return ExchangeRate(**{name: row[name] for name in _PLAIN})


async def rate_on(conn: ReadConnection, *, base: str, currency: str, day: date) -> tuple[Decimal, date] | None:
    """The newest rate of a pair that holds on a day, and from when; None when no rate is that old."""
    c = exchange_rates.c
    query = (
        select(c.rate, c.effective_date)
        .where(c.base_currency == base, c.currency == currency, c.effective_date <= day, c.deleted_at.is_(None))
        .order_by(c.effective_date.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return None if row is None else (Decimal(row[0]), row[1])


async def base_currencies(conn: ReadConnection) -> tuple[str, ...]:
    """The currencies in which others are priced, by code."""
    c = exchange_rates.c
    query = select(c.base_currency).where(c.deleted_at.is_(None)).distinct().order_by(c.base_currency)
    return tuple((await conn.execute(query)).scalars())
