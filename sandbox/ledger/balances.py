"""What a customer owes and has paid ahead, as the ERP itself adds it up.

Every function counts what is in one currency, in its minor units; without one it counts everything, converted into
the customer's own currency at the rates of setup.py.
"""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.ledger.book import Ledger
from sandbox.ledger.records import Kind
from sandbox.ledger.setup import CURRENCIES, RATES

_SPARE = (Kind.CREDIT_MEMO, Kind.PAYMENT, Kind.DEPOSIT_APPLICATION)
_EXPONENTS = {currency.code: currency.exponent for currency in CURRENCIES}


def balance(ledger: Ledger, customer_id: int, currency: str | None = None) -> int:
    """Open invoices less what is unapplied of credit memos and payments, moved by refunds and journal entries.

    Deposits are apart, in `deposit_balance`.
    """
    count = _Counter(ledger, customer_id, currency)
    spare = sum(count.of(kind, lambda record: record.unapplied_minor) for kind in _SPARE)
    paid_back = count.of(Kind.CUSTOMER_REFUND, lambda refund: refund.unapplied_minor)
    posted = count.of(Kind.JOURNAL_ENTRY, lambda entry: entry.open_minor)
    return count.of(Kind.INVOICE, lambda invoice: invoice.owed_minor) - spare + paid_back + posted


def past_due_balance(ledger: Ledger, customer_id: int, currency: str | None = None) -> int:
    """The invoices that are past due on the ledger's day; credits are not counted against them."""
    count = _Counter(ledger, customer_id, currency)
    return count.of(Kind.INVOICE, lambda bill: bill.owed_minor if bill.due_date < ledger.today else 0)


def deposit_balance(ledger: Ledger, customer_id: int, currency: str | None = None) -> int:
    """What is unapplied of the customer's deposits."""
    count = _Counter(ledger, customer_id, currency)
    return count.of(Kind.CUSTOMER_DEPOSIT, lambda deposit: deposit.unapplied_minor)


def unbilled_orders(ledger: Ledger, customer_id: int, currency: str | None = None) -> int:
    """The orders that are approved and not yet invoiced."""
    return _Counter(ledger, customer_id, currency).of(Kind.SALES_ORDER, lambda order: order.unbilled_minor)


def days_overdue(ledger: Ledger, customer_id: int) -> int:
    """Days since the oldest open invoice was due, 0 when none is past due."""
    due = [invoice.due_date for invoice in ledger.invoices_of(customer_id) if invoice.owed_minor]
    return max(0, (ledger.today - min(due)).days) if due else 0


def currencies_of(ledger: Ledger, customer_id: int) -> tuple[str, ...]:
    """The customer's own currency, then the other ones of its records in the order of the alphabet."""
    own = ledger.customers[customer_id].currency
    kinds = (Kind.INVOICE, Kind.PAYMENT, Kind.CREDIT_MEMO, Kind.CUSTOMER_DEPOSIT, Kind.SALES_ORDER)
    found = {record.currency for kind in kinds for record in ledger.records_of(kind, customer_id)}
    return (own, *sorted(found - {own}))


class _Counter:
    """Sums over the customer's records of a kind."""

    def __init__(self, ledger: Ledger, customer_id: int, currency: str | None) -> None:
        self._ledger = ledger
        self._customer_id = customer_id
        self._currency = currency

    def of(self, kind: Kind, amount: Callable[[Any], int]) -> int:
        records: Iterable[Any] = self._ledger.records_of(kind, self._customer_id)
        if self._currency is not None:
            return sum(amount(record) for record in records if record.currency == self._currency)
        own = self._ledger.customers[self._customer_id].currency
        return sum(_converted(amount(record), record.currency, own) for record in records)


def _converted(minor: int, currency: str, into: str) -> int:
    if currency == into:
        return minor
    major = Decimal(minor).scaleb(-_EXPONENTS[currency]) * RATES[currency] / RATES[into]
    return int(major.scaleb(_EXPONENTS[into]).quantize(Decimal(1), ROUND_HALF_UP))
