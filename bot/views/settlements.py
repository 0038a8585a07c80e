"""On an invoice's card: in which parts it falls due, and which payments and credits were applied to it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, day, lateness, moment, money
from bot.views.names import MAX_NUMBER
from bot.views.parts import Span, lines, record_link, words
from bot.views.text import literal
from store.installments import Installment
from store.invoices import Invoice, is_owed
from store.money import Money
from store.receipts import Receipt, ReceiptKind
from store.records import RecordId
from store.reversals import Reversal

MAX_SETTLED = 4
_MAX_PARTS = 6
_SEVERAL = 2
# Longer addresses would cost a card its room.
_MAX_URL = 300
KINDS = {
    ReceiptKind.PAYMENT: "Payment",
    ReceiptKind.DEPOSIT: "Deposit",
    ReceiptKind.CREDIT_MEMO: "Credit memo",
}


def installments_block(invoice: Invoice, place: Place) -> list[Block]:
    """A line for each part of an invoice that falls due in several; what of it is open where something is owed."""
    parts = invoice.installments or ()
    if len(parts) < _SEVERAL:
        return []
    title = [words("Installments", bold=True), words(f" · {len(parts)}")]
    shown = [_part(part, invoice, place) for part in parts[:_MAX_PARTS]]
    more = [[words(f"…+{len(parts) - _MAX_PARTS} more")]] if len(parts) > _MAX_PARTS else []
    return [lines("installments", [title, *shown, *more])]


def settled_block(invoice: Invoice, settled: Sequence[Receipt], total: int, place: Place) -> list[Block]:
    """A line for each payment and credit that was applied to the invoice; `total` is how many there are."""
    if not settled:
        return []
    title = [words("Applied to this invoice", bold=True)]
    rows = [_receipt(each, invoice.id, place) for each in settled[:MAX_SETTLED]]
    more = [[words(f"…+{total - len(rows)} more")]] if total > len(rows) else []
    return [lines("settled", [title, *rows, *more])]


def reversal_line(reversal: Reversal, place: Place) -> list[Span]:
    """«⚠️ Reversed: $500.00 that had been applied was taken back (seen 09:12 EST, 22 Nov)»."""
    amount = money(reversal.amount, place)
    said = f" {amount} that had been applied was taken back (seen {moment(reversal.seen_at, place)})"
    return [words("⚠️ Reversed:", bold=True), words(said)]


def receipt_name(receipt: Receipt) -> str:
    """«PYMT-12», «Credit memo CM-3»: a payment needs no word before its number."""
    number = literal(receipt.number, MAX_NUMBER, empty="(no number)")
    return number if receipt.kind is ReceiptKind.PAYMENT else f"{KINDS[receipt.kind]} {number}"


def applied_to(receipt: Receipt, invoice_id: RecordId) -> Money | None:
    """What of a receipt one invoice got; None when nothing."""
    amounts = [each.amount for each in receipt.applications if each.applied_to == invoice_id]
    return Money(currency=amounts[0].currency, minor=sum(each.minor for each in amounts)) if amounts else None


def _part(part: Installment, invoice: Invoice, place: Place) -> list[Span]:
    due = f" · due {day(part.due_date, place)}" if part.due_date else " · no due date"
    return [words(f"{part.sequence}. {money(part.amount, place)}{due}"), *_part_state(part, invoice, place)]


def _part_state(part: Installment, invoice: Invoice, place: Place) -> list[Span]:
    if not is_owed(invoice):
        return []
    if part.open_balance.minor <= 0:
        return [words(" · paid")]
    partly = f" · {money(part.open_balance, place)} open" if part.open_balance != part.amount else ""
    late = f" · {lateness(part.due_date, place.today)}" if part.due_date else ""
    is_late = part.due_date is not None and part.due_date < place.today
    return [words(partly), words(late, bold=is_late)] if partly else [words(late or " · open", bold=is_late)]


def _receipt(receipt: Receipt, invoice_id: RecordId, place: Place) -> list[Span]:
    url = receipt.url if receipt.url and len(receipt.url) <= _MAX_URL else None
    when = f" · {day(receipt.received_on, place)}" if receipt.received_on else ""
    row = [record_link(receipt_name(receipt), url)]
    if receipt.is_voided:
        return [*row, words(f"{when} · "), words("voided: it counts for nothing", bold=True)]
    amount = applied_to(receipt, invoice_id)
    return [*row, words(f" · {money(amount, place) if amount else '-'}{_discount(receipt, invoice_id, place)}{when}")]


def _discount(receipt: Receipt, invoice_id: RecordId, place: Place) -> str:
    given = [each.discount for each in receipt.applications if each.applied_to == invoice_id]
    minor = sum(each.minor for each in given if each)
    if not minor:
        return ""
    return f" and {money(Money(currency=receipt.total.currency, minor=minor), place)} discount"
