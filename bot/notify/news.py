"""What is news, read from one change of the feed and the record as it is now. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from store.changes import Change
from store.customers import Customer
from store.invoices import OWED, Invoice, InvoiceStatus, is_owed
from store.money import Money
from store.records import RecordId
from store.subscriptions import NewsKind

_NEVER_OWED = frozenset({InvoiceStatus.PENDING.value, InvoiceStatus.VOIDED.value})


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """Something that happened at `at` in the system `origin`.

    It is about an invoice, a customer or, without both, the system itself. `occasion` tells it from other news of its
    kind about the same. `amount` is what payments and credits took off, what was billed or is owed; `text` what was
    written or is wrong. `previous_due` is the due date that an invoice had before, when it was owed then already.
    """

    kind: NewsKind
    occasion: str
    at: datetime
    origin: str
    invoice: Invoice | None = None
    customer: Customer | None = None
    amount: Money | None = None
    text: str = ""
    previous_due: date | None = None

    @property
    def about_id(self) -> RecordId:
        """The record that it is about; «» for a system."""
        record = self.invoice or self.customer
        return record.id if record else RecordId("")


def invoice_news(change: Change, invoice: Invoice, customer: Customer | None, at: datetime) -> tuple[News, ...]:
    """What one change of an invoice tells; the invoice and its customer are as the store has them now."""
    found = (
        _payment(change, invoice, customer, at),
        _large_invoice(change, invoice, customer, at),
        past_due_news(invoice, customer, at, previous_due=_previous_due(change))
        if _may_have_become_past_due(change)
        else None,
    )
    return tuple(news for news in found if news is not None)


def past_due_news(
    invoice: Invoice, customer: Customer | None, at: datetime, *, previous_due: date | None = None
) -> News | None:
    """An invoice on which something is owed and that has a due date; from which day on that is news, others decide."""
    if invoice.due_date is None or not is_owed(invoice):
        return None
    return News(
        kind=NewsKind.PAST_DUE,
        # Told once for each due date that it gets.
        occasion=invoice.due_date.isoformat(),
        at=at,
        origin=invoice.origin,
        invoice=invoice,
        customer=customer,
        amount=invoice.open_balance,
        previous_due=previous_due,
    )


def paid_minor(change: Change, status: InvoiceStatus) -> int:
    """By how much payments and credits lowered an invoice's open balance, in minor units; 0 when they did not.

    It is negative for what was taken back, as when a payment is reversed. `status` is the invoice's, where the change
    does not tell it. A different total is a correction, a void takes everything away, and approval makes owed what was
    not: none of them is a payment, nor one taken back.
    """
    if change.action != "changed" or "currency" in change.fields:
        return 0
    before, after = change.fields.get("open_balance_minor", (0, 0))
    total_before, total_after = change.fields.get("total_minor", (0, 0))
    paid = int((before - after) - (total_before - total_after))
    status_before, status_after = change.fields.get("status", (status.value, status.value))
    if paid > 0:
        return paid if before > 0 and status_after != InvoiceStatus.VOIDED.value else 0
    return paid if after > 0 and _NEVER_OWED.isdisjoint((status_before, status_after)) else 0


def _payment(change: Change, invoice: Invoice, customer: Customer | None, at: datetime) -> News | None:
    paid = paid_minor(change, invoice.status)
    if paid <= 0:
        return None
    return News(
        kind=NewsKind.PAYMENT,
        occasion=str(change.sequence),
        at=at,
        origin=invoice.origin,
        invoice=invoice,
        customer=customer,
        amount=Money(currency=invoice.open_balance.currency, minor=paid),
    )


def _large_invoice(change: Change, invoice: Invoice, customer: Customer | None, at: datetime) -> News | None:
    """Any new invoice: how large a large one is, each subscription says. It is new once it is approved."""
    status_before, _ = change.fields.get("status", ("", ""))
    is_new = change.action == "inserted" or status_before == InvoiceStatus.PENDING.value
    if not is_new or not is_owed(invoice):
        return None
    return News(
        kind=NewsKind.LARGE_INVOICE,
        occasion="",
        at=at,
        origin=invoice.origin,
        invoice=invoice,
        customer=customer,
        amount=invoice.total,
    )


def _may_have_become_past_due(change: Change) -> bool:
    """Whether more than the passing of a day may have made it past due: new, another due date, owed again."""
    if change.action == "inserted" or "due_date" in change.fields:
        return True
    balance_before, _ = change.fields.get("open_balance_minor", (1, 1))
    status_before, _ = change.fields.get("status", (OWED[0], ""))
    return balance_before <= 0 or status_before not in OWED


def _previous_due(change: Change) -> date | None:
    before, _ = change.fields.get("due_date", (None, None))
    return date.fromisoformat(before) if before else None
