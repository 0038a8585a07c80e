"""Notes, contacts and messages on their way to systems of record, as deliveries; and the systems' own ids of records.

A delivery holds what it delivers as that was when the person clicked, so nothing is read again when it is sent but the
system's ids. Whoever adds one adds it in the transaction that writes the record, and may add to the payload what the
handler of its kind needs, beside the names that are here.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from store.contacts import Contact
from store.customers import customer_by_id
from store.db import ReadConnection
from store.deliveries import Delivery
from store.invoices import invoice_by_id
from store.messages import Message, messages
from store.records import OWN, RecordId
from store.refs import external_refs, id_of

NOTE, CONTACT, MESSAGE = "note", "contact", "message"
# What of a contact a system of record is told.
_OF_CONTACT = "name first_name last_name title email other_email phone mobile_phone role is_primary is_inactive".split()


def note_push(
    *,
    id: str,  # noqa: A002 - the field's name
    target: str,
    about_kind: str,
    about_id: RecordId,
    customer_id: RecordId,
    note_id: str,
    text: str,
    written_at: datetime,
    at: datetime,
    title: str = "",
    author_name: str = "",
    author: str = "",
) -> Delivery:
    """One note to one system; what goes there about one customer goes in order.

    `note_id` is the id of the note's record, whose last part is its key for ever: at most 60 of a-z, 0-9, «-» and «_»,
    so that systems take it as their external id. `author` is a Slack user, told of trouble.
    """
    payload = {
        "kind": about_kind,
        "title": title,
        "text": text,
        "author": author_name,
        "written_at": written_at.isoformat(),
    }
    return Delivery(
        id=id,
        kind=NOTE,
        target=target,
        lane=f"{target}/{customer_id}",
        payload=payload,
        created_at=at,
        about_id=about_id,
        note_id=note_id,
        author=author,
    )


def contact_push(
    *,
    id: str,  # noqa: A002 - the field's name
    target: str,
    contact: Contact,
    at: datetime,
    author: str = "",
    loses_role: bool = False,
    changed: Collection[str] | None = None,
) -> Delivery:
    """A contact as it was made or changed here, to one system, where it is attached to its customer with its role.

    The contact's record is written in the same transaction. One made here has the origin «tesorio», a key like that of
    a note as `source_id`, and `record_id("tesorio", "contact", key)` as id; one that came from a system keeps its id
    and origin, and gets the instant of the change as `source_changed_at`, so that a reading of the system's older
    version does not undo it. Each change is a delivery with an id of its own, such as «<contact.id>/<nonce>/<target>».
    A field that is None is emptied in the system; a role is only taken off it with `loses_role`. `changed` names the
    fields that are written over a contact that is there, None all of them. Raises ValueError for a contact without a
    customer.
    """
    if contact.customer_id is None:
        raise ValueError("a contact without a customer has nothing to be attached to")
    fields = asdict(contact)
    payload = {
        "kind": "customer",
        "title": contact.name,
        "text": ", ".join(filter(None, (contact.name, contact.email, contact.phone))),
        "contact": {name: fields[name] for name in _OF_CONTACT},
        "loses_role": loses_role,
        "changed": None if changed is None else sorted(changed),
    }
    return Delivery(
        id=id,
        kind=CONTACT,
        target=target,
        lane=f"{target}/{contact.customer_id}",
        payload=payload,
        created_at=at,
        about_id=contact.customer_id,
        note_id=contact.id,
        author=author,
    )


def message_push(
    *,
    id: str,  # noqa: A002 - the field's name
    target: str,
    message: Message,
    about_kind: Literal["customer", "invoice"],
    customer_id: RecordId,
    at: datetime,
    author: str = "",
) -> Delivery:
    """An e-mail that was sent from here, to be recorded in one system; the system sends nothing by it.

    The message's record is written in the same transaction: `message.about_id` is a record of `about_kind`, its origin
    is «tesorio», its `source_id` a key like that of a note, its id `record_id("tesorio", "message", key)`. Addresses
    are separated by one space, as in the record. `id` is «<message.id>/<target>». Add it when the
    mail server has taken the e-mail: what was not sent has no place in the system.
    """
    payload = {
        "kind": about_kind,
        "title": message.subject,
        "text": message.text,
        "author": message.author or "",
        "author_email": message.author_email or "",
        "recipients": message.recipients,
        "cc": message.cc,
        "bcc": message.bcc,
        "written_at": message.sent_at.isoformat(),
        "customer_id": customer_id,
    }
    return Delivery(
        id=id,
        kind=MESSAGE,
        target=target,
        lane=f"{target}/{customer_id}",
        payload=payload,
        created_at=at,
        about_id=message.about_id,
        note_id=message.id,
        author=author,
    )


def written_at_of(payload: Mapping[str, Any]) -> datetime:
    """When the note or message in this payload was written, as an aware instant."""
    return datetime.fromisoformat(str(payload["written_at"]))


async def id_in_system(conn: ReadConnection, system: str, kind: str, record_id: RecordId) -> str | None:
    """The id that a customer or an invoice has in this system; None when it is not known there."""
    record = await (invoice_by_id if kind == "invoice" else customer_by_id)(conn, record_id)
    if record is not None and record.origin == system:
        return record.source_id
    c = external_refs.c
    query = select(c.external_id).where(c.record_id == record_id, c.system == system).order_by(c.object).limit(1)
    return (await conn.execute(query)).scalar_one_or_none()


async def contact_in_system(conn: ReadConnection, system: str, contact_id: RecordId) -> str | None:
    """The id that a contact has in this system; None while it has none there."""
    return await id_of(conn, contact_id, system, CONTACT)


async def other_messages(conn: ReadConnection, system: str, about_id: RecordId, *, but: RecordId) -> tuple[str, ...]:
    """The ids in this system of the e-mails about a record that were sent from here, but of this one."""
    c = external_refs.c
    query = (
        select(c.external_id)
        .join(messages, messages.c.id == c.record_id)
        .where(c.system == system, c.object == MESSAGE, c.record_id != but)
        .where(messages.c.about_id == about_id, messages.c.origin == OWN)
    )
    return tuple((await conn.execute(query)).scalars())
