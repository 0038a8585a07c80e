"""A contact as it is to be stored."""

from dataclasses import replace
from datetime import datetime

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.customers import FIRST_CONTACT_ID
from sandbox.ledger.records import Contact
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.writes.sent import Sent, bad_reference, checked_address, missing

READ_ONLY = frozenset({"dateCreated", "lastModifiedDate"})


def new_contact(sent: Sent, ledger: Ledger, at: datetime, _: int) -> Contact:
    """The contact that a request adds. Raises RefusalError for what the service would not take."""
    blank = Contact(
        id=ledger.new_id(Kind.CONTACT, FIRST_CONTACT_ID),
        customer_id=0,
        is_primary=False,
        first_name="",
        last_name="",
        title="",
        email="",
        phone="",
        created_at=at,
        last_modified=at,
    )
    return changed_contact(sent, blank, ledger, at)


def changed_contact(sent: Sent, contact: Contact, ledger: Ledger, at: datetime) -> Contact:
    """The contact as a request changes it; what is not said stays."""
    changed = replace(
        contact,
        customer_id=_company(sent, contact, ledger),
        entity_id=sent.text("entityId", contact.entity_id),
        first_name=sent.text("firstName", contact.first_name),
        last_name=sent.text("lastName", contact.last_name),
        title=sent.text("title", contact.title),
        email=_address(sent, "email", contact.email),
        alt_email=_address(sent, "altEmail", contact.alt_email),
        phone=sent.text("phone", contact.phone),
        mobile_phone=sent.text("mobilePhone", contact.mobile_phone),
        comments=sent.text("comments", contact.comments),
        is_inactive=sent.flag("isInactive", otherwise=contact.is_inactive),
        external_id=sent.external_id or contact.external_id,
        last_modified=at,
    )
    _refuse_namesakes(changed, ledger)
    return changed


def _company(sent: Sent, contact: Contact, ledger: Ledger) -> int:
    company = sent.reference("company")
    if "company" in sent.nulls or (company is None and not contact.customer_id):
        raise missing("Company")
    if company is not None and company not in ledger.customers:
        raise bad_reference("company", company)
    return contact.customer_id if company is None else company


def _address(sent: Sent, name: str, otherwise: str) -> str:
    given = sent.text(name, otherwise)
    return checked_address(given) if given and name in sent.values else given


def _refuse_namesakes(contact: Contact, ledger: Ledger) -> None:
    if not contact.name:
        raise missing("Name")
    others = (one for one in ledger.contacts_of(contact.customer_id) if one.id != contact.id)
    if any(one.name.casefold() == contact.name.casefold() for one in others):
        message = "A contact record with this name already exists. Every contact record must have a unique name."
        raise RefusalError("CONTACT_ALREADY_EXISTS", message)
