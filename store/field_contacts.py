"""E-mail addresses in custom fields of customers and invoices: each is a contact of that record.

Which fields hold addresses, their definitions say. A record's contacts are made anew in the transaction that writes it,
whichever way it was read; an address that left its field leaves a tombstone. What is no address is told in the
quarantine, with record and field, and hinders nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update

from store.addresses import addresses_in
from store.changes import Change, append_changes
from store.contacts import Contact, contact_row, contacts
from store.custom_fields import custom_fields_of, last_labels
from store.customers import Customer, customers
from store.db import ReadConnection, WriteConnection
from store.invoices import Invoice, invoices
from store.known_fields import hold_known_fields, read_known_fields
from store.quarantine import EMAIL_FIELDS, Quarantined, quarantine_records, release_ending, release_records
from store.records import RecordId, record_id
from store.upsert import chunks, fingerprint, upsert_rows

# No stream of a source: its runs are none the worse for what people wrote into a field.
STREAM = EMAIL_FIELDS
_EMAIL = "email"
KINDS: Mapping[str, Table] = {"customer": customers, "invoice": invoices}


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A record whose custom fields may hold addresses, as far as its contacts need it."""

    kind: str
    id: RecordId
    origin: str
    source_id: str
    customer_id: RecordId | None
    custom_fields_json: str
    seen_at: datetime


# The labels of fields by their script ids.
Fields: TypeAlias = Mapping[str, str]


async def email_fields(conn: ReadConnection, origin: str, kind: str) -> Fields:
    """The custom fields of one kind of record that hold e-mail addresses."""
    found = await custom_fields_of(conn, origin, kind)
    return {field.script_id: field.label for field in found if field.field_type == _EMAIL}


async def save_field_contacts(conn: WriteConnection, records: Sequence[object], *, at: datetime) -> None:
    """Make the contacts of these customers and invoices anew; nothing for records of other kinds."""
    held = [_holder(record) for record in records if isinstance(record, Customer | Invoice)]
    for origin, kind in {(one.origin, one.kind) for one in held}:
        await hold_known_fields(conn, origin)
        fields = await made_of(conn, origin, kind)
        of_kind = [one for one in held if (one.origin, one.kind) == (origin, kind)]
        for chunk in chunks(of_kind) if fields else ():
            await save_contacts_of(conn, chunk, fields, at=at)


async def field_contacts_of(conn: ReadConnection, records: Sequence[object]) -> tuple[Contact, ...]:
    """The contacts that `save_field_contacts` would make of these customers and invoices; nothing is written."""
    held = [_holder(record) for record in records if isinstance(record, Customer | Invoice)]
    fields = {place: await made_of(conn, *place) for place in {(one.origin, one.kind) for one in held}}
    found = (each for one in held for each in contacts_in(one, fields[one.origin, one.kind]))
    return tuple(each for each in found if isinstance(each, Contact))


async def made_of(conn: ReadConnection, origin: str, kind: str) -> Fields:
    """The fields that contacts are made of: those that hold addresses, and those gone that were not given up yet.

    That a field is gone is followed once for all records, and maybe asked about, so none loses its contacts before.
    """
    fields = await email_fields(conn, origin, kind)
    known = await read_known_fields(conn, origin)
    left = known.names.get(kind, frozenset()) - known.given_up - fields.keys()
    last = await last_labels(conn, origin, kind, sorted(left)) if left else {}
    return {**last, **fields}


async def save_contacts_of(conn: WriteConnection, held: Sequence[Holder], fields: Fields, *, at: datetime) -> None:
    """Make the contacts of records of one kind and origin anew; what they have in no field of these goes."""
    found = [each for one in held for each in contacts_in(one, fields)]
    wanted = [each for each in found if isinstance(each, Contact)]
    unfit = [each for each in found if isinstance(each, Quarantined)]
    rows = [row | {"fingerprint": fingerprint(row)} for row in map(contact_row, wanted)]
    await upsert_rows(conn, contacts, "contact", rows, at=at)
    known = await _known(conn, held)
    await _bury(conn, sorted(known - {contact.id for contact in wanted}), at)
    told = {one.source_id for one in unfit}
    possible = [_place(one, script_id) for one in held for script_id in fields]
    await release_records(conn, held[0].origin, STREAM, [each for each in possible if each not in told])
    await quarantine_records(conn, unfit)


async def bury_field_contacts(conn: WriteConnection, kind: str, ids: Sequence[RecordId], *, at: datetime) -> None:
    """These records are no more, and what their fields held with them."""
    if kind not in KINDS:
        return
    for chunk in chunks(ids):
        c = contacts.c
        rows = await conn.execute(select(c.id).where(_of(kind, chunk), c.deleted_at.is_(None)))
        await _bury(conn, sorted(rows.scalars()), at)


async def count_of_fields(conn: ReadConnection, origin: str, script_ids: Sequence[str] | None = None) -> int:
    """How many contacts live that were made from these fields; from any, when none are named."""
    query = select(func.count()).select_from(contacts).where(*_of_fields(origin, script_ids))
    return int((await conn.execute(query)).scalar_one())


