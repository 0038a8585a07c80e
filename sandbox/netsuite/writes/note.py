"""A note as it is to be stored."""

from dataclasses import replace
from datetime import datetime

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Direction, Note, Owner
from sandbox.ledger.correspondence import FIRST_NOTE_ID
from sandbox.ledger.related import employee
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.kinds import TRANSACTIONS
from sandbox.netsuite.writes.sent import Sent, bad_reference, missing

READ_ONLY = frozenset({"lastModifiedDate"})
_OWNERS = ("activity", "entity", "folder", "item", "media", "record", "topic", "transaction")
_DIRECTIONS = {"_incoming": Direction.INCOMING, "_outgoing": Direction.OUTGOING}


def new_note(sent: Sent, ledger: Ledger, at: datetime, author_id: int) -> Note:
    """The note that a request adds. Raises RefusalError for what the service would not take."""
    return _checked(
        Note(
            id=ledger.new_id(Kind.NOTE, FIRST_NOTE_ID),
            owner=_owner(sent, ledger),
            title=sent.text("title"),
            text=sent.text("note"),
            author_id=_author(sent, ledger, author_id),
            direction=_DIRECTIONS[sent.text("direction", "_incoming")],
            note_date=sent.instant("noteDate", at),
            created_at=at,
            last_modified=at,
            external_id=sent.external_id,
        )
    )


def changed_note(sent: Sent, note: Note, ledger: Ledger, at: datetime) -> Note:
    """The note as a request changes it; what is not said stays."""
    direction = sent.text("direction")
    return _checked(
        replace(
            note,
            owner=_owner(sent, ledger) if any(name in sent.values for name in _OWNERS) else note.owner,
            title=sent.text("title", note.title),
            text=sent.text("note", note.text),
            author_id=_author(sent, ledger, note.author_id),
            direction=_DIRECTIONS[direction] if direction else note.direction,
            note_date=sent.instant("noteDate", note.note_date),
            external_id=sent.external_id or note.external_id,
            last_modified=at,
        )
    )


def _checked(note: Note) -> Note:
    if not note.title.strip():
        raise missing("Title")
    return note


def _author(sent: Sent, ledger: Ledger, otherwise: int | None) -> int | None:
    author = sent.reference("author")
    if author is not None and employee(ledger, author) is None:
        raise bad_reference("author", author)
    return otherwise if author is None else author


def _owner(sent: Sent, ledger: Ledger) -> Owner:
    named = [name for name in _OWNERS if name in sent.values]
    if len(named) != 1:
        raise RefusalError("USER_ERROR", "A note must be associated with one and only one record.")
    [name] = named
    record_id = sent.reference(name) or 0
    if name == "entity" and record_id in ledger.customers:
        return Owner(kind=Kind.CUSTOMER, id=record_id)
    if name == "transaction":
        for kind in TRANSACTIONS.values():
            if record_id in ledger.records(kind):
                return Owner(kind=kind, id=record_id)
    raise bad_reference(name, record_id)
