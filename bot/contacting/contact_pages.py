"""A customer's contacts as a modal shows them: who they are, and which systems they are on their way to."""

from typing import Any

from bot.deliver import TARGET
from bot.deps import Deps
from bot.lookup.answers import record_as_of
from bot.reading.cards import place_of
from bot.views.contacts import MAX_CONTACTS, ContactList, contacts_modal
from bot.views.provenance import Provenance
from bot.views.reply import delivery_words
from store.contacts import Contact, contacts_of
from store.crm.links import gives_contacts
from store.cursors import read_as_of
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.deliveries import Delivery, DeliveryState, newest_of_notes
from store.pushes import CONTACT
from store.records import OWN, RecordId


async def contacts_page(deps: Deps, customer_id: RecordId, *, skipped: int = 0) -> dict[str, Any] | None:
    """The modal of a customer's contacts from one of them on; None when there is no such customer."""
    async with deps.store.read() as conn:
        customer = await customer_by_id(conn, customer_id)
        if customer is None:
            return None
        found = await contacts_of(conn, customer.id, limit=MAX_CONTACTS + 1, skipped=skipped)
        origins = await _origins(conn, customer, found)
        as_of = min([record_as_of(customer, await read_as_of(conn, each, "contacts")) for each in origins])
        states = await states_of_contacts(deps, conn, found)
    source = " and ".join(deps.source_titles.get(each, each) for each in origins)
    return contacts_modal(
        ContactList(
            customer=customer,
            contacts=found[:MAX_CONTACTS],
            skipped=skipped,
            has_more=len(found) > MAX_CONTACTS,
            states=states,
            is_closed=customer.deleted_at is not None,
            editable=frozenset(each.id for each in found if not customer.deleted_at and may_be_edited(deps, each)),
            provenance=Provenance(source=source, as_of=as_of, is_stale=deps.clock() - as_of > deps.stale_after),
            place=place_of(deps),
        )
    )


async def _origins(conn: ReadConnection, customer: Customer, found: tuple[Contact, ...]) -> tuple[str, ...]:
    """The systems that the contacts come from: the customer's own, unless another one gives them, and a CRM's."""
    given = await gives_contacts(conn, customer.id)
    crm = {each.origin for each in found if each.account_id}
    return tuple(sorted(crm if given and crm else {customer.origin, *crm}))


def may_be_edited(deps: Deps, contact: Contact) -> bool:
    """Whether what is changed here can get to where the contact comes from.

    What stands in a custom field is no record of its own that could be changed.
    """
    takes = deps.target_takes.get(contact.origin, frozenset())
    is_living = contact.deleted_at is None and not contact.is_inactive
    return is_living and contact.source_field is None and (contact.origin == OWN or CONTACT in takes)


def changed_only_in(deps: Deps, contact: Contact | None) -> str:
    """What people call the system in which alone a contact that is there can be changed; «» for any other."""
    if contact is None or contact.deleted_at is not None or contact.origin == OWN:
        return ""
    is_taken = contact.source_field is None and CONTACT in deps.target_takes.get(contact.origin, frozenset())
    return "" if is_taken else deps.source_titles.get(contact.origin, contact.origin)


async def states_of_contacts(deps: Deps, conn: ReadConnection, those: tuple[Contact, ...]) -> dict[RecordId, str]:
    """«on its way to NetSuite» and the like, of contacts that were made here or have yet to arrive."""
    known = await newest_of_notes(conn, [each.id for each in those]) if those else {}
    told = {each.id: state_of(deps, known.get(each.id, ()), is_ours=each.author_id is not None) for each in those}
    return {contact_id: words for contact_id, words in told.items() if words}


def state_of(deps: Deps, sent: tuple[Delivery, ...], *, is_ours: bool = True) -> str:
    """Where a contact is in each system; of one that came from a system, only what is not as it should be."""
    states = {
        deps.target_titles.get(each.target, each.target): each.state
        for each in sent
        if each.target != TARGET and (is_ours or each.state is not DeliveryState.SENT)
    }
    return delivery_words(states)