async def bury_some_of_fields(
    conn: WriteConnection, origin: str, script_ids: Sequence[str], *, at: datetime, limit: int
) -> int:
    """These fields hold no addresses any more: bury so many of their contacts; say how many there were."""
    c = contacts.c
    query = select(c.id).where(*_of_fields(origin, script_ids)).order_by(c.id).limit(limit)
    ids = (await conn.execute(query)).scalars().all()
    await _bury(conn, ids, at)
    return len(ids)


async def forget_fields(conn: WriteConnection, origin: str, script_ids: Sequence[str]) -> None:
    """What was no address in these fields is no matter any more."""
    for each in script_ids:
        await release_ending(conn, origin, STREAM, f" {each}")


async def holders_of(
    conn: ReadConnection, origin: str, kind: str, script_ids: Sequence[str], *, after: RecordId | None, limit: int
) -> tuple[Holder, ...]:
    """The next living records that have a value in one of these fields, in the order of their ids."""
    c = KINDS[kind].c
    behind = () if after is None else (c.id > after,)
    # The name of a field stands in its JSON in quotation marks; what only looks like it is harmless here.
    has_value = or_(*(c.custom_fields_json.contains(f'"{each}"', autoescape=True) for each in script_ids))
    query = select(KINDS[kind]).where(c.origin == origin, c.deleted_at.is_(None), has_value, *behind)
    rows = (await conn.execute(query.order_by(c.id).limit(limit))).mappings()
    return tuple(_holder_of_row(kind, row) for row in rows)


def contacts_in(held: Holder, fields: Fields) -> Iterator[Contact | Quarantined]:
    """The contacts that the fields of a record hold, and what of them is no address. Pure."""
    values = _values(held.custom_fields_json)
    for script_id, label in fields.items():
        found = addresses_in(values.get(script_id, ""))
        for address in found.valid:
            yield _contact(held, script_id, label, address)
        if found.invalid:
            yield _unfit(held, script_id, found.invalid)


def _holder_of_row(kind: str, row: Mapping[Any, Any]) -> Holder:
    return Holder(
        kind=kind,
        id=row["id"],
        origin=row["origin"],
        source_id=row["source_id"],
        customer_id=row["id"] if kind == "customer" else row["customer_id"],
        custom_fields_json=row["custom_fields_json"],
        seen_at=row["seen_at"],
    )


def _holder(record: Customer | Invoice) -> Holder:
    is_customer = isinstance(record, Customer)
    return Holder(
        kind="customer" if is_customer else "invoice",
        id=record.id,
        origin=record.origin,
        source_id=record.source_id,
        customer_id=record.id if isinstance(record, Customer) else record.customer_id,
        custom_fields_json=record.custom_fields_json,
        seen_at=record.seen_at,
    )


def _values(custom_fields_json: str) -> dict[str, str]:
    """The texts among the values, by script id."""
    found = json.loads(custom_fields_json)
    plain = {name: one.get("value") if isinstance(one, dict) else one for name, one in found.items()}
    return {name: value for name, value in plain.items() if isinstance(value, str)}


def _contact(held: Holder, script_id: str, label: str, address: str) -> Contact:
    source_id = f"{_place(held, script_id)} {address.casefold()}"
    return Contact(
        id=record_id(held.origin, "contact", source_id),
        origin=held.origin,
        source_id=source_id,
        seen_at=held.seen_at,
        name=address,
        email=address,
        role=label,
        customer_id=held.customer_id,
        invoice_id=held.id if held.kind == "invoice" else None,
        source_field=script_id,
    )


def _unfit(held: Holder, script_id: str, written: tuple[str, ...]) -> Quarantined:
    named = ", ".join(f"«{each}»" for each in written)
    return Quarantined(
        source=held.origin,
        stream=STREAM,
        source_id=_place(held, script_id),
        reason=f"{script_id} of {held.kind} {held.source_id}: no e-mail address: {named}",
        seen_at=held.seen_at,
    )


def _place(held: Holder, script_id: str) -> str:
    return f"{held.kind} {held.source_id} {script_id}"


def _of_fields(origin: str, script_ids: Sequence[str] | None) -> tuple[ColumnElement[bool], ...]:
    c = contacts.c
    of_these = c.source_field.is_not(None) if script_ids is None else c.source_field.in_(script_ids)
    return c.origin == origin, of_these, c.deleted_at.is_(None)


def _of(kind: str, ids: Sequence[RecordId]) -> ColumnElement[bool]:
    c = contacts.c
    owner = c.invoice_id.in_(ids) if kind == "invoice" else and_(c.customer_id.in_(ids), c.invoice_id.is_(None))
    # What stands in fields of a CRM's account goes with that.
    return and_(owner, c.source_field.is_not(None), c.account_id.is_(None))


async def _known(conn: ReadConnection, held: Sequence[Holder]) -> set[RecordId]:
    c = contacts.c
    query = select(c.id).where(_of(held[0].kind, [one.id for one in held]), c.deleted_at.is_(None))
    return set((await conn.execute(query)).scalars())


async def _bury(conn: WriteConnection, ids: Sequence[RecordId], at: datetime) -> None:
    for chunk in chunks(ids):
        await conn.execute(update(contacts).where(contacts.c.id.in_(chunk)).values(deleted_at=at, fingerprint=""))
    await append_changes(conn, [Change(kind="contact", record_id=each, action="tombstoned") for each in ids], at=at)
