"""What both steps of writing an e-mail have in common: the record, what the window remembers, and how it is drawn."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from typing import Any
from uuid import uuid4

from bot.deps import Deps
from bot.emailing.email_files import files_of, too_much
from bot.emailing.email_form import Addressed, Filled, preferred, recipients_of
from bot.emailing.email_words import MAX_LISTED, Words, customer_words, invoice_words
from bot.mail.settings import MailSettings, checked_address
from bot.reading.cards import place_of
from bot.views.amounts import money
from bot.views.email import (
    MAX_RECIPIENTS,
    MAX_SUBJECT,
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
from bot.views.metadata import pack
from bot.views.names import customer_name, invoice_number
from bot.views.reply import short_record_words
from bot.views.text import cut, shortened
from bot.views.values import RecordRef, encode
from store.aging import customer_aging
from store.contacts import contacts_of, contacts_of_invoice
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoice_by_id, is_owed
from store.money import Money
from store.open_invoices import open_invoice_page
from store.portfolio import InvoiceFilter
from store.records import RecordId
from store.users import User

_MAX_OPEN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """The record that an e-mail is about, and all that can be chosen in the form.

    `open_words` say what is open on it now: «$950.00». `unfit` says of files why they cannot go with it.
    """

    ref: RecordRef
    words: str
    open_words: str
    customer_id: RecordId
    customer: Customer | None
    invoice: Invoice | None = None
    known: tuple[Recipient, ...] = ()
    files: tuple[FileChoice, ...] = ()
    unfit: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The form of an e-mail as somebody filled it in; `nonce` names what will be sent.

    `open_words` say what was open when the form was opened, and the text was made; «» where that is not known.
    """

    nonce: str
    ref: RecordRef
    open_words: str = ""
    filled: Filled = field(default_factory=Filled)


async def about_of(deps: Deps, conn: ReadConnection, ref: RecordRef) -> About | None:
    """The record with its recipients; None for one that we never saw, or that its source has no more."""
    if ref.kind == "customer":
        customer = await customer_by_id(conn, ref.record_id)
        return await _about_customer(deps, conn, ref, customer) if customer and customer.deleted_at is None else None
    invoice = await invoice_by_id(conn, ref.record_id)
    return await _about_invoice(deps, conn, ref, invoice) if invoice and invoice.deleted_at is None else None


async def _about_customer(deps: Deps, conn: ReadConnection, ref: RecordRef, customer: Customer) -> About:
    known = recipients_of((), await contacts_of(conn, customer.id, limit=MAX_RECIPIENTS + 1), customer)
    owed = [each.open_balance for each in await customer_aging(conn, customer.id, deps.today())]
    return About(
        ref=ref,
        words=short_record_words(ref, customer_name(customer)),
        open_words=_open_words(deps, [each for each in owed if each.minor > 0]),
        customer_id=customer.id,
        customer=customer,
        known=known,
    )


async def _about_invoice(deps: Deps, conn: ReadConnection, ref: RecordRef, invoice: Invoice) -> About:
    customer = await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None
    theirs = await contacts_of(conn, customer.id, limit=MAX_RECIPIENTS + 1) if customer else ()
    known = recipients_of(await contacts_of_invoice(conn, invoice.id, limit=MAX_RECIPIENTS + 1), theirs, customer)
    named = short_record_words(ref, invoice_number(invoice))
    files, unfit = await files_of(deps, conn, invoice.id)
    return About(
        ref=ref,
        open_words=_open_words(deps, [invoice.open_balance] if is_owed(invoice) else []),
        words=f"{named} · {customer_name(customer)}" if customer else named,
        customer_id=invoice.customer_id or invoice.id,
        customer=customer,
        invoice=invoice,
        known=known,
        files=files,
        unfit=unfit,
    )


def _open_words(deps: Deps, amounts: Sequence[Money]) -> str:
    return shortened(" + ".join(money(each, place_of(deps)) for each in amounts), _MAX_OPEN) or "nothing"


async def first_filled(deps: Deps, conn: ReadConnection, about: About, author: User) -> Filled:
    """What stands in the form before anybody has changed it."""
    words = await _words(deps, conn, about, author)
    return Filled(
        chosen=preferred(about.known),
        subject=shortened(words.subject, MAX_SUBJECT),
        text=cut(words.text, MAX_TEXT),
        files=_fitting(about.files),
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


def _fitting(files: Sequence[FileChoice]) -> tuple[str, ...]:
    """As many as can go together."""
    chosen: list[FileChoice] = []
    for each in files:
        if not too_much([*chosen, each]):
            chosen.append(each)
    return tuple(each.file_id for each in chosen)


def new_nonce() -> str:
    """A name for what a form will send, which nobody guesses."""
    return uuid4().hex


def form_view(mail: MailSettings, about: About, wanted: Wanted) -> dict[str, Any]:
    """The first step, with what stands in it."""
    filled = wanted.filled
    form = EmailForm(
        metadata=pack(PURPOSE, {"nonce": wanted.nonce, "record": encode(about.ref), "open": wanted.open_words}),
        about=about.words,
        known=about.known,
        chosen=filled.chosen,
        others=filled.others,
        cc=filled.cc,
        subject=filled.subject,
        text=filled.text,
        files=about.files,
        attached=filled.files,
        unfit=about.unfit,
        redirected_to=mail.rules.redirect_to,
    )
    return email_modal(form)


def preview_view(
    mail: MailSettings, about: About, wanted: Wanted, found: Addressed, author: User, *, warning: str = ""
) -> dict[str, Any]:
    """The second step. It says of itself where the text may tell another amount than is open now."""
    files = chosen_files(about, wanted.filled)
    preview = Preview(
        metadata=pack(PREVIEW_PURPOSE, {"nonce": wanted.nonce, "shown": fingerprint(about, found, files)}),
        sender=str(mail.sender),
        reply_to=reply_to_of(author),
        to=found.meant_for or found.to,
        cc=found.cc,
        subject=found.subject,
        text=found.text,
        files=[each.name for each in files],
        redirected_to=mail.rules.redirect_to,
        warning=" ".join(filter(None, (warning, _news(about, wanted)))),
    )
    return preview_email(preview)


def _news(about: About, wanted: Wanted) -> str:
    if wanted.open_words in {"", about.open_words}:
        return ""
    return f"Since you opened this, what is open has changed to {about.open_words}: check the text."


def chosen_files(about: About, filled: Filled) -> tuple[FileChoice, ...]:
    """The files that go with it, as far as the record has them."""
    return tuple(each for each in about.files if each.file_id in filled.files)


def reply_to_of(author: User) -> str:
    """Where answers go: to whoever wrote it, if their account has an address that can be written to."""
    try:
        return checked_address(author.email)
    except ValueError:
        return ""


def fingerprint(about: About, found: Addressed, files: Sequence[FileChoice]) -> str:
    """Differs where what would be sent, who would read it, or what is open does."""
    said = json.dumps([*astuple(found), [each.file_id for each in files], about.open_words])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
