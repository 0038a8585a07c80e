"""Contacts: the people at a customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, RowMapping, String, Table, Text, bindparam, func, not_, or_, select

from store.crm.links import crm_links
from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import Instant, metadata, origin_columns
from store.upsert import chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact(Pulled):
    """A person to reach at a customer, or for one of its invoices only (`invoice_id`).

    `is_primary` is None while the source does not tell: written like that, a contact stays what it was.
    `role` is the source's own word for what the person is there for. `source_field` is the custom field that the
    address was found in, for one that is no record of its own in the source. One that was made here has its writer's
    account as `author_id`. Of a CRM's contact `account_id` is its account there, from which its customer follows, and
    `created_at` when it was made.
    """

    name: str
    customer_id: RecordId | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    is_primary: bool | None = False
    is_inactive: bool = False
    extra_json: str = "{}"
    first_name: str | None = None
    last_name: str | None = None
    other_email: str | None = None
    mobile_phone: str | None = None
    role: str | None = None
    subsidiary: str | None = None
    invoice_id: RecordId | None = None
    source_field: str | None = None
    author_id: str | None = None
    account_id: RecordId | None = None
    created_at: datetime | None = None


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
    Column("first_name", String),
    Column("last_name", String),
    Column("other_email", String),
    Column("mobile_phone", String),
    Column("role", String),
    Column("subsidiary", String),
    Column("invoice_id", String, index=True),
    Column("source_field", String),
    Column("author_id", String),
    Column("account_id", String, index=True),
    Column("created_at", Instant),
)


# Contacts have one source at a time: of a customer to whom the CRM gives them, the ERP's are not shown. What a person
# wrote here is.
_GIVEN_BY_CRM = select(crm_links.c.account_id).where(
    crm_links.c.customer_id == bindparam("customer_id"), crm_links.c.gives_contacts.is_(True)
)
_IS_SHOWN = or_(contacts.c.account_id.is_not(None), contacts.c.author_id.is_not(None), not_(_GIVEN_BY_CRM.exists()))
# Somebody of our own company, by a CRM: shown among those of the customer, after all of them.
SALES_REP_ROLE = "Customer Sales Rep"
_IS_OURS = contacts.c.account_id.is_not(None) & (func.coalesce(contacts.c.role, "") == SALES_REP_ROLE)
_OF_CUSTOMER = (
    select(contacts)
    .where(
        contacts.c.customer_id == bindparam("customer_id"),
        _IS_SHOWN,
        contacts.c.invoice_id.is_(None),
        contacts.c.deleted_at.is_(None),
        contacts.c.is_inactive.is_(False),
    )
    .order_by(_IS_OURS, contacts.c.is_primary.desc(), contacts.c.name, contacts.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("skipped"))
)


def is_ours(contact: Contact) -> bool:
    """Whether this is our own sales rep for the customer, and nobody there."""
    return contact.account_id is not None and contact.role == SALES_REP_ROLE


_PLAIN = plain_names(Contact)


def contact_row(contact: Contact) -> dict[str, Any]:
    """The table row of a contact; the fingerprint is the upsert's to add."""
    return plain_values(contact, _PLAIN)


def contact_from_row(row: RowMapping) -> Contact:
    """The record of a table row."""
    return Contact(**{name: row[name] for name in Contact.__dataclass_fields__})


async def with_known_primary(conn: ReadConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are written: whoever was the primary contact stays it where the source does not tell."""
    untold = [row["id"] for row in rows if row["is_primary"] is None]
    if not untold:
        return rows
    primary: set[str] = set()
    for chunk in chunks(untold):
        found = select(contacts.c.id).where(contacts.c.id.in_(chunk), contacts.c.is_primary.is_(True))
        primary.update((await conn.execute(found)).scalars())
    return [row if row["is_primary"] is not None else row | {"is_primary": row["id"] in primary} for row in rows]


async def contacts_of(
    conn: ReadConnection, customer_id: RecordId, *, limit: int, skipped: int = 0
) -> tuple[Contact, ...]:
    """Whom to reach at a customer: the primary contact first, then by name, our own sales rep last.

    Without those who are inactive.
    """
    rows = await conn.execute(_OF_CUSTOMER, {"customer_id": customer_id, "limit": limit, "skipped": skipped})
    return tuple(contact_from_row(row) for row in rows.mappings())


async def contacts_of_invoice(conn: ReadConnection, invoice_id: RecordId, *, limit: int) -> tuple[Contact, ...]:
    """Whom to reach about one invoice only, by name; without those who are inactive."""
    c = contacts.c
    living = (c.invoice_id == invoice_id, c.deleted_at.is_(None), c.is_inactive.is_(False))
    rows = await conn.execute(select(contacts).where(*living).order_by(c.name, c.id).limit(limit))
    return tuple(contact_from_row(row) for row in rows.mappings())


async def contact_by_id(conn: ReadConnection, contact_id: RecordId) -> Contact | None:
    """One contact, whatever became of it; None when we never saw it."""
    row = (await conn.execute(select(contacts).where(contacts.c.id == contact_id))).mappings().first()
    return contact_from_row(row) if row else None


async def primary_contact(conn: ReadConnection, customer_id: RecordId) -> Contact | None:
    """The contact marked primary, else the first by name; None when there is nobody over there."""
    found = await contacts_of(conn, customer_id, limit=1)
    return next((each for each in found if not is_ours(each)), None)
