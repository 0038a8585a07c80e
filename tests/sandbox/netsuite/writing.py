"""Records as tests write them, and how they are written."""

from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Note
from tests.sandbox.netsuite.soap import SoapClient

SUN = 1001
REMINDER = {"subject": "Past due", "message": "Please pay.", "recipientEmail": "ap@sun.example"}


def note(soap: SoapClient, **values: Any) -> Any:
    said = {"title": "Call", "note": "Said <soon> & laughed.", "entity": soap.ref("customer", SUN)} | values
    return soap.make("communication.Note", **{name: value for name, value in said.items() if value is not None})


def contact(soap: SoapClient, **values: Any) -> Any:
    said = {"company": soap.ref("customer", SUN), "firstName": "Grace", "lastName": "Hopper"} | values
    return soap.make("relationships.Contact", **{name: value for name, value in said.items() if value is not None})


def message(soap: SoapClient, **values: Any) -> Any:
    said = REMINDER | values
    return soap.make("communication.Message", **{name: value for name, value in said.items() if value is not None})


async def write(soap: SoapClient, operation: str, record: Any) -> Any:
    return (await soap.call(operation, record=record)).writeResponse


async def written(soap: SoapClient, operation: str, record: Any) -> int:
    answer = await write(soap, operation, record)
    assert answer.status.isSuccess is True, answer.status
    return int(answer.baseRef.internalId)


def stored_note(ledger: Ledger, note_id: int) -> Note:
    found: Note = ledger.records(Kind.NOTE)[note_id]
    return found
