"""Customers: the debtors, as the ERP names them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, RowMapping, String, Table, Text, bindparam, func, select

from store.db import ReadConnection
from store.keys import name_key, sorted_words
from store.money import Money
from store.records import Pulled, RecordId
from store.rows import plain_values
from store.schema import KEY, metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer(Pulled):
    """A debtor. `number` is what people call it in the ERP (NetSuite entityId); `currency` is its primary one.

    `account_manager` is who looks after it by the CRM, where the rules ask for that. What the CRM fills in or a person
    took over from it stands here too: `store.crm.values` keeps what the ERP says.
    """

    name: str
    number: str | None = None
    parent_id: RecordId | None = None
    email: str | None = None
    phone: str | None = None
    fax: str | None = None
    website: str | None = None
    address: str | None = None
    currency: str | None = None
    payment_terms: str | None = None
    subsidiary: str | None = None
    sales_rep: str | None = None
    category: str | None = None
    credit_limit: Money | None = None
    on_credit_hold: bool | None = None
    is_inactive: bool = False
    url: str | None = None
    custom_fields_json: str = "{}"
    extra_json: str = "{}"
    account_manager: str | None = None


customers = Table(
    "customers",
    metadata,
    *origin_columns(),
    Column("name", Text, nullable=False),
    Column("number", String, index=True),
    Column("parent_id", String, index=True),
    Column("email", String),
    Column("phone", String),
    Column("fax", String),
    Column("website", String),
    Column("address", Text),
    Column("currency", String(3)),
    Column("payment_terms", String),
    Column("subsidiary", String),
    Column("sales_rep", String, index=True),
    Column("category", String),
    Column("credit_limit_minor", BigInteger),
    Column("credit_limit_currency", String(3)),
    Column("on_credit_hold", Boolean),
    Column("is_inactive", Boolean, nullable=False),
    Column("url", Text),
    Column("custom_fields_json", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Column("account_manager", String, index=True),
    Column("name_key", KEY, nullable=False),
    Column("sorted_name_key", KEY, nullable=False, index=True),
    Index("ix_customers_name_key", "name_key"),
    Index("ix_customers_name", "name"),
)

_PLAIN = tuple(f.name for f in fields(Customer) if f.name != "credit_limit")


# Built once: building a statement takes longer than running it.
_BY_ID = select(customers).where(customers.c.id == bindparam("customer_id"))
_IS_CHILD = (customers.c.parent_id == bindparam("parent_id")) & customers.c.deleted_at.is_(None)
_CHILDREN = (
    select(customers, func.count().over().label("total"))
    .where(_IS_CHILD)
    .order_by(customers.c.name)
    .limit(bindparam("limit"))
)


def customer_row(customer: Customer) -> dict[str, Any]:
    """The table row of a customer, keys included; the fingerprint is the upsert's to add."""
    limit = customer.credit_limit
    key = name_key(customer.name)
    return plain_values(customer, _PLAIN) | {
        "credit_limit_minor": limit.minor if limit else None,
        "credit_limit_currency": limit.currency if limit else None,
        "name_key": key,
        "sorted_name_key": sorted_words(key),
    }


def customer_from_row(row: RowMapping) -> Customer:
    """The record of a table row."""
    minor, currency = row["credit_limit_minor"], row["credit_limit_currency"]
    limit = None if minor is None else Money(currency=currency, minor=minor)
    return Customer(credit_limit=limit, **{name: row[name] for name in _PLAIN})


async def customers_by_id(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, Customer]:
    """The customers with these ids; missing ones are simply not in the answer."""
    rows = await conn.execute(select(customers).where(customers.c.id.in_(ids)))
    return {row["id"]: customer_from_row(row) for row in rows.mappings()}


async def customer_by_id(conn: ReadConnection, customer_id: RecordId) -> Customer | None:
    """One customer, tombstoned or not; None when we never saw it."""
    row = (await conn.execute(_BY_ID, {"customer_id": customer_id})).mappings().first()
    return customer_from_row(row) if row else None


async def children_of(conn: ReadConnection, parent_id: RecordId, *, limit: int) -> tuple[tuple[Customer, ...], int]:
    """The first customers below this one, by name, and how many there are in all."""
    rows = (await conn.execute(_CHILDREN, {"parent_id": parent_id, "limit": limit})).mappings().all()
    return tuple(customer_from_row(row) for row in rows), rows[0]["total"] if rows else 0
