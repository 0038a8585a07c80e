"""From what is pushed to the records of SuiteTalk. Pure.

Field names are those of the Note, Contact and Message types in the communication and relationships schemas.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from store.records import OWN_KEY
from sync.connector import ContactPush, MessagePush, NotePush, PushItem
from sync.connectors.netsuite.writes import AttachContact, DetachContact, Draft, Ref, Write
from sync.errors import RejectedError

# SuiteTalk's id of the role «Primary Contact».
PRIMARY_ROLE = "-10"
_DIGEST_BYTES = 16
_TITLE_CHARACTERS = 300
_NO_SUBJECT = "(no subject)"
# Which field of a note or message points at what it is about.
_OWNER_FIELDS = {"customer": "entity", "invoice": "transaction"}
# What of a contact is a text that may be emptied, by SuiteTalk's names.
_CONTACT_TEXTS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "title": "title",
    "phone": "phone",
    "email": "email",
    "altEmail": "other_email",
    "mobilePhone": "mobile_phone",
}
# A line or a page ends with these in what was pasted from Word or a PDF; what else XML can't hold, nobody sees.
_BREAKS = re.compile("[\x0b\x0c]")
_NOT_XML = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_Item = TypeVar("_Item", bound=PushItem)


def storable(item: _Item) -> _Item:
    """The item with each text as an XML document can hold it; its key stays, being a name."""
    values = {field.name: getattr(item, field.name) for field in fields(item) if field.name != "key"}
    return replace(item, **{name: _cleaned(value) for name, value in values.items()})


def external_id(key: str, prefix: str) -> str:
    """The external id that stands for a key; «tesorio-u1-0a1b» says whose it is and leads back to it."""
    if OWN_KEY.fullmatch(key):
        return f"{prefix}{key}"
    # No key begins with a capital, so this one is never taken for another's.
    return f"{prefix}X{hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES).hexdigest()}"


def note_write(item: NotePush, prefix: str) -> Write:
    """The note with exactly one owner. Its author is the token's user, so the title names the person."""
    values: dict[str, str | datetime | Ref] = {
        "title": _title(item),
        "direction": "_outgoing",
        "noteDate": _whole_second(item.written_at),
        "note": item.text,
        _owner_field(item.about_kind): Ref(internal_id=item.about_source_id),
    }
    return Write(
        operation="upsert",
        draft=Draft(record_type="Note", values=values, external_id=external_id(item.key, prefix)),
    )


def note_call(item: NotePush, prefix: str, zone: ZoneInfo) -> Mapping[str, Any]:
    """The same note for our script in the account, which wants its date by the wall clock of the token's user."""
    return {
        "action": "note",
        "externalId": external_id(item.key, prefix),
        "owner": {"type": item.about_kind, "id": item.about_source_id},
        "title": _title(item),
        "text": item.text,
        "direction": "outgoing",
        "written": f"{item.written_at.astimezone(zone):%Y-%m-%dT%H:%M}",
    }


def contact_write(item: ContactPush, prefix: str) -> Write:
    """The contact of its customer: by its internal id when it has one, else by the external id that we give it."""
    texts: Mapping[str, str | None] = {
        name: getattr(item, field) for name, field in _CONTACT_TEXTS.items() if item.is_told(field)
    }
    values: dict[str, str | bool | Ref] = {name: text for name, text in texts.items() if text}
    if item.is_told("name"):
        values["entityId"] = item.name
    if item.is_told("is_inactive"):
        values["isInactive"] = item.is_inactive
    # What takes its role away may take its company, too.
    if item.is_told("company") or item.loses_role:
        values["company"] = Ref(internal_id=item.customer_source_id)
    nulls = tuple(name for name, text in texts.items() if not text)
    if item.source_id:
        known = Draft(record_type="Contact", values=values, nulls=nulls, internal_id=item.source_id)
        return Write(operation="update", draft=known)
    ours = Draft(record_type="Contact", values=values, nulls=nulls, external_id=external_id(item.key, prefix))
    return Write(operation="upsert", draft=ours)


def role_id_of(item: ContactPush, roles: Mapping[str, str]) -> str | None:
    """The internal id of the contact's role on its customer; None when it has none, or is to keep what it has.

    `roles` has the internal ids of roles by their names in small letters. Raises RejectedError for an unknown role.
    """
    if not item.is_told("role"):
        return None
    if item.is_primary:
        return PRIMARY_ROLE
    if not item.role:
        return None
    found = roles.get(item.role.strip().casefold())
    if found is None:
        raise RejectedError(f"[netsuite] contact_roles has no internal id of the role «{item.role}»")
    return found


def attachment(item: ContactPush, contact_id: str, role_id: str | None) -> AttachContact:
    """The contact in its role on its customer.

    One that never had a role needs none of it: its company says whose it is.
    """
    customer = Ref(internal_id=item.customer_source_id, record_type="customer")
    return AttachContact(attach_to=customer, contact_id=contact_id, role_id=role_id)


def detachment(item: ContactPush) -> DetachContact:
    """The contact off its customer, which takes its role away; it has to be put on it again."""
    customer = Ref(internal_id=item.customer_source_id, record_type="customer")
    return DetachContact(detach_from=customer, contact_id=item.source_id)


def message_write(item: MessagePush, prefix: str, *, with_key: bool) -> Write:
    """The e-mail as a record; as `emailed` is false, nothing is sent. It has one recipient, the others are in copy."""
    texts = {
        "authorEmail": item.author_email,
        "recipientEmail": next(iter(item.recipients), ""),
        "cc": " ".join((*item.recipients[1:], *item.cc)),
        "bcc": " ".join(item.bcc),
        "message": item.text,
    }
    values: dict[str, str | bool | datetime | Ref] = {
        "recipient": Ref(internal_id=item.customer_source_id),
        "messageDate": _whole_second(item.sent_at),
        "subject": subject_of(item),
        "emailed": False,
        "incoming": False,
        **{name: text for name, text in texts.items() if text},
    }
    if item.about_kind == "invoice":
        values["transaction"] = Ref(internal_id=item.about_source_id)
    key = external_id(item.key, prefix) if with_key else None
    return Write(operation="add", draft=Draft(record_type="Message", values=values, external_id=key))


def subject_of(item: MessagePush) -> str:
    """The subject as it is recorded: SuiteTalk wants one."""
    return item.subject.strip() or _NO_SUBJECT


def _cleaned(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    return _NOT_XML.sub("", _BREAKS.sub("\n", value)) if isinstance(value, str) else value


def _title(item: NotePush) -> str:
    title = " ".join(filter(None, (item.title or "Note", item.author and f"({item.author})")))
    return title[:_TITLE_CHARACTERS]


def _owner_field(kind: str) -> str:
    if kind not in _OWNER_FIELDS:
        raise RejectedError(f"a note can't be about a {kind}")
    return _OWNER_FIELDS[kind]


def _whole_second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
