"""The operations that write: each record on its own, a status for each, nothing stored of what is refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import with_external_id
from sandbox.ledger.setup import EMPLOYEES
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, header_values, status
from sandbox.netsuite.errors import RefusalError, SoapFaultError
from sandbox.netsuite.kinds import KINDS, RECORD_TYPES
from sandbox.netsuite.permissions import Level
from sandbox.netsuite.texts import attribute
from sandbox.netsuite.writes import contact, message, note
from sandbox.netsuite.writes.attach import attached, detached
from sandbox.netsuite.writes.sent import Sent, refuse_read_only, sent_record

# The employee whose token writes, the author of what names none.
TOKEN_USER = EMPLOYEES[0]
_LIMITS = {"addList": 200, "updateList": 100, "upsertList": 100, "deleteList": 200}


@dataclass(frozen=True, kw_only=True, slots=True)
class Writable:
    """A type that is written; `changed` is None where the service can only add."""

    kind: Kind
    read_only: frozenset[str]
    made: Callable[[Sent, Ledger, datetime, int], Any]
    changed: Callable[[Sent, Any, Ledger, datetime], Any] | None = None


_TYPES: Mapping[str, Writable] = {
    "Note": Writable(kind=Kind.NOTE, read_only=note.READ_ONLY, made=note.new_note, changed=note.changed_note),
    "Contact": Writable(
        kind=Kind.CONTACT, read_only=contact.READ_ONLY, made=contact.new_contact, changed=contact.changed_contact
    ),
    "Message": Writable(kind=Kind.MESSAGE, read_only=message.READ_ONLY, made=message.new_message),
}
_DELETABLE = frozenset(writable.kind for writable in _TYPES.values())

Write = Callable[[Desk, Any, datetime, Mapping[str, str]], tuple[Kind, int]]


def _added(desk: Desk, element: etree._Element, at: datetime, preferences: Mapping[str, str]) -> tuple[Kind, int]:
    sent, writable = _writable(desk, element, preferences, Level.CREATE)
    if sent.internal_id:
        raise RefusalError("USER_ERROR", "The internalId of a new record is given by the service.")
    if with_external_id(desk.ledger, writable.kind, sent.external_id):
        raise RefusalError("DUP_RCRD", "This record already exists")
    return _stored(desk, writable.kind, writable.made(sent, desk.ledger, at, TOKEN_USER.id))


def _updated(desk: Desk, element: etree._Element, at: datetime, preferences: Mapping[str, str]) -> tuple[Kind, int]:
    sent, writable = _writable(desk, element, preferences)
    change = _change(writable)
    record_id = _identified(desk.ledger, writable.kind, sent.internal_id, sent.external_id)
    other = with_external_id(desk.ledger, writable.kind, sent.external_id)
    if other not in {None, record_id}:
        raise RefusalError("DUP_RCRD", "This record already exists")
    return _stored(desk, writable.kind, change(sent, desk.ledger.records(writable.kind)[record_id], desk.ledger, at))


def _upserted(desk: Desk, element: etree._Element, at: datetime, preferences: Mapping[str, str]) -> tuple[Kind, int]:
    sent, writable = _writable(desk, element, preferences)
    change = _change(writable)
    if sent.internal_id:
        raise RefusalError("USER_ERROR", "An upsert goes by the externalId; an internalId is not allowed.")
    if not sent.external_id:
        raise RefusalError("USER_ERROR", "An upsert needs an externalId.")
    known = with_external_id(desk.ledger, writable.kind, sent.external_id)
    if known is None:
        return _stored(desk, writable.kind, writable.made(sent, desk.ledger, at, TOKEN_USER.id))
    return _stored(desk, writable.kind, change(sent, desk.ledger.records(writable.kind)[known], desk.ledger, at))


def _deleted(desk: Desk, element: etree._Element, _: datetime, __: Mapping[str, str]) -> tuple[Kind, int]:
    record_type = element.get("type", "")
    kind = KINDS.get(record_type)
    if kind not in _DELETABLE:
        raise RefusalError("INVALID_RCRD_TYPE", f"The record type {record_type or '(none)'} cannot be deleted.")
    desk.permissions.check(record_type, Level.FULL)
    record_id = _identified(desk.ledger, kind, element.get("internalId", ""), element.get("externalId", ""))
    desk.ledger.delete(kind, record_id)
    return kind, record_id


def _attached(desk: Desk, element: etree._Element, at: datetime, _: Mapping[str, str]) -> tuple[Kind, int]:
    desk.permissions.check("contact", Level.EDIT)
    return attached(desk.ledger, element, at)


def _detached(desk: Desk, element: etree._Element, at: datetime, _: Mapping[str, str]) -> tuple[Kind, int]:
    desk.permissions.check("contact", Level.EDIT)
    return detached(desk.ledger, element, at)


def _writable(
    desk: Desk, element: etree._Element, preferences: Mapping[str, str], level: Level = Level.EDIT
) -> tuple[Sent, Writable]:
    sent = sent_record(element)
    writable = _TYPES.get(sent.type_name)
    if writable is None:
        raise RefusalError("INVALID_RCRD_TYPE", f"The record type {sent.type_name} cannot be written.")
    desk.permissions.check(RECORD_TYPES[writable.kind], level)
    refuse_read_only(sent, writable.read_only, ignored=preferences.get("ignoreReadOnlyFields") in {"true", "1"})
    return sent, writable


def _change(writable: Writable) -> Callable[[Sent, Any, Ledger, datetime], Any]:
    if writable.changed is None:
        raise RefusalError("INVALID_RCRD_TYPE", f"A {writable.kind} can be added, not changed.")
    return writable.changed


def _identified(ledger: Ledger, kind: Kind, internal_id: str, external_id: str) -> int:
    found = int(internal_id) if internal_id.isdecimal() else with_external_id(ledger, kind, external_id)
    if found not in ledger.records(kind):
        raise RefusalError("RCRD_DSNT_EXIST", "That record does not exist.")
    return int(found or 0)


def _stored(desk: Desk, kind: Kind, record: Any) -> tuple[Kind, int]:
    desk.ledger.put(kind, record)
    return kind, int(record.id)


def _one(write: Write) -> Callable[[Request, Desk, datetime], Iterator[str]]:
    def operation(request: Request, desk: Desk, at: datetime) -> Iterator[str]:
        yield _written(write, request, desk, at, request.body[0])

    return operation


def _many(write: Write) -> Callable[[Request, Desk, datetime], Iterator[str]]:
    def operation(request: Request, desk: Desk, at: datetime) -> Iterator[str]:
        limit = _LIMITS[request.operation]
        if len(request.body) > limit:
            message = f"At most {limit} records can be sent at once."
            raise SoapFaultError("ExceededRecordCountFault", "MAX_RCRDS_EXCEEDED", message)
        responses = [_written(write, request, desk, at, element) for element in request.body]
        yield f"<writeResponseList>{status()}{''.join(responses)}</writeResponseList>"

    return operation


def _written(write: Write, request: Request, desk: Desk, at: datetime, element: etree._Element) -> str:
    try:
        kind, record_id = write(desk, element, at, header_values(request, "preferences"))
    except RefusalError as refusal:
        return f"<writeResponse>{status(refusal)}</writeResponse>"
    said = status(_AFTER_SUBMIT, after_submit=True) if desk.fails_after_submit else status()
    return f"<writeResponse>{said}{_reference(desk.ledger, kind, record_id)}</writeResponse>"


_AFTER_SUBMIT = RefusalError("UNEXPECTED_ERROR", "A script that runs after the record is saved has failed.")


def _reference(ledger: Ledger, kind: Kind, record_id: int) -> str:
    external_id = getattr(ledger.records(kind).get(record_id), "external_id", "")
    other = f' externalId="{attribute(external_id)}"' if external_id else ""
    return f'<baseRef internalId="{record_id}"{other} type="{RECORD_TYPES[kind]}" xsi:type="platformCore:RecordRef"/>'


WRITES: Mapping[str, Callable[[Request, Desk, datetime], Iterator[str]]] = {
    "add": _one(_added),
    "addList": _many(_added),
    "update": _one(_updated),
    "updateList": _many(_updated),
    "upsert": _one(_upserted),
    "upsertList": _many(_upserted),
    "delete": _one(_deleted),
    "deleteList": _many(_deleted),
    "attach": _one(_attached),
    "detach": _one(_detached),
}
