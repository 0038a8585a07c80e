"""A contact that was added or edited in Slack, written down with what is to be delivered of it, once.

It travels as the payload of durable work, and goes to every system that takes contacts and knows its customer.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.contacting.contact_form import changed_contact, fields_changed
from store.audit import AuditEvent, append_audit
from store.contacts import Contact, contact_by_id, contacts_of
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries, deliveries_of_note, delivery_by_id
from store.pulled import upsert_records
from store.pushes import contact_push, id_in_system
from store.records import OWN, RecordId, record_id
from store.users import User
from store.work import Payload

WORK = "contact"
_MOST = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedForm:
    """A contact's form as it was saved. `changes` are the fields by name, all of them for a contact that is new."""

    nonce: str
    customer_id: RecordId
    contact_id: str
    changes: Mapping[str, str]
    title: str
    name: str
    ways: str
    view_id: str
    below: str


def payload_of(form: SavedForm, author: User, slack_user: str, at: datetime) -> dict[str, str]:
    """All that the durable work needs."""
    return {
        "key": _key(slack_user, form.nonce),
        "customer_id": form.customer_id,
        "contact_id": form.contact_id,
        "changes": json.dumps(dict(form.changes)),
        "title": form.title,
        "name": form.name,
        "ways": form.ways,
        "text": ", ".join(filter(None, (form.name, form.ways))),
        "author": author.name,
        "author_id": author.id,
        "slack_user": slack_user,
        "view_id": form.view_id,
        "below": form.below,
        "written_at": at.isoformat(),
    }


def work_id_of(slack_user: str, nonce: str) -> str:
    """The id of the durable work that a form starts."""
    return f"{WORK}-{_key(slack_user, nonce)}"


def id_of_new(slack_user: str, nonce: str) -> RecordId:
    """The id of the contact that this work makes, where it changes none that is there."""
    return record_id(OWN, "contact", _key(slack_user, nonce))


async def write_contact(
    conn: WriteConnection, payload: Payload, targets: Iterable[str], *, at: datetime
) -> Contact | None:
    """The contact's record, the end of another's being the primary one, the deliveries and the audit event.

    `targets` are the names of the systems that take contacts. The contact as it was written; None when that was so
    before, or it is gone.
    """
    contact = await _contact(conn, payload)
    if contact is None:
        return None
    loses_role = _has_role(await contact_by_id(conn, contact.id)) and not _has_role(contact)
    sent = await _pushes(conn, payload, contact, targets, at, loses_role=loses_role)
    if sent and await delivery_by_id(conn, sent[0].id) is not None:
        # It was written before a crash, and may have been changed since.
        return None
    await upsert_records(conn, [contact, *await _primary_before(conn, contact)], at=at)
    await add_deliveries(conn, sent)
    await append_audit(conn, [_event(payload, contact, at)])
    return contact


async def known_by(conn: ReadConnection, targets: Iterable[str], customer_id: RecordId) -> tuple[str, ...]:
    """The systems of these that have an id of the customer, so that a contact can be attached to it there."""
    return tuple([each for each in targets if await id_in_system(conn, each, "customer", customer_id)])


async def _contact(conn: WriteConnection, payload: Payload) -> Contact | None:
    """The contact as it is to be; None for a new one that is there already."""
    changes: dict[str, str] = json.loads(payload["changes"])
    written_at = datetime.fromisoformat(payload["written_at"])
    if not payload["contact_id"]:
        made = _new(payload, written_at)
        return None if await contact_by_id(conn, made.id) else changed_contact(made, changes)
    known = await contact_by_id(conn, RecordId(payload["contact_id"]))
    if known is None:
        return None
    # Whatever the system's clock says of its version, this one is newer.
    newest = max(filter(None, (known.source_changed_at, written_at)))
    return replace(changed_contact(known, changes), source_changed_at=newest)


def _key(slack_user: str, nonce: str) -> str:
    return f"{slack_user}-{nonce}".lower()


def _new(payload: Payload, written_at: datetime) -> Contact:
    return Contact(
        id=record_id(OWN, "contact", payload["key"]),
        origin=OWN,
        source_id=payload["key"],
        seen_at=written_at,
        source_changed_at=written_at,
        name="",
        customer_id=RecordId(payload["customer_id"]),
        author_id=payload["author_id"],
    )


async def _primary_before(conn: WriteConnection, contact: Contact) -> list[Contact]:
    """Who was the primary contact and is it no more, as a system of record has only one."""
    if not contact.is_primary or contact.customer_id is None:
        return []
    known = await contacts_of(conn, contact.customer_id, limit=_MOST)
    return [replace(each, is_primary=False) for each in known if each.is_primary and each.id != contact.id]


def _has_role(contact: Contact | None) -> bool:
    return contact is not None and bool(contact.is_primary or contact.role)


async def _pushes(
    conn: WriteConnection,
    payload: Payload,
    contact: Contact,
    targets: Iterable[str],
    at: datetime,
    *,
    loses_role: bool,
) -> list[Delivery]:
    """The contact to each system, with what is shown of it when it moves."""
    shown = {name: payload[name] for name in ("title", "name", "ways", "view_id", "below")}
    changed = fields_changed(json.loads(payload["changes"])) if payload["contact_id"] else None
    earlier, found = await deliveries_of_note(conn, contact.id), []
    for target in await known_by(conn, targets, RecordId(payload["customer_id"])):
        missed = _missed(each for each in earlier if each.target == target)
        push = contact_push(
            id=f"{contact.id}/{payload['key'].rpartition('-')[2]}/{target}",
            target=target,
            contact=contact,
            at=at,
            author=payload["slack_user"],
            loses_role=not _has_role(contact) and (loses_role or missed.loses_role),
            changed=None if changed is None or missed.fields is None else changed | missed.fields,
        )
        found.append(replace(push, payload={**push.payload, "form": shown}))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Missed:
    """What a system has yet to be told of a contact, or was told in vain: it goes along with what is changed next.

    `fields` is None for all of them.
    """

    fields: frozenset[str] | None = frozenset()
    loses_role: bool = False


def _missed(sent: Iterable[Delivery]) -> _Missed:
    """By the deliveries to one system, oldest first; what somebody gave up is not brought up again."""
    missed = _Missed()
    for each in sent:
        if each.state is DeliveryState.SENT:
            missed = _Missed()
        elif each.state is not DeliveryState.DROPPED and each.payload:
            told = each.payload.get("changed")
            fields = None if told is None or missed.fields is None else missed.fields.union(told)
            missed = _Missed(fields=fields, loses_role=missed.loses_role or bool(each.payload.get("loses_role")))
    return missed


def _event(payload: Payload, contact: Contact, at: datetime) -> AuditEvent:
    done = "changed" if payload["contact_id"] else "added"
    fields = sorted(json.loads(payload["changes"]))
    actor = f"user:{payload['author_id']}"
    return AuditEvent(at=at, actor=actor, action=f"contact.{done}", subject=contact.id, detail={"fields": fields})
