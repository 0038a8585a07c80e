"""What a customer owes and has paid ahead, as the ERP itself adds it up. Amounts are in the customer's currency."""

from datetime import date

from sandbox.ledger.book import Ledger
from sandbox.ledger.records import Kind


def balance(ledger: Ledger, customer_id: int) -> int:
    """Open invoices less what is unapplied of credit memos and payments, moved by journal entries.

    Deposits are apart, in `deposit_balance`.
    """
    open_minor = sum(invoice.open_minor for invoice in ledger.invoices_of(customer_id))
    credits_minor: int = sum(
        record.unapplied_minor
        for kind in (Kind.CREDIT_MEMO, Kind.PAYMENT)
        for record in ledger.records_of(kind, customer_id)
    )
    posted_minor: int = sum(entry.amount_minor for entry in ledger.records_of(Kind.JOURNAL_ENTRY, customer_id))
    return open_minor - credits_minor + posted_minor


def past_due_balance(ledger: Ledger, customer_id: int) -> int:
    """The invoices that are past due on the ledger's day; credits are not counted against them."""
    return sum(invoice.open_minor for invoice in ledger.invoices_of(customer_id) if invoice.due_date < ledger.today)


def deposit_balance(ledger: Ledger, customer_id: int) -> int:
    """What is unapplied of the customer's deposits."""
    return sum(deposit.unapplied_minor for deposit in ledger.records_of(Kind.CUSTOMER_DEPOSIT, customer_id))


def unbilled_orders(ledger: Ledger, customer_id: int) -> int:
    """The orders that are approved and not yet invoiced."""
    return sum(order.unbilled_minor for order in ledger.records_of(Kind.SALES_ORDER, customer_id))


def days_overdue(ledger: Ledger, customer_id: int) -> int:
    """Days since the oldest open invoice was due, 0 when none is past due."""
    due = [invoice.due_date for invoice in ledger.invoices_of(customer_id) if invoice.open_minor]
    return max(0, _days(ledger.today, min(due))) if due else 0


def _days(today: date, due_date: date) -> int:
    return (today - due_date).days
