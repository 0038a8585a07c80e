"""Contacts: the people at a customer."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Boolean, Column, RowMapping, String, Table, Text, bindparam, select

from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact(Pulled):
    """A person to reach at a customer."""

    name: str
    customer_id: RecordId | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    is_primary: bool = False
    is_inactive: bool = False
    extra_json: str = "{}"


contacts = Table(
    "contacts",
    metadata,
    *origin_columns(),
    Column("name", Text, nullable=False),
    Column("customer_id", String, index=True),
    Column("title", String),
    Column("email", String, index=True),
    Column("phone", String),
    Column("is_primary", Boolean, nullable=False),
    Column("is_inactive", Boolean, nullable=False),
    Column("extra_json", Text, nullable=False),
)


_OF_CUSTOMER = (
    select(contacts)
    .where(
        contacts.c.customer_id == bindparam("customer_id"),
        contacts.c.deleted_at.is_(None),
        contacts.c.is_inactive.is_(False),
    )
    .order_by(contacts.c.is_primary.desc(), contacts.c.name, contacts.c.id)
    .limit(bindparam("limit"))
)


def contact_row(contact: Contact) -> dict[str, Any]:
    """The table row of a contact; the fingerprint is the upsert's to add."""
    return {name: value for name, value in asdict(contact).items() if name != "refreshed_at"}


def contact_from_row(row: RowMapping) -> Contact:
    """The record of a table row."""
    return Contact(**{name: row[name] for name in Contact.__dataclass_fields__})


async def contacts_of(conn: ReadConnection, customer_id: RecordId, *, limit: int) -> tuple[Contact, ...]:
    """Whom to reach at a customer: the primary contact first, then by name; without those who are inactive."""
    rows = await conn.execute(_OF_CUSTOMER, {"customer_id": customer_id, "limit": limit})
    return tuple(contact_from_row(row) for row in rows.mappings())


async def primary_contact(conn: ReadConnection, customer_id: RecordId) -> Contact | None:
    """The contact marked primary, else the first by name; None when there is nobody."""
    return next(iter(await contacts_of(conn, customer_id, limit=1)), None)
