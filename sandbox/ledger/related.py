"""How notes, messages and files hang together with customers and transactions."""

from typing import Any

from sandbox.ledger.book import Ledger
from sandbox.ledger.communication import File, Message, Note
from sandbox.ledger.company import Employee
from sandbox.ledger.records import Customer, Kind


def entity(ledger: Ledger, entity_id: int | None) -> Any:
    """The customer, contact or employee of this id; None when there is none."""
    if entity_id is None:
        return None
    return ledger.customers.get(entity_id) or ledger.contacts.get(entity_id) or employee(ledger, entity_id)


def employee(ledger: Ledger, employee_id: int | None) -> Employee | None:
    return ledger.records(Kind.EMPLOYEE).get(employee_id or 0)


def customer_of_letter(letter: Note | Message, ledger: Ledger) -> Customer | None:
    """The customer that a note is about, or that wrote or received a message; None for a note of a transaction."""
    if isinstance(letter, Note):
        return ledger.customers.get(letter.owner.id) if letter.owner.kind is Kind.CUSTOMER else None
    parties = (ledger.customers.get(party.entity_id or 0) for party in (letter.recipient, letter.author))
    return next((customer for customer in parties if customer), None)


def transaction_of(letter: Note | Message, ledger: Ledger) -> Any:
    """The transaction that a letter belongs to; None when it belongs to none, or to one that is gone."""
    owner = letter.owner if isinstance(letter, Note) else letter.transaction
    if owner is None or owner.kind is Kind.CUSTOMER:
        return None
    return ledger.records(owner.kind).get(owner.id)


def files_of(ledger: Ledger, invoice_id: int) -> tuple[File, ...]:
    """The files that are attached to the invoice, in ascending order of id."""
    files = ledger.records(Kind.FILE)
    return tuple(files[file_id] for file_id in ledger.indexed(Kind.FILE, _invoices_of, invoice_id))


def _invoices_of(file: File) -> tuple[int, ...]:
    return file.invoice_ids


def with_external_id(ledger: Ledger, kind: Kind, external_id: str) -> int | None:
    """The internal id of the record with this external id, which is unique within its kind."""
    return next(iter(ledger.indexed(kind, _external_ids, external_id)), None)


def _external_ids(record: Any) -> tuple[str, ...]:
    return (record.external_id,) if record.external_id else ()
