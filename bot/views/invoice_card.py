"""An invoice at a glance: what is owed, how late it is, by whom."""

from dataclasses import dataclass

from slack_sdk.models.blocks import InteractiveElement

from bot.views.amounts import day, lateness, money, negated
from bot.views.card import Card, acting_buttons, framed, reading_buttons, refresh_button, sentence
from bot.views.files import file_elements
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import Message, Span, button, message, record_link, words
from bot.views.settlements import applied_to, installments_block, reversal_line, settled_block
from bot.views.text import literal
from bot.views.values import RecordRef
from store.attachments import Attachment
from store.customers import Customer
from store.disputes import Dispute
from store.invoices import Invoice, InvoiceStatus, is_owed
from store.receipts import Receipt, ReceiptKind
from store.reversals import Reversal

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
class InvoiceCard(Card):
    """All that the card shows. `customer` is None while the customer has not been pulled yet.

    `settled` are the newest payments and credits that were applied to the invoice, of `settled_in_all`.
    """

    invoice: Invoice
    customer: Customer | None = None
    settled: tuple[Receipt, ...] = ()
    settled_in_all: int = 0
    reversal: Reversal | None = None
    files: tuple[Attachment, ...] = ()


def invoice_card(card: InvoiceCard) -> Message:
    """The card, ready for Slack."""
    shown = RecordRef(kind="invoice", record_id=card.invoice.id)
    blocks = framed(
        card,
        shown,
        headline=_headline(card),
        summary=[_summary(card), *([reversal_line(card.reversal, card.place)] if card.reversal else [])],
        body=[
            *installments_block(card.invoice, card.place),
            *settled_block(card.invoice, card.settled, card.settled_in_all, card.place),
        ],
        known=_facts(card),
        buttons=_buttons(card, shown),
    )
    return message(sentence(card, _answer(card)), blocks)


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
        ("Status", _status(card)),
        ("Terms", invoice.payment_terms),
        ("PO number", invoice.po_number),
        ("Last payment", _payment_words(card)),
        ("Sales rep", invoice.sales_rep),
        ("Account manager", card.customer.account_manager if card.customer else None),
    ]


def _status(card: InvoiceCard) -> str:
    is_disputed = any(isinstance(each.what, Dispute) for each in card.standing)
    return f"{_STATUS_WORDS[card.invoice.status]}{' · disputed' if is_disputed else ''}"


def _buttons(card: InvoiceCard, shown: RecordRef) -> list[InteractiveElement]:
    customer = RecordRef(kind="customer", record_id=card.customer.id) if card.customer else None
    return [
        *acting_buttons(card, shown),
        *(button("Customer card", "lookup.open", customer) if customer else []),
        *(button("Payments", "payments.open", shown) if card.settled else []),
        *file_elements(card.files),
        *reading_buttons(card, shown),
        *refresh_button(shown),
    ]


def _answer(card: InvoiceCard) -> str:
    owed = f" on invoice {invoice_number(card.invoice)}" if is_owed(card.invoice) and card.customer else ""
    late = f", {_lateness(card)}" if is_owed(card.invoice) else ""
    return f"{_headline(card)}{owed}{late}"


def status_words(invoice: Invoice) -> str:
    """«Open», «Partly paid», … or «Deleted»."""
    return "Deleted" if invoice.deleted_at is not None else _STATUS_WORDS[invoice.status]


def _payment_words(card: InvoiceCard) -> str | None:
    """What the newest payment or deposit paid of this invoice."""
    for receipt in card.settled:
        amount = applied_to(receipt, card.invoice.id)
        if receipt.kind is ReceiptKind.CREDIT_MEMO or receipt.is_voided or not (amount and receipt.received_on):
            continue
        return f"{money(amount, card.place)} on {day(receipt.received_on, card.place)}"
    return None


def _lateness(card: InvoiceCard) -> str:
    due_date = card.invoice.due_date
    return lateness(due_date, card.place.today) if due_date else "no due date"
