"""Reading an answer as it streams in: one record is in memory at a time, whatever the page holds.

Every response goes through here, so success is checked in one place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from xml.etree.ElementTree import Element

from sync.connectors.netsuite.faults import Complaint, complaint_error
from sync.connectors.netsuite.growing import Growing
from sync.errors import UnreadableAnswerError

# A record as plain data: text, None for xsi:nil, a mapping for an element with children or attributes (the latter
# with an «@» before their name), a list where an element occurs more than once.
Tree: TypeAlias = dict[str, Any]

# xsd:int.
_DIGITS = 10
_CHUNK_BYTES = 64 * 1024
# Far more than NetSuite has.
_MOST_NAMES = 20_000
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_XSI}}}nil"
_TYPE = f"{{{_XSI}}}type"
_TRUE = frozenset({"true", "1"})


class Body(Protocol):
    """Where the bytes come from. `mark` says that what was read so far has been dealt with."""

    def read(self, size: int) -> bytes: ...

    def mark(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """What an answer says besides its records. Numbers are None where the operation has none."""

    total_records: int | None = None
    total_pages: int | None = None
    page_index: int | None = None
    search_id: str | None = None
    server_time: str | None = None
    internal_id: str | None = None
    account_limit: int | None = None
    unallocated_limit: int | None = None
    integration_limit: int | None = None
    limit_type: str | None = None


@dataclass(slots=True)
class _State:
    seen_envelope: bool = False
    complaint: Complaint | None = None
    succeeded: bool | None = None
    values: dict[str, str] = field(default_factory=dict)


def read_answer(body: Body, version: str, take: Callable[[Tree], None]) -> Heading:
    """Hand each record to `take` as it is complete, and return the heading.

    Raises the SourceError of what the answer complains of, UnreadableAnswerError when it is cut off or no SOAP, and
    RejectedError when it holds a DTD.
    """
    names = _names(version)
    units = frozenset(name for name, meaning in names.items() if meaning != "envelope")
    state, document = _State(), Growing(units.__contains__)
    is_more = True
    while is_more:
        chunk = body.read(_CHUNK_BYTES)
        try:
            for element in document.feed(chunk):
                _take_in(element, names, state, take)
                body.mark()
        except RecursionError:
            raise UnreadableAnswerError("elements nested too deeply") from None
        is_more = bool(chunk)
    return _heading(state)


def tree_of(element: Element) -> Tree:
    """An element with its attributes and children as plain data, without namespaces; xsi:type becomes «@type».

    Written out in one piece: it is called for every element of a ledger, and most of the reading is done here.
    """
    tree: Tree = {}
    for name, value in element.items():
        tree[_ATTRIBUTES[name]] = value.rpartition(":")[2] if name == _TYPE else value
    if not len(element):
        if element.text:
            tree["#text"] = element.text
        return tree
    children: Tree = {_ELEMENTS[child.tag]: child.text or "" for child in element}
    if len(children) < len(element):
        return tree | _with_repeated(element)
    for child in element:
        if len(child) or child.keys():
            children[_ELEMENTS[child.tag]] = _inner(child)
    return tree | children if tree else children


def _inner(child: Element) -> Any:
    if child.keys():
        return None if child.get(_NIL) in _TRUE else tree_of(child)
    return tree_of(child) if len(child) else child.text or ""


def _with_repeated(element: Element) -> Tree:
    tree: Tree = {}
    for child in element:
        name, inner = _ELEMENTS[child.tag], _inner(child)
        if name not in tree:
            tree[name] = inner
        elif isinstance(tree[name], list):
            tree[name].append(inner)
        else:
            tree[name] = [tree[name], inner]
    return tree


def _names(version: str) -> Mapping[str, str]:
    core = f"urn:core_{version}.platform.webservices.netsuite.com"
    messages = f"urn:messages_{version}.platform.webservices.netsuite.com"
    limits = ("accountConcurrencyLimit", "unallocatedConcurrencyLimit", "integrationConcurrencyLimit")
    headings = ("totalRecords", "totalPages", "pageIndex", "searchId", "serverTime", "limitType", *limits)
    return {
        f"{{{_SOAP}}}Envelope": "envelope",
        f"{{{_SOAP}}}Fault": "fault",
        f"{{{core}}}status": "status",
        f"{{{core}}}record": "record",
        f"{{{core}}}searchRow": "record",
        f"{{{core}}}deletedRecord": "record",
        f"{{{core}}}customizationRef": "record",
        f"{{{messages}}}record": "record",
        f"{{{messages}}}baseRef": "baseRef",
        **{f"{{{core}}}{name}": name for name in headings},
    }


def _take_in(element: Element, names: Mapping[str, str], state: _State, take: Callable[[Tree], None]) -> None:
    """What an element that has ended says, and each within it, in their order."""
    match names.get(element.tag):
        case "record" if element.get(_TYPE, "").endswith("RecordRef"):
            # It only points at one.
            return
        case "record":
            if state.complaint is None:
                take(tree_of(element))
        case "status":
            _read_status(tree_of(element), state)
        case "baseRef":
            state.values["internalId"] = element.get("internalId") or ""
        case "fault":
            state.complaint = _fault(element)
        case None | "envelope" as name:
            state.seen_envelope |= name is not None
            for child in element:
                _take_in(child, names, state, take)
        case name:
            state.values[name] = element.text or ""


def _read_status(status: Tree, state: _State) -> None:
    state.succeeded = status.get("@isSuccess") in {"true", "1"}
    if state.succeeded:
        return
    details = [detail for detail in many(status.get("statusDetail")) if isinstance(detail, dict)]
    errors = [detail for detail in details if detail.get("@type", "ERROR") == "ERROR"] or details or [{}]
    if all(detail.get("afterSubmitFailed") in {"true", "1"} for detail in errors):
        # A script that ran after the record was saved has failed: the record is there.
        state.succeeded = True
        return
    first = errors[0]
    state.complaint = Complaint(code=str(first.get("code") or "UNKNOWN"), message=str(first.get("message") or ""))


def _fault(element: Element) -> Complaint:
    # SOAP 1.1 gives faultstring and detail no namespace.
    detail = element.find("detail")
    found = detail[0] if detail is not None and len(detail) else None
    message = element.findtext("faultstring") or ""
    if found is None:
        return Complaint(code="", message=message, fault="Fault")
    code = found.findtext(".//{*}code") or ""
    return Complaint(
        code=code.strip(), message=found.findtext(".//{*}message") or message, fault=_fault_name(_local(found.tag))
    )


def _fault_name(name: str) -> str:
    # The element is called invalidCredentialsFault, its type InvalidCredentialsFault.
    return name[:1].upper() + name[1:]


def _heading(state: _State) -> Heading:
    if state.complaint is not None:
        raise complaint_error(state.complaint)
    if not state.seen_envelope:
        raise UnreadableAnswerError("no SOAP envelope")
    if state.succeeded is None:
        raise UnreadableAnswerError("neither a status nor a fault")
    values = state.values
    return Heading(
        total_records=_number(values, "totalRecords"),
        total_pages=_number(values, "totalPages"),
        page_index=_number(values, "pageIndex"),
        search_id=values.get("searchId") or None,
        server_time=values.get("serverTime"),
        internal_id=values.get("internalId") or None,
        account_limit=_number(values, "accountConcurrencyLimit"),
        unallocated_limit=_number(values, "unallocatedConcurrencyLimit"),
        integration_limit=_number(values, "integrationConcurrencyLimit"),
        limit_type=values.get("limitType"),
    )


def _number(values: Mapping[str, str], name: str) -> int | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnreadableAnswerError(f"{name} is «{text[:40]}»")
    return int(text)


def many(value: Any) -> list[Any]:
    """The values of an element that may occur any number of times."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _local(name: str) -> str:
    return name.rpartition("}")[2]


class _Names(dict[str, str]):
    """What elements or attributes are called in a tree, each worked out once: schemas know some thousand."""

    def __init__(self, called: Callable[[str], str]) -> None:
        super().__init__()
        self._called = called

    def __missing__(self, name: str) -> str:
        called = self._called(name)
        # A name that an attacker made up has no place here.
        if len(self) < _MOST_NAMES:
            self[name] = called
        return called


_ELEMENTS = _Names(_local)
_ATTRIBUTES = _Names(lambda name: "@recordType" if name == "type" else f"@{_local(name)}")
