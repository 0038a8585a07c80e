"""From a delivery to what a target is given: the payload's words with the system's own ids of what they are about."""

from dataclasses import replace

from store.db import ReadConnection
from store.deliveries import Delivery
from store.invoices import invoice_by_id
from store.pushes import CONTACT, MESSAGE, NOTE, contact_in_system, id_in_system, other_messages, written_at_of
from store.records import RecordId, own_key
from sync.connector import ContactPush, MessagePush, NotePush, PushItem, Target

_CUSTOMER = "customer"


async def item_of(conn: ReadConnection, target: Target, delivery: Delivery) -> PushItem | None:
    """What is pushed for this delivery; None when the system's id of what it is about is not known."""
    kind, about = str(delivery.payload["kind"]), RecordId(delivery.about_id)
    if delivery.kind == NOTE and kind not in target.about:
        return await _customers_note(conn, target.name, delivery)
    about_source_id = await id_in_system(conn, target.name, kind, about)
    if about_source_id is None:
        return None
    if delivery.kind == CONTACT:
        return await _contact(conn, target.name, delivery, about_source_id)
    if delivery.kind == MESSAGE:
        return await _message(conn, target.name, delivery, about_source_id)
    return _note(delivery, about_source_id)


def key_of(delivery: Delivery) -> str:
    """The name of what is delivered: its record's own key, else that of the delivery."""
    return own_key(delivery.note_id) or delivery.id


def _note(delivery: Delivery, about_source_id: str) -> NotePush:
    payload = delivery.payload
    return NotePush(
        key=key_of(delivery),
        about_kind=str(payload["kind"]),
        about_source_id=about_source_id,
        title=str(payload["title"]),
        text=str(payload["text"]),
        author=str(payload["author"]),
        written_at=written_at_of(payload),
    )


async def _customers_note(conn: ReadConnection, system: str, delivery: Delivery) -> NotePush | None:
    """The note about an invoice as one about its customer, which says by its title what it is about."""
    invoice = await invoice_by_id(conn, RecordId(delivery.about_id))
    if invoice is None or invoice.customer_id is None:
        return None
    customer = await id_in_system(conn, system, _CUSTOMER, invoice.customer_id)
    if customer is None:
        return None
    about_customer = replace(_note(delivery, customer), about_kind=_CUSTOMER)
    return replace(about_customer, title=f"Invoice {invoice.number}: {about_customer.title}")


async def _contact(conn: ReadConnection, system: str, delivery: Delivery, customer: str) -> ContactPush:
    fields, changed = delivery.payload["contact"], delivery.payload.get("changed")
    source_id = await contact_in_system(conn, system, RecordId(delivery.note_id))
    return ContactPush(
        key=key_of(delivery),
        source_id=source_id or "",
        customer_source_id=customer,
        loses_role=bool(delivery.payload.get("loses_role")),
        changed=None if changed is None else tuple(changed),
        **fields,
    )


async def _message(conn: ReadConnection, system: str, delivery: Delivery, about_source_id: str) -> MessagePush | None:
    payload = delivery.payload
    customer = await id_in_system(conn, system, "customer", RecordId(payload["customer_id"]))
    if customer is None:
        return None
    recipients, cc, bcc = (tuple(str(payload[name]).split()) for name in ("recipients", "cc", "bcc"))
    return MessagePush(
        key=key_of(delivery),
        about_kind=str(payload["kind"]),
        about_source_id=about_source_id,
        customer_source_id=customer,
        subject=str(payload["title"]),
        text=str(payload["text"]),
        author=str(payload["author"]),
        author_email=str(payload["author_email"]),
        recipients=recipients,
        cc=cc,
        bcc=bcc,
        sent_at=written_at_of(payload),
        tried_at=delivery.tried_at,
        others=await other_messages(conn, system, RecordId(delivery.about_id), but=RecordId(delivery.note_id)),
    )
