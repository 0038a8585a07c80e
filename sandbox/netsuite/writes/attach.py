"""Attachments: a contact in a role on a customer or a transaction, a file on an invoice; and their end."""

from dataclasses import replace
from datetime import datetime

from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.setup import CONTACT_ROLES, PRIMARY_CONTACT_ID
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.kinds import KINDS, TRANSACTIONS
from sandbox.netsuite.writes.sent import bad_reference

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_CONTACTS_GO_TO = frozenset({Kind.CUSTOMER, *TRANSACTIONS.values()})


def attached(ledger: Ledger, element: etree._Element, at: datetime) -> tuple[Kind, int]:
    """Carries out an attachReference; the record that something is attached to. Raises RefusalError."""
    parts = {etree.QName(part).localname: part for part in element}
    owner = _found(ledger, "attachTo", parts["attachTo"])
    if element.get(_XSI_TYPE, "").endswith("AttachContactReference"):
        _attach_contact(ledger, owner, parts)
    else:
        _attach_file(ledger, owner, _found(ledger, "attachedRecord", parts["attachedRecord"]), at)
    return owner


def detached(ledger: Ledger, element: etree._Element, at: datetime) -> tuple[Kind, int]:
    """Carries out a detachReference; the record that something was detached from. Raises RefusalError.

    A contact that is detached from its own company has none any more, and no role.
    """
    parts = {etree.QName(part).localname: part for part in element}
    owner = _found(ledger, "detachFrom", parts["detachFrom"])
    kind, contact_id = _found(ledger, "detachedRecord", parts["detachedRecord"])
    if kind is not Kind.CONTACT:
        raise RefusalError("USER_ERROR", f"A {kind} cannot be detached from a {owner[0]}.")
    contact = ledger.contacts[contact_id]
    is_own = owner == (Kind.CUSTOMER, contact.customer_id)
    if not is_own and contact_id not in ledger.attached_contacts(*owner):
        raise RefusalError("USER_ERROR", f"The contact is not attached to this {owner[0]}.")
    ledger.detach_contact(*owner, contact_id)
    if is_own:
        ledger.put(Kind.CONTACT, replace(contact, customer_id=0, is_primary=False, last_modified=at))
    return owner


def _found(ledger: Ledger, name: str, reference: etree._Element) -> tuple[Kind, int]:
    sent, kind = reference.get("internalId", ""), KINDS.get(reference.get("type", ""))
    if kind is None or not sent.isdecimal() or int(sent) not in ledger.records(kind):
        raise bad_reference(name, sent)
    return kind, int(sent)


def _attach_contact(ledger: Ledger, owner: tuple[Kind, int], parts: dict[str, etree._Element]) -> None:
    if owner[0] not in _CONTACTS_GO_TO:
        raise RefusalError("USER_ERROR", f"A contact cannot be attached to a {owner[0]}.")
    sent = parts["contact"].get("internalId", "")
    if not sent.isdecimal() or int(sent) not in ledger.contacts:
        raise bad_reference("contact", sent)
    role = parts["contactRole"].get("internalId", "") if "contactRole" in parts else None
    if role is not None and role not in {str(known) for known in CONTACT_ROLES}:
        raise bad_reference("contactRole", role)
    if role == str(PRIMARY_CONTACT_ID):
        _make_primary(ledger, owner, int(sent))
    elif role is not None and owner == (Kind.CUSTOMER, ledger.contacts[int(sent)].customer_id):
        ledger.edit_contact(int(sent), is_primary=False)
    ledger.attach_contact(*owner, int(sent), None if role is None else int(role))


def _make_primary(ledger: Ledger, owner: tuple[Kind, int], contact_id: int) -> None:
    """There is one primary contact: who was it before is it no more."""
    for other, role in ledger.attached_contacts(*owner).items():
        if role == PRIMARY_CONTACT_ID:
            ledger.attach_contact(*owner, other, None)
    own = ledger.contacts_of(owner[1]) if owner[0] is Kind.CUSTOMER else ()
    for contact in own:
        if contact.is_primary is not (contact.id == contact_id):
            ledger.edit_contact(contact.id, is_primary=contact.id == contact_id)


def _attach_file(ledger: Ledger, owner: tuple[Kind, int], attached: tuple[Kind, int], at: datetime) -> None:
    if (owner[0], attached[0]) != (Kind.INVOICE, Kind.FILE):
        raise RefusalError("USER_ERROR", f"A {attached[0]} cannot be attached to a {owner[0]}.")
    file = ledger.records(Kind.FILE)[attached[1]]
    ids = tuple(sorted({*file.invoice_ids, owner[1]}))
    ledger.put(Kind.FILE, replace(file, invoice_ids=ids, last_modified=at))
