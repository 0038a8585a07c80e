"""What collectors wrote down, sent and received about the seeded customers, and the files of their invoices."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sandbox.ledger.chance import chance
from sandbox.ledger.communication import INVOICE_FOLDER, MAIL_FOLDER, Direction, File, Message, Note, Owner, Party
from sandbox.ledger.communication import media_type as media_type_of
from sandbox.ledger.pdf import pdf_page
from sandbox.ledger.phrases import CUSTOMER_NOTES, INVOICE_NOTES, REMINDERS, REPLIES, SHOWN_NOTES
from sandbox.ledger.records import Contact, Customer, Invoice, Kind
from sandbox.ledger.settlement import end_of_history
from sandbox.ledger.setup import CURRENCIES, EMPLOYEES

FIRST_FILE_ID = 600_001
FIRST_NOTE_ID = 800_001
FIRST_MESSAGE_ID = 900_001
# Letters make a ledger believable, not large: beyond this many customers nobody reads them.
WRITTEN_TO = 300

_EXPONENTS = {currency.code: currency.exponent for currency in CURRENCIES}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Debtor:
    customer: Customer
    contact: Contact | None
    invoices: Sequence[Invoice]

    @property
    def email(self) -> str:
        return self.contact.email if self.contact and self.contact.email else self.customer.email


def correspondence(records: Mapping[Kind, Iterable[Any]], *, today: date, seed: int) -> dict[Kind, tuple[Any, ...]]:
    """Notes, messages and files; the same for the same records, day and seed."""
    rng = random.Random(f"{seed} correspondence")  # noqa: S311 -- repeatable data, not a secret
    debtors = list(_debtors(records))
    last = end_of_history(today)
    files = {file.invoice_ids[0]: file for file in _invoice_files(rng, debtors)}
    return {
        Kind.FILE: tuple(files.values()),
        Kind.NOTE: _numbered(_notes(rng, debtors, last), FIRST_NOTE_ID),
        Kind.MESSAGE: _numbered(_messages(rng, debtors, files, last), FIRST_MESSAGE_ID),
    }


def _debtors(records: Mapping[Kind, Iterable[Any]]) -> Iterator[_Debtor]:
    customers = sorted(records[Kind.CUSTOMER], key=lambda customer: customer.id)[:WRITTEN_TO]
    primary = {contact.customer_id: contact for contact in records[Kind.CONTACT] if contact.is_primary}
    held: dict[int, list[Invoice]] = {customer.id: [] for customer in customers}
    for invoice in records[Kind.INVOICE]:
        if invoice.customer_id in held and invoice.open_minor:
            held[invoice.customer_id].append(invoice)
    for customer in customers:
        yield _Debtor(customer=customer, contact=primary.get(customer.id), invoices=held[customer.id])


def _numbered(drafts: Iterable[Any], first: int) -> tuple[Any, ...]:
    """Oldest first, as they would have been written."""
    ordered = sorted(drafts, key=lambda draft: draft.created_at)
    return tuple(replace(draft, id=number) for number, draft in enumerate(ordered, start=first))


def _notes(rng: random.Random, debtors: Iterable[_Debtor], last: datetime) -> Iterator[Note]:
    for debtor in debtors:
        customer = Owner(kind=Kind.CUSTOMER, id=debtor.customer.id)
        for title, text in SHOWN_NOTES.get(debtor.customer.name, ()):
            yield _note(rng, customer, title, text, last)
        if chance(rng, 45):
            yield _note(rng, customer, *rng.choice(CUSTOMER_NOTES), last)
        for invoice in debtor.invoices:
            if invoice.due_date < last.date() and chance(rng, 55):
                title, text = rng.choice(INVOICE_NOTES)
                owner = Owner(kind=Kind.INVOICE, id=invoice.id)
                yield _note(rng, owner, title, text.format(number=invoice.number), last)


def _note(rng: random.Random, owner: Owner, title: str, text: str, last: datetime) -> Note:
    at = _instant(rng, last)
    return Note(
        id=0,
        owner=owner,
        title=title,
        text=text,
        author_id=rng.choice(EMPLOYEES).id,
        direction=rng.choice(tuple(Direction)),
        note_date=at,
        created_at=at,
        last_modified=at,
    )


def _messages(
    rng: random.Random, debtors: Iterable[_Debtor], files: Mapping[int, File], last: datetime
) -> Iterator[Message]:
    for debtor in debtors:
        for invoice in debtor.invoices:
            if invoice.due_date < last.date() and chance(rng, 40):
                sent = _reminder(rng, debtor, invoice, files.get(invoice.id), last)
                yield sent
                if chance(rng, 45):
                    yield _reply(rng, sent, last)


def _reminder(rng: random.Random, debtor: _Debtor, invoice: Invoice, file: File | None, last: datetime) -> Message:
    author, at = rng.choice(EMPLOYEES), _instant(rng, last)
    subject, text = rng.choice(REMINDERS)
    greeted = debtor.contact.first_name if debtor.contact else "all"
    said = text.format(name=greeted, number=invoice.number, amount=amount(invoice.open_minor, invoice.currency))
    return Message(
        id=0,
        author=Party(email=author.email, entity_id=author.id),
        recipient=Party(email=debtor.email, entity_id=debtor.customer.id),
        subject=subject.format(number=invoice.number),
        text=f"{said}\n\n{author.name}",
        message_date=at,
        incoming=False,
        emailed=True,
        created_at=at,
        last_modified=at,
        transaction=Owner(kind=Kind.INVOICE, id=invoice.id),
        attachments=(file.id,) if file else (),
    )


def _reply(rng: random.Random, sent: Message, last: datetime) -> Message:
    at = min(sent.message_date + timedelta(hours=rng.randrange(1, 70), seconds=rng.randrange(3_600)), last)
    return replace(
        sent,
        author=sent.recipient,
        recipient=sent.author,
        subject=f"RE: {sent.subject}",
        text=rng.choice(REPLIES),
        message_date=at,
        incoming=True,
        emailed=False,
        created_at=at,
        last_modified=at,
        attachments=(),
    )


def _instant(rng: random.Random, last: datetime) -> datetime:
    """Mostly of the last weeks, never after `last`."""
    return last - timedelta(seconds=int(rng.random() ** 2 * 120 * 86_400))


def _invoice_files(rng: random.Random, debtors: Iterable[_Debtor]) -> Iterator[File]:
    ids = count(FIRST_FILE_ID)
    for debtor in debtors:
        for invoice in debtor.invoices:
            yield _invoice_file(next(ids), invoice, debtor.customer, has_extension=not chance(rng, 6))


def _invoice_file(file_id: int, invoice: Invoice, customer: Customer, *, has_extension: bool) -> File:
    name = f"{invoice.number}.pdf" if has_extension else f"{invoice.number} scan"
    folder = INVOICE_FOLDER if has_extension else MAIL_FOLDER
    return File(
        id=file_id,
        name=name,
        media_type=media_type_of(name),
        folder_id=folder.id,
        content=invoice_pdf(invoice, customer),
        created_at=invoice.created_at,
        last_modified=invoice.created_at,
        invoice_ids=(invoice.id,),
    )


def invoice_pdf(invoice: Invoice, customer: Customer) -> bytes:
    """The invoice on one page."""
    lines = (f"{line.quantity} x {line.item}   {amount(line.amount_minor, invoice.currency)}" for line in invoice.lines)
    return pdf_page(
        (
            f"INVOICE {invoice.number}",
            "",
            f"Bill to: {customer.name}",
            f"Date: {invoice.invoice_date}   Due: {invoice.due_date}   PO: {invoice.po_number or '-'}",
            "",
            *lines,
            "",
            f"Tax: {amount(invoice.tax_minor, invoice.currency)}",
            f"Total: {amount(invoice.total_minor, invoice.currency)}",
        )
    )


def amount(minor: int, currency: str) -> str:
    """1,234.50 USD, with the currency's own number of decimals."""
    exponent = _EXPONENTS[currency]
    return f"{Decimal(minor).scaleb(-exponent):,.{exponent}f} {currency}"
