"""Records that were made here, their deliveries, and what comes of these."""

from dataclasses import replace
from typing import Any

from store.contacts import Contact
from store.db import Store
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.messages import Message
from store.notes import Note, notes_about
from store.outbox import move_delivery
from store.pushes import contact_push, message_push, note_push
from store.records import RecordId, record_id
from tests.store.make import AT, CUSTOMER_ID, make_contact, save

KEY = "u1-0a1b"


def a_note(origin: str = "tesorio", source_id: str = KEY, **values: Any) -> Note:
    known: dict[str, Any] = {"about_id": CUSTOMER_ID, "text": "They pay on Friday.", "written_at": AT, "seen_at": AT}
    return Note(id=record_id(origin, "note", source_id), origin=origin, source_id=source_id, **known | values)


def a_message(origin: str = "tesorio", source_id: str = KEY, **values: Any) -> Message:
    known: dict[str, Any] = {
        "about_id": CUSTOMER_ID,
        "subject": "Invoice",
        "text": "Dear Bea",
        "sent_at": AT,
        "seen_at": AT,
        "author": "Ana",
        "author_email": "ana@seller.example",
        "recipients": "bea@example.com",
    }
    return Message(id=record_id(origin, "message", source_id), origin=origin, source_id=source_id, **known | values)


def a_contact(**values: Any) -> Contact:
    own = {"id": record_id("tesorio", "contact", KEY), "origin": "tesorio", "source_id": KEY, "author_id": "ana"}
    return replace(make_contact(), **own | {"name": "Bea", "email": "bea@example.com"} | values)


def push_of(record: Note | Contact | Message, target: str = "netsuite") -> Delivery:
    """The delivery of a record, as it is before it is sent."""
    name = f"{record.id}/{target}"
    if isinstance(record, Contact):
        return contact_push(id=name, target=target, contact=record, at=AT)
    if isinstance(record, Message):
        return message_push(
            id=name, target=target, message=record, about_kind="customer", customer_id=CUSTOMER_ID, at=AT
        )
    return note_push(
        id=name,
        target=target,
        about_kind="customer",
        about_id=record.about_id,
        customer_id=CUSTOMER_ID,
        note_id=record.id,
        text=record.text,
        written_at=record.written_at,
        at=AT,
    )


def pushed(record: Note | Contact | Message, target: str = "netsuite") -> Delivery:
    """The delivery of a record, as it is when it was just sent."""
    return leaving(push_of(record, target))


def leaving(delivery: Delivery) -> Delivery:
    return replace(delivery, attempts=delivery.attempts + 1, tried_at=AT, in_doubt=True)


async def send(store: Store, record: Note | Contact | Message, target: str = "netsuite") -> None:
    await save(store, record)
    async with store.write() as conn:
        await add_deliveries(conn, [pushed(record, target)])


async def arrive(store: Store, record: Note | Contact | Message, external_id: str, target: str = "netsuite") -> None:
    async with store.write() as conn:
        before = await delivery_by_id(conn, f"{record.id}/{target}")
        assert before is not None
        sent = replace(before, state=DeliveryState.SENT, in_doubt=False, external_id=external_id, updated_at=AT)
        assert await move_delivery(conn, before, sent)


async def notes_here(store: Store) -> list[RecordId]:
    async with store.read() as conn:
        return [note.id for note in await notes_about(conn, CUSTOMER_ID, limit=9)]
