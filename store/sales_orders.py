"""Sales orders: what was ordered and is, or will be, invoiced."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, RowMapping, String, Table, Text, bindparam, select

from store.db import ReadConnection
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import amounts_from, amounts_row, plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesOrder(Pulled):
    """An order; `status` is the source's own word. Nothing is owed on it."""

    number: str
    total: Money
    customer_id: RecordId | None = None
    order_date: date | None = None
    status: str | None = None
    po_number: str | None = None
    payment_terms: str | None = None
    memo: str | None = None
    subsidiary: str | None = None
    sales_rep: str | None = None
    exchange_rate: str | None = None
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"


sales_orders = Table(
    "sales_orders",
    metadata,
    *origin_columns(),
    Column("number", String, nullable=False),
    Column("customer_id", String),
    Column("order_date", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("status", String),
    Column("po_number", String),
    Column("payment_terms", String),
    Column("memo", Text),
    Column("subsidiary", String),
    Column("sales_rep", String),
    Column("exchange_rate", String),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_sales_orders_customer_id_order_date", "customer_id", "order_date"),
)

_AMOUNTS = ("total",)
_PLAIN = plain_names(SalesOrder, *_AMOUNTS)

# Built once: building a statement takes longer than running it.
_NEWEST = (
    select(sales_orders)
    .where(sales_orders.c.customer_id == bindparam("customer_id"), sales_orders.c.deleted_at.is_(None))
    .order_by(sales_orders.c.order_date.desc(), sales_orders.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def sales_order_row(order: SalesOrder) -> dict[str, Any]:
    """The table row of a sales order; the fingerprint is the upsert's to add."""
    return plain_values(order, _PLAIN) | amounts_row(order, _AMOUNTS, order.total.currency)


def sales_order_from_row(row: RowMapping) -> SalesOrder:
    """The record of a table row."""
    return SalesOrder(**amounts_from(row, _AMOUNTS), **{name: row[name] for name in _PLAIN})


async def sales_orders_of(
    conn: ReadConnection, customer_id: RecordId, *, limit: int, offset: int = 0
) -> tuple[SalesOrder, ...]:
    """A page of a customer's sales orders, the newest first."""
    page = {"customer_id": customer_id, "limit": limit, "offset": offset}
    return tuple(sales_order_from_row(row) for row in (await conn.execute(_NEWEST, page)).mappings())
