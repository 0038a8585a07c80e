"""An invoice at a glance: what is owed, how late it is, by whom."""

from dataclasses import dataclass
from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement

from bot.views.amounts import Place, day, lateness, money, negated
from bot.views.match import Match, match_block, match_words
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import (
    Message,
    Span,
    button,
    buttons_row,
    facts,
    header,
    lines,
    message,
    note_block,
    record_link,
    words,
)
from bot.views.provenance import Provenance, provenance_line, provenance_words
from bot.views.text import literal
from bot.views.values import RecordRef
from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus, is_owed
from store.money import Money
from store.notes import Note

_STATUS_WORDS = {
    InvoiceStatus.PENDING: "Awaiting approval",
    InvoiceStatus.OPEN: "Open",
    InvoiceStatus.PARTIALLY_PAID: "Partly paid",
    InvoiceStatus.PAID: "Paid",
    InvoiceStatus.VOIDED: "Voided",
}
# What an invoice on which nothing is owed says of itself.
_SETTLED_WORDS = {
    InvoiceStatus.PENDING: "awaits approval: nothing is owed yet",
    InvoiceStatus.PAID: "is paid",
    InvoiceStatus.VOIDED: "is voided: nothing is owed",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LastPayment:
    """The newest payment on an invoice; `amount` is what it paid of this invoice."""

    amount: Money
    paid_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceCard:
    """All that the card shows. `customer` is None while the customer has not been pulled yet."""

    invoice: Invoice
    provenance: Provenance
    place: Place
    customer: Customer | None = None
    note: Note | None = None
    last_payment: LastPayment | None = None
    match: Match | None = None


def invoice_card(card: InvoiceCard) -> Message:
    """The card, ready for Slack."""
    shown = RecordRef(kind="invoice", record_id=card.invoice.id)
    blocks: list[Block] = [
        *match_block(card.match, shown),
        header(_headline(card)),
        lines("summary", [_summary(card)]),
        provenance_line(card.provenance, card.place),
        *facts(_facts(card)),
        *note_block(card.note, card.place),
        *buttons_row("actions", _buttons(card, shown)),
    ]
    return message(_sentence(card), blocks)


def _headline(card: InvoiceCard) -> str:
    invoice, number = card.invoice, invoice_number(card.invoice)
    if invoice.deleted_at is not None:
        return f"{number} was deleted in {literal(card.provenance.source, MAX_NAME)}"
    if invoice.status in _SETTLED_WORDS:
        return f"{number} {_SETTLED_WORDS[invoice.status]}"
    if invoice.open_balance.minor == 0:
        return f"Nothing is open on {number}"
    if invoice.open_balance.minor < 0:
        return f"{number} has a credit of {money(negated(invoice.open_balance), card.place)}"
    amount = money(invoice.open_balance, card.place)
    return f"{customer_name(card.customer)} owes {amount}" if card.customer else f"{amount} is open on {number}"


def _summary(card: InvoiceCard) -> list[Span]:
    spans = [record_link(invoice_number(card.invoice), card.invoice.url)]
    if is_owed(card.invoice):
        spans += [words(" · "), words(_lateness(card), bold=True)]
    elif card.customer:
        spans.append(words(f" · {customer_name(card.customer)}"))
    return spans


def _facts(card: InvoiceCard) -> list[tuple[str, str | None]]:
    invoice, place = card.invoice, card.place
    return [
        ("Open balance", money(invoice.open_balance, place)),
        ("Total", money(invoice.total, place)),
        ("Due date", day(invoice.due_date, place) if invoice.due_date else None),
        ("Status", _STATUS_WORDS[invoice.status]),
        ("Terms", invoice.payment_terms),
        ("PO number", invoice.po_number),
        ("Last payment", _payment_words(card.last_payment, place)),
        ("Sales rep", invoice.sales_rep),
    ]


def _buttons(card: InvoiceCard, shown: RecordRef) -> list[ButtonElement]:
    refresh = button("Refresh", "refresh.record", shown)
    if card.customer is None:
        return refresh
    return refresh + button("Customer card", "lookup.open", RecordRef(kind="customer", record_id=card.customer.id))


def _sentence(card: InvoiceCard) -> str:
    because = f"{match_words(card.match)} " if card.match and card.match.is_doubtful else ""
    owed = f" on invoice {invoice_number(card.invoice)}" if is_owed(card.invoice) and card.customer else ""
    late = f", {_lateness(card)}" if is_owed(card.invoice) else ""
    return f"{because}{_headline(card)}{owed}{late} {provenance_words(card.provenance, card.place)}"


def status_words(invoice: Invoice) -> str:
    """«Open», «Partly paid», … or «Deleted»."""
    return "Deleted" if invoice.deleted_at is not None else _STATUS_WORDS[invoice.status]


def _payment_words(payment: LastPayment | None, place: Place) -> str | None:
    return f"{money(payment.amount, place)} on {day(payment.paid_on, place)}" if payment else None


def _lateness(card: InvoiceCard) -> str:
    due_date = card.invoice.due_date
    return lateness(due_date, card.place.today) if due_date else "no due date"
