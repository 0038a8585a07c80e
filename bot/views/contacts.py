"""The people at a customer, for one person's eyes: a modal, which nobody else in the channel sees."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block, RichTextElementParts

from bot.views.amounts import Place
from bot.views.buttons import plain_button
from bot.views.contact_form import ADD, EDIT
from bot.views.modal import modal
from bot.views.names import customer_name
from bot.views.parts import Span, button, buttons_row, header, lines, paragraph, words
from bot.views.pick import picked
from bot.views.provenance import Provenance, provenance_line
from bot.views.text import literal
from bot.views.values import RecordRef, encode, is_encodable
from store.addresses import addresses_in
from store.contacts import Contact
from store.customers import Customer
from store.records import RecordId

MAX_CONTACTS = 30
TITLE = "Contacts"
PREVIOUS, NEXT = "contacts.previous", "contacts.next"
_BETWEEN = "|"
_MAX_DIGITS = 6
_MAX_PART = 120
_MAX_VALUE = 2000
_MAX_ADDRESSES = 5
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{}~-]{1,64}@[A-Za-z0-9.-]{1,180}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactList:
    """A customer's contacts, the primary one first; `skipped` are before them, and `has_more` says of others behind.

    `is_closed` says that the customer's source has it no more, so that nobody can be added to it.
    `states` says of those that are on their way to a system how they stand; `editable` are the ids of those that can be
    changed here.
    """

    customer: Customer
    contacts: tuple[Contact, ...]
    provenance: Provenance
    place: Place
    skipped: int = 0
    has_more: bool = False
    is_closed: bool = False
    states: Mapping[RecordId, str] = field(default_factory=dict)
    editable: frozenset[RecordId] = frozenset()


def contacts_modal(shown: ContactList) -> dict[str, Any]:
    """The modal, with e-mail addresses that open a letter."""
    customer = shown.customer
    own = _ways(customer.email, customer.phone)
    rows = [
        block
        for place, each in enumerate(shown.contacts[:MAX_CONTACTS])
        for block in (_person(place, each, shown), *_edit(place, each, shown))
    ]
    add = [] if shown.is_closed else button("Add contact", ADD, RecordRef(kind="customer", record_id=customer.id))
    blocks: list[Block] = [
        header(customer_name(customer)),
        *([lines("company", [[words("Company", bold=True)], *own])] if own else []),
        *buttons_row("add", add),
        *rows,
        *([] if rows else [paragraph("nobody", "No contacts of this customer are known.")]),
        *_pages(shown),
        provenance_line(shown.provenance, shown.place),
    ]
    return modal(TITLE, blocks)


def contacts_from(value: str) -> tuple[int, RecordRef] | None:
    """How many to skip, and whose: what the button of a page stands for; None for what we did not write."""
    skipped, _, rest = value.partition(_BETWEEN)
    ref = picked(rest)
    is_count = skipped.isascii() and skipped.isdecimal() and len(skipped) <= _MAX_DIGITS
    return (int(skipped), ref) if ref is not None and ref.kind == "customer" and is_count else None


def _pages(shown: ContactList) -> list[Block]:
    """Buttons to the contacts before and behind these."""
    ref = RecordRef(kind="customer", record_id=shown.customer.id)
    if not is_encodable(ref):
        return []
    before, behind = max(0, shown.skipped - MAX_CONTACTS), shown.skipped + MAX_CONTACTS
    return buttons_row(
        "pages",
        [
            *([plain_button("Previous", PREVIOUS, f"{before}{_BETWEEN}{encode(ref)}")] if shown.skipped else []),
            *([plain_button("Next", NEXT, f"{behind}{_BETWEEN}{encode(ref)}")] if shown.has_more else []),
        ],
    )


def _person(place: int, contact: Contact, shown: ContactList) -> Block:
    name = words(literal(contact.name, _MAX_PART, empty="(no name)"), bold=True)
    title, role = (literal(each, _MAX_PART, empty="") for each in (contact.title or "", contact.role or ""))
    primary, state = "primary contact" if contact.is_primary else "", shown.states.get(contact.id, "")
    rest = "".join(f" · {each}" for each in (title, primary, role, state) if each)
    first = [name, *([words(rest)] if rest else [])]
    emails = ", ".join(filter(None, (contact.email, contact.other_email)))
    mobile = [[words(f"Mobile: {literal(contact.mobile_phone, _MAX_PART)}")]] if contact.mobile_phone else []
    return lines(f"contact.{place}", [first, *_ways(emails, contact.phone), *mobile])


def _edit(place: int, contact: Contact, shown: ContactList) -> list[Block]:
    is_short = len(contact.id) <= _MAX_VALUE
    if contact.id not in shown.editable or not is_short:
        return []
    return buttons_row(f"edit.{place}", [plain_button("Edit", EDIT, contact.id)])


def _ways(email: str | None, phone: str | None) -> list[list[Span]]:
    return [
        *([_letters(email)] if email else []),
        *([[words(f"Phone: {literal(phone, _MAX_PART)}")]] if phone else []),
    ]


def _letters(email: str) -> list[Span]:
    """What stands in the field, each address that is in it by itself."""
    found = addresses_in(email)
    several = found.valid if found.valid and not found.invalid else (email,)
    shown = [span for each in several[:_MAX_ADDRESSES] for span in (words(", "), _letter(each))]
    return [words("E-mail: "), *shown[1:]]


def _letter(email: str) -> Span:
    """The address, as a link that opens a letter where it is one; anything else is only text."""
    address = email.strip()
    if not _ADDRESS.fullmatch(address):
        return words(literal(email, _MAX_PART))
    return RichTextElementParts.Link(url=f"mailto:{address}", text=address)
