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


_PRIMARY = (
    select(contacts)
    .where(
        contacts.c.customer_id == bindparam("customer_id"),
        contacts.c.deleted_at.is_(None),
        contacts.c.is_inactive.is_(False),
    )
    .order_by(contacts.c.is_primary.desc(), contacts.c.name)
    .limit(1)
)


def contact_row(contact: Contact) -> dict[str, Any]:
    """The table row of a contact; the fingerprint is the upsert's to add."""
    return {name: value for name, value in asdict(contact).items() if name != "refreshed_at"}


def contact_from_row(row: RowMapping) -> Contact:
    """The record of a table row."""
    return Contact(**{name: row[name] for name in Contact.__dataclass_fields__})


async def primary_contact(conn: ReadConnection, customer_id: RecordId) -> Contact | None:
    """The contact marked primary, else the first by name; None when there is nobody."""
    row = (await conn.execute(_PRIMARY, {"customer_id": customer_id})).mappings().first()
    return contact_from_row(row) if row else None
