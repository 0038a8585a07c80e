"""An e-mail once «Send» was pressed: its delivery, and the record of it when the mail server has taken it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.emailing.email_form import Addressed
from bot.emailing.email_steps import About, reply_to_of
from bot.mail.letter import KIND, MAIL
from bot.views.email import FileChoice
from bot.views.outbox import way_out
from bot.views.reply import delivery_words
from bot.views.values import RecordKind, RecordRef
from store.audit import AuditEvent, append_audit
from store.db import WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.messages import Message
from store.pulled import upsert_records
from store.pushes import id_in_system, message_push
from store.records import OWN, RecordId, record_id
from store.users import User
from store.work import Payload

WORK = "email"
ON_ITS_WAY = "On its way to the mail server … You may close this: you will be told if it cannot be sent."
_STATES = {
    DeliveryState.QUEUED: ON_ITS_WAY,
    DeliveryState.UNKNOWN: "The mail server did not confirm it. You will be asked in a message whether it arrived.",
    DeliveryState.SENT: "Sent",
    DeliveryState.DROPPED: "Not sent: it was given up.",
}
NOT_SENT = frozenset({DeliveryState.REJECTED, DeliveryState.DEAD, DeliveryState.DROPPED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """An e-mail that somebody has looked at and wants sent; `typed` is a mark of the form that it was made of."""

    about: About
    found: Addressed
    files: tuple[FileChoice, ...]
    author: User
    slack_user: str
    nonce: str
    view_id: str
    typed: str = ""


def key_of(slack_user: str, nonce: str) -> str:
    """What names the e-mail that this person sends from the window of this name, however often «Send» is pressed."""
    return f"{slack_user}-{nonce}".lower()


def work_id_of(key: str) -> str:
    """The id of the durable work."""
    return f"{WORK}-{key}"


def delivery_id_of(key: str) -> str:
    """The id of the delivery that the work writes."""
    return f"{KIND}/{key}"


def payload_of(outgoing: Outgoing, at: datetime) -> dict[str, str]:
    """All that the durable work needs."""
    about, found, author = outgoing.about, outgoing.found, outgoing.author
    return {
        "key": key_of(outgoing.slack_user, outgoing.nonce),
        "typed": outgoing.typed,
        "kind": about.ref.kind,
        "about_id": about.ref.record_id,
        "about": about.words,
        "open": about.open_words,
        "customer_id": about.customer_id,
        "recipients": " ".join(found.to),
        "cc": " ".join(found.cc),
        "meant_for": " ".join(found.meant_for),
        "title": found.subject,
        "text": found.text,
        "files": json.dumps([[each.file_id, each.name] for each in outgoing.files]),
        "reply_to": reply_to_of(author),
        "author": author.name,
        "author_id": author.id,
        "author_email": author.email,
        "slack_user": outgoing.slack_user,
        "view_id": outgoing.view_id,
        "written_at": at.isoformat(),
    }


def ref_of(delivery: Delivery) -> RecordRef:
    """The record that an e-mail is about."""
    kind: RecordKind = "invoice" if delivery.payload["kind"] == "invoice" else "customer"
    return RecordRef(kind=kind, record_id=RecordId(delivery.about_id))


async def write_email(conn: WriteConnection, payload: Payload, *, at: datetime) -> None:
    """The delivery and the audit event, once."""
    delivery = _delivery(payload, at)
    if await delivery_by_id(conn, delivery.id) is not None:
        return
    to = [*payload["recipients"].split(), *payload["cc"].split()]
    actor = f"user:{payload['author_id']}"
    event = AuditEvent(at=at, actor=actor, action="email.sent_off", subject=payload["about_id"], detail={"to": to})
    await add_deliveries(conn, [delivery])
    await append_audit(conn, [event])


async def record_email(conn: WriteConnection, delivery: Delivery, targets: Iterable[str], *, at: datetime) -> None:
    """What the mail server has taken becomes a message of the record, and goes to the systems that take messages.

    Once, however often this is called. `targets` are the names of those systems.
    """
    message, customer_id = message_of(delivery), RecordId(delivery.payload["customer_id"])
    await upsert_records(conn, [message], at=at)
    shown = {name: delivery.payload[name] for name in ("recipients", "title", "view_id")}
    for target in targets:
        if await id_in_system(conn, target, "customer", customer_id) is None:
            continue
        push = message_push(
            id=f"{message.id}/{target}",
            target=target,
            message=message,
            about_kind="invoice" if delivery.payload["kind"] == "invoice" else "customer",
            customer_id=customer_id,
            at=at,
            author=delivery.author,
        )
        await add_deliveries(conn, [replace(push, payload={**push.payload, "form": shown})])


def message_of(delivery: Delivery) -> Message:
    """The record of an e-mail that was sent."""
    payload = delivery.payload
    key = payload["key"]
    return Message(
        id=record_id(OWN, "message", key),
        origin=OWN,
        source_id=key,
        seen_at=delivery.created_at,
        source_changed_at=delivery.created_at,
        about_id=RecordId(delivery.about_id),
        subject=payload["title"],
        text=payload["text"],
        sent_at=delivery.tried_at or delivery.created_at,
        was_emailed=True,
        author=payload["author"],
        author_email=payload["author_email"],
        author_id=payload["author_id"],
        recipients=payload["recipients"],
        cc=payload["cc"],
        attachments="\n".join(name for _, name in json.loads(payload["files"])),
    )


def state_words_of(delivery: Delivery, pushed: Mapping[str, DeliveryState]) -> str:
    """«Sent · in NetSuite», or why not; `pushed` says by title where its record is."""
    known = _STATES.get(delivery.state)
    if known is None:
        return f"Not sent. {way_out(delivery)}"
    return " · ".join(filter(None, (known, delivery_words(pushed))))


def _delivery(payload: Payload, at: datetime) -> Delivery:
    return Delivery(
        id=delivery_id_of(payload["key"]),
        kind=KIND,
        target=MAIL,
        lane=f"{MAIL}/{payload['customer_id']}",
        payload=dict(payload),
        created_at=at,
        about_id=payload["about_id"],
        note_id=record_id(OWN, "message", payload["key"]),
        author=payload["slack_user"],
    )
