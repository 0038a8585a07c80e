"""Single records by reference: get and getList."""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from sandbox.ledger.related import with_external_id
from sandbox.ledger.setup import CURRENCIES
from sandbox.netsuite.customization import CUSTOMIZATIONS, definition_of, definition_xml
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, status
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.kinds import KINDS
from sandbox.netsuite.records import RECORD_XML
from sandbox.netsuite.records.currency import currency_xml

MAX_GET_LIST = 1000


def get(request: Request, desk: Desk, _: datetime) -> Iterator[str]:
    yield _read(request.body[0], desk)


def get_list(request: Request, desk: Desk, _: datetime) -> Iterator[str]:
    if len(request.body) > MAX_GET_LIST:
        refusal = RefusalError("EXCEEDED_MAX_RCRD", f"At most {MAX_GET_LIST} records can be read at once.")
        yield f"<readResponseList>{status(refusal)}</readResponseList>"
        return
    yield f"<readResponseList>{status()}"
    for reference in request.body:
        yield _read(reference, desk)
    yield "</readResponseList>"


def _read(reference: etree._Element, desk: Desk) -> str:
    try:
        return f"<readResponse>{status()}{_as_read(_found(reference, desk))}</readResponse>"
    except RefusalError as refusal:
        return f"<readResponse>{status(refusal)}</readResponse>"


def _as_read(record: str) -> str:
    # In a readResponse the record element belongs to the messages, not to the core schema.
    return "<record" + record.removeprefix("<platformCore:record").removesuffix("</platformCore:record>") + "</record>"


def _found(reference: etree._Element, desk: Desk) -> str:
    record_type, internal_id = reference.get("type", ""), reference.get("internalId", "")
    desk.permissions.check_reading(record_type)
    if record_type in CUSTOMIZATIONS:
        made = definition_of(record_type, internal_id, reference.get("scriptId", ""), desk)
        if made is None:
            raise _missing()
        return definition_xml(made, desk.writer)
    internal_id = internal_id or _own_id(reference, desk)
    if not internal_id.isdecimal():
        raise _missing()
    if record_type == "currency":
        return _currency(int(internal_id), desk)
    if record_type not in KINDS:
        raise RefusalError("INVALID_RCRD_TYPE", f"The record type {record_type or '(none)'} cannot be read.")
    kind, record_id = KINDS[record_type], int(internal_id)
    record = desk.ledger.records(kind).get(record_id)
    if record is None:
        raise _missing()
    return desk.damaged(record_id, RECORD_XML[kind](record, desk.writer, True))


def _own_id(reference: etree._Element, desk: Desk) -> str:
    """The internal id behind an external one; empty when there is none."""
    kind, external_id = KINDS.get(reference.get("type", "")), reference.get("externalId", "")
    found = with_external_id(desk.ledger, kind, external_id) if kind and external_id else None
    return "" if found is None else str(found)


def _currency(internal_id: int, desk: Desk) -> str:
    for currency in CURRENCIES:
        if currency.id == internal_id:
            return currency_xml(currency, desk.writer)
    raise _missing()


def _missing() -> RefusalError:
    return RefusalError("RCRD_DSNT_EXIST", "That record does not exist.")
