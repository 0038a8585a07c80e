"""Contact, as listRel:Contact."""

from sandbox.ledger.records import Contact
from sandbox.netsuite.records.addresses import default_address
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.texts import boolean, text


def contact_xml(contact: Contact, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    """The record; it has no lists that the stand-in keeps."""
    customer = writer.ledger.customers.get(contact.customer_id)
    subsidiary = (
        f"<listRel:subsidiary{writer.subsidiaries[customer.subsidiary_id]}</listRel:subsidiary>" if customer else ""
    )
    return (
        f"{writer.opening('listRel', 'relationships', 'Contact', contact.id, contact.external_id)}"
        f"<listRel:entityId>{text(contact.name)}</listRel:entityId>"
        f"<listRel:company{writer.customer_ref(contact.customer_id)}</listRel:company>"
        f"{optional('listRel', 'firstName', contact.first_name)}{optional('listRel', 'lastName', contact.last_name)}"
        f"{optional('listRel', 'title', contact.title)}{optional('listRel', 'phone', contact.phone)}"
        f"{optional('listRel', 'email', contact.email)}{writer.of_customer(contact.customer_id, default_address)}"
        f"<listRel:isPrivate>false</listRel:isPrivate>"
        f"<listRel:isInactive>{boolean(contact.is_inactive)}</listRel:isInactive>{subsidiary}"
        f"{optional('listRel', 'altEmail', contact.alt_email)}"
        f"{optional('listRel', 'mobilePhone', contact.mobile_phone)}{optional('listRel', 'comments', contact.comments)}"
        "<listRel:globalSubscriptionStatus>_softOptOut</listRel:globalSubscriptionStatus>"
        f"<listRel:dateCreated>{writer.calendar.instant(contact.created_at)}</listRel:dateCreated>"
        f"<listRel:lastModifiedDate>{writer.calendar.instant(contact.last_modified)}</listRel:lastModifiedDate>"
        "</platformCore:record>"
    )
