"""The requests of a target, as plain values, and what SOAP makes of them.

What writes is sent once: without an answer it may have been stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sync.connectors.netsuite.faults import TimeLimitError
from sync.errors import BusyError, RetryError, SourceError, UnknownOutcomeError
from sync.http import NotSentError

# From a type's name to what makes a value of it.
TypeOf = Callable[[str], Any]
# Where the schemas keep what is written; all else is of the core.
_SCHEMAS = {
    "Contact": "relationships_{}.lists",
    "Message": "communication_{}.general",
    "Note": "communication_{}.general",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """A record that is there, by its internal id. Its type is named where the schemas do not say it."""

    internal_id: str
    record_type: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A record as it is to be. `record_type` is what the schemas call it: Note, Contact, Message.

    `nulls` are the fields that are emptied; what is named nowhere stays as it is. `external_id` is ours, and never sent
    with an `internal_id`, as another integration may have given that record its own.
    """

    record_type: str
    values: Mapping[str, str | bool | datetime | Ref]
    nulls: tuple[str, ...] = ()
    external_id: str | None = None
    internal_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One record written; `upsert` goes by the external id, `update` by the internal id."""

    operation: Literal["add", "update", "upsert"]
    draft: Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachContact:
    """A contact on a customer or transaction, in a role if one is named; doing it again changes nothing."""

    attach_to: Ref
    contact_id: str
    role_id: str | None

    operation: Literal["attach"] = "attach"


@dataclass(frozen=True, kw_only=True, slots=True)
class DetachContact:
    """The end of a contact's role on a customer, and of its being there."""

    detach_from: Ref
    contact_id: str

    operation: Literal["detach"] = "detach"


@dataclass(frozen=True, kw_only=True, slots=True)
class GetByKey:
    """The record that has an external id of ours."""

    record_type: str
    external_id: str

    operation: Literal["get"] = "get"


Change: TypeAlias = Write | AttachContact | DetachContact
TargetRequest: TypeAlias = Change | GetByKey


def qualified(name: str, version: str) -> str:
    """The full name of a type in the schemas of this version."""
    schema = _SCHEMAS.get(name, "core_{}.platform").format(version)
    return f"{{urn:{schema}.webservices.netsuite.com}}{name}"


def target_body(change: TargetRequest, type_of: TypeOf) -> Mapping[str, Any]:
    """The arguments of the operation."""
    if isinstance(change, Write):
        return {"record": _record(change.draft, type_of)}
    if isinstance(change, GetByKey):
        return {"baseRef": type_of("RecordRef")(externalId=change.external_id, type=change.record_type)}
    if isinstance(change, DetachContact):
        contact = Ref(internal_id=change.contact_id, record_type="contact")
        ended = type_of("DetachBasicReference")(
            detachFrom=_reference(change.detach_from, type_of), detachedRecord=_reference(contact, type_of)
        )
        return {"detachReference": ended}
    role = {"contactRole": _reference(Ref(internal_id=change.role_id), type_of)} if change.role_id else {}
    made = type_of("AttachContactReference")(
        attachTo=_reference(change.attach_to, type_of),
        contact=_reference(Ref(internal_id=change.contact_id), type_of),
        **role,
    )
    return {"attachReference": made}


def change_error(error: SourceError) -> SourceError:
    """What an error of one exchange means for what was to be written: unless it surely was not, it may have been."""
    if isinstance(error, BusyError | NotSentError):
        return error
    # A plain SourceError is that we stopped while it was under way.
    if isinstance(error, RetryError | TimeLimitError) or type(error) is SourceError:
        return UnknownOutcomeError(error.detail)
    return error


def _record(draft: Draft, type_of: TypeOf) -> Any:
    values = {
        name: _reference(value, type_of) if isinstance(value, Ref) else value for name, value in draft.values.items()
    }
    ids = {"internalId": draft.internal_id, "externalId": draft.external_id}
    nulls = {"nullFieldList": type_of("NullField")(name=list(draft.nulls))} if draft.nulls else {}
    return type_of(draft.record_type)(**nulls, **values, **{name: value for name, value in ids.items() if value})


def _reference(ref: Ref, type_of: TypeOf) -> Any:
    named = {"type": ref.record_type} if ref.record_type else {}
    return type_of("RecordRef")(internalId=ref.internal_id, **named)
