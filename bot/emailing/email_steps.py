"""What both steps of writing an e-mail have in common: the record, what the window remembers, and how it is drawn."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from bot.access import SlackPerson
from bot.cards import place_of
from bot.deps import Deps
from bot.emailing.email_files import files_of
from bot.emailing.email_form import Addressed, Filled, preferred, recipients_of
from bot.emailing.email_words import MAX_LISTED, Words, customer_words, invoice_words
from bot.mail.settings import MailSettings, checked_address
from bot.views.email import (
    MAX_RECIPIENTS,
    MAX_TEXT,
    PREVIEW_PURPOSE,
    PURPOSE,
    EmailForm,
    FileChoice,
    Preview,
    Recipient,
    email_modal,
    preview_email,
)
from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.names import customer_name, invoice_number
from bot.views.pick import picked
from bot.views.reply import short_record_words
from bot.views.text import cut
from bot.views.values import RecordRef, encode
from store.aging import customer_aging
from store.contacts import contacts_of, contacts_of_invoice
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.drafts import Draft, draft_by_id, keep_draft
from store.invoices import Invoice, invoice_by_id
from store.open_invoices import open_invoice_page
from store.portfolio import InvoiceFilter
from store.records import RecordId
from store.users import User

# A window may stay open over a meeting; what was typed into it is not kept for longer than that.
_KEPT = timedelta(hours=12)
_NONCE_CHARACTERS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """The record that an e-mail is about, and all that can be chosen in the form."""

    ref: RecordRef
    words: str
    customer_id: RecordId
    customer: Customer | None
    invoice: Invoice | None = None
    known: tuple[Recipient, ...] = ()
    files: tuple[FileChoice, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The form of an e-mail as somebody filled it in; `nonce` names what will be sent."""

    nonce: str
    ref: RecordRef
    filled: Filled = field(default_factory=Filled)


async def about_of(deps: Deps, conn: ReadConnection, ref: RecordRef) -> About | None:
    """The record with its recipients; None for one that we never saw."""
    if ref.kind == "customer":
        customer = await customer_by_id(conn, ref.record_id)
        if customer is None:
            return None
        known = recipients_of((), await contacts_of(conn, customer.id, limit=MAX_RECIPIENTS), customer)
        words = short_record_words(ref, customer_name(customer))
        return About(ref=ref, words=words, customer_id=customer.id, customer=customer, known=known)
    invoice = await invoice_by_id(conn, ref.record_id)
    if invoice is None:
        return None
    return await _about_invoice(deps, conn, ref, invoice)


async def _about_invoice(deps: Deps, conn: ReadConnection, ref: RecordRef, invoice: Invoice) -> About:
    customer = await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None
    theirs = await contacts_of(conn, customer.id, limit=MAX_RECIPIENTS) if customer else ()
    known = recipients_of(await contacts_of_invoice(conn, invoice.id, limit=MAX_RECIPIENTS), theirs, customer)
    named = short_record_words(ref, invoice_number(invoice))
    return About(
        ref=ref,
        words=f"{named} · {customer_name(customer)}" if customer else named,
        customer_id=invoice.customer_id or invoice.id,
        customer=customer,
        invoice=invoice,
        known=known,
        files=await files_of(deps, conn, invoice.id),
    )


async def first_filled(deps: Deps, conn: ReadConnection, about: About, author: User) -> Filled:
    """What stands in the form before anybody has changed it."""
    words = await _words(deps, conn, about, author)
    return Filled(
        chosen=preferred(about.known), subject=words.subject, text=cut(words.text, MAX_TEXT), files=_all(about)
    )


async def _words(deps: Deps, conn: ReadConnection, about: About, author: User) -> Words:
    place = place_of(deps)
    if about.invoice is not None:
        return invoice_words(about.invoice, author.name, place)
    if about.customer is None:
        raise ValueError("an e-mail is about an invoice or a customer")
    late = InvoiceFilter(customer_id=about.customer.id, days_over=0)
    page = await open_invoice_page(conn, late, place.today, limit=MAX_LISTED + 1)
    aging = await customer_aging(conn, about.customer.id, place.today)
    return customer_words(about.customer, page.invoices, aging, author.name, place)


def _all(about: About) -> tuple[str, ...]:
    return tuple(each.file_id for each in about.files)


