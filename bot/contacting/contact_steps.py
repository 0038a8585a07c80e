"""What the form of a contact remembers, and how it is drawn for a customer's contact as the store has it now."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from bot.contacting.contact_form import fields_of, marks_of
from bot.contacting.contact_pages import changed_only_in, may_be_edited
from bot.contacting.ways import country_of
from bot.deps import Deps
from bot.views.contact_form import PURPOSE, ContactFields, ContactForm, contact_modal
from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.names import customer_name
from bot.views.pick import picked
from bot.views.values import RecordRef, encode
from store.contacts import Contact, contact_by_id
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.records import RecordId

_NONCE_CHARACTERS = 32
_MAX_TURN_DIGITS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """The name of what will be saved, the customer, the contact («» for a new one), and its marks as it was drawn.

    `turn` counts how often the form was drawn anew.
    """

    nonce: str
    customer_id: RecordId
    contact_id: str = ""
    marks: str = ""
    turn: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The customer, and the contact that the form is about when it is there and may be edited.

    `only_in` is the system in which alone it can be changed, if that is so.
    """

    customer: Customer
    contact: Contact | None = None
    only_in: str = ""

    @property
    def country(self) -> str | None:
        """The ISO code of the customer's country."""
        return country_of(self.customer.address)


def new_memory(customer_id: RecordId, contact: Contact | None = None) -> Memory:
    """That of a form that is about to be opened."""
    contact_id, marks = _of(contact)
    return Memory(nonce=uuid4().hex, customer_id=customer_id, contact_id=contact_id, marks=marks)


def drawn_anew(memory: Memory, contact: Contact | None) -> Memory:
    """That of the form once it is drawn again, about the contact as it is now, or about a new one."""
    contact_id, marks = _of(contact)
    return replace(memory, contact_id=contact_id, marks=marks, turn=memory.turn + 1)


def recalled(metadata: str) -> Memory:
    """What the form remembers. Raises OutdatedViewError for what this version did not write."""
    found = unpack(PURPOSE, metadata)
    customer, turn = picked(found["customer"]), found["turn"]
    if len(found["nonce"]) != _NONCE_CHARACTERS or not found["nonce"].isalnum() or not found["nonce"].isascii():
        raise OutdatedViewError("without its own name")
    if customer is None or customer.kind != "customer" or not _is_count(turn):
        raise OutdatedViewError("about no customer")
    return Memory(
        nonce=found["nonce"],
        customer_id=customer.record_id,
        contact_id=found["contact"],
        marks=found["marks"],
        turn=int(turn),
    )


async def known_to(deps: Deps, conn: ReadConnection, memory: Memory) -> Known:
    """What the form is about, as it is now. Raises OutdatedViewError for a customer or contact that it cannot be."""
    customer = await customer_by_id(conn, memory.customer_id)
    contact = await contact_by_id(conn, RecordId(memory.contact_id)) if memory.contact_id else None
    if customer is None or customer.deleted_at is not None:
        raise OutdatedViewError("about no customer that is there")
    if memory.contact_id and (contact is None or contact.customer_id != customer.id):
        raise OutdatedViewError("about nobody whom we know")
    return Known(
        customer=customer,
        contact=contact if contact and may_be_edited(deps, contact) else None,
        only_in=changed_only_in(deps, contact),
    )


def form_view(deps: Deps, known: Known, memory: Memory, filled: ContactFields, notice: str = "") -> dict[str, Any]:
    """The form, with what stands in it."""
    customer = RecordRef(kind="customer", record_id=memory.customer_id)
    packed = {
        "nonce": memory.nonce,
        "customer": encode(customer),
        "contact": memory.contact_id,
        "marks": memory.marks,
        "turn": str(memory.turn),
    }
    return contact_modal(
        ContactForm(
            metadata=pack(PURPOSE, packed),
            customer=customer_name(known.customer),
            filled=filled,
            roles=deps.contact_roles,
            is_new=not memory.contact_id,
            has_country=known.country is not None,
            notice=notice,
            turn=memory.turn,
        )
    )


def _of(contact: Contact | None) -> tuple[str, str]:
    return (contact.id, marks_of(fields_of(contact))) if contact else ("", "")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_TURN_DIGITS