def new_nonce() -> str:
    """A name for what a form will send, which nobody guesses."""
    return uuid4().hex


def form_view(mail: MailSettings, about: About, wanted: Wanted) -> dict[str, Any]:
    """The first step, with what stands in it."""
    filled = wanted.filled
    form = EmailForm(
        metadata=pack(PURPOSE, {"nonce": wanted.nonce, "record": encode(about.ref)}),
        about=about.words,
        known=about.known,
        chosen=filled.chosen,
        others=filled.others,
        cc=filled.cc,
        subject=filled.subject,
        text=filled.text,
        files=about.files,
        attached=filled.files,
        redirected_to=mail.rules.redirect_to,
    )
    return email_modal(form)


def preview_view(
    mail: MailSettings, about: About, wanted: Wanted, found: Addressed, author: User, *, warning: str = ""
) -> dict[str, Any]:
    """The second step."""
    preview = Preview(
        metadata=pack(PREVIEW_PURPOSE, {"nonce": wanted.nonce, "shown": fingerprint(found, wanted.filled.files)}),
        sender=str(mail.sender),
        reply_to=reply_to_of(author),
        to=found.meant_for or found.to,
        cc=found.cc,
        subject=found.subject,
        text=found.text,
        files=[each.name for each in chosen_files(about, wanted.filled)],
        redirected_to=mail.rules.redirect_to,
        warning=warning,
    )
    return preview_email(preview)


def chosen_files(about: About, filled: Filled) -> tuple[FileChoice, ...]:
    """The files that go with it, as far as the record has them."""
    return tuple(each for each in about.files if each.file_id in filled.files)


def reply_to_of(author: User) -> str:
    """Where answers go: to whoever wrote it, if their account has an address that can be written to."""
    try:
        return checked_address(author.email)
    except ValueError:
        return ""


def fingerprint(found: Addressed, files: tuple[str, ...]) -> str:
    """Differs where what would be sent, or who would read it, does."""
    said = json.dumps([*astuple(found), files])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def recalled(metadata: str) -> tuple[str, RecordRef]:
    """The nonce and the record that the first step remembers. Raises OutdatedViewError."""
    memory = unpack(PURPOSE, metadata)
    ref = picked(memory["record"])
    if ref is None:
        raise OutdatedViewError("about no record")
    return _checked(memory["nonce"]), ref


async def keep(deps: Deps, person: SlackPerson, wanted: Wanted) -> bool:
    """Whether the form is kept for the next step; not under a name that is somebody else's."""
    now, filled = deps.clock(), wanted.filled
    fields = {
        "record": encode(wanted.ref),
        "chosen": json.dumps(filled.chosen),
        "files": json.dumps(filled.files),
        "others": filled.others,
        "cc": filled.cc,
        "subject": filled.subject,
        "text": filled.text,
    }
    draft = Draft(
        id=wanted.nonce,
        team_id=person.team_id,
        slack_user_id=person.user_id,
        fields=fields,
        expires_at=now + _KEPT,
    )
    async with deps.store.write() as conn:
        return await keep_draft(conn, draft, at=now)


async def kept(deps: Deps, person: SlackPerson, metadata: str) -> tuple[Wanted, str]:
    """What this person's preview is of, and its fingerprint. Raises OutdatedViewError unless it is theirs and ours."""
    memory = unpack(PREVIEW_PURPOSE, metadata)
    nonce, shown = _checked(memory["nonce"]), memory["shown"]
    async with deps.store.read() as conn:
        draft = await draft_by_id(conn, nonce, team_id=person.team_id, slack_user_id=person.user_id, at=deps.clock())
    ref = picked(draft.fields.get("record", "")) if draft else None
    if draft is None or ref is None:
        raise OutdatedViewError("of a draft that is not kept")
    return Wanted(nonce=nonce, ref=ref, filled=_filled(draft.fields)), shown


def _filled(fields: Mapping[str, str]) -> Filled:
    return Filled(
        chosen=tuple(json.loads(fields["chosen"])),
        files=tuple(json.loads(fields["files"])),
        others=fields["others"],
        cc=fields["cc"],
        subject=fields["subject"],
        text=fields["text"],
    )


def _checked(nonce: str) -> str:
    if len(nonce) != _NONCE_CHARACTERS or not nonce.isalnum() or not nonce.isascii():
        raise OutdatedViewError("without its own name")
    return nonce
