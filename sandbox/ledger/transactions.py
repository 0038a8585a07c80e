"""The records that lower or announce what a customer owes: credit memos, deposits, orders, and journal entries.

Amounts, instants and ids are as in records.py. What is applied lowers the open balance of an invoice; the rest of a
credit memo or of a payment lowers the customer's balance, the rest of a deposit is the customer's deposit balance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sandbox.ledger.records import Application, InvoiceLine, Kind


class OrderStatus(StrEnum):
    PENDING_APPROVAL = "pending_approval"
    PENDING_FULFILLMENT = "pending_fulfillment"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    PENDING_BILLING = "pending_billing"
    BILLED = "billed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


def applied_minor(applications: Iterable[Application]) -> int:
    """What is applied; a discount settles an invoice too, but is no money of the payment."""
    return sum(applied.amount_minor for applied in applications)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditMemo:
    """`created_from_id` is the invoice that it was made from, if any; a voided one has only zero amounts.

    `refunded_minor` of it was paid out to the customer.
    """

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    memo_date: date
    created_from_id: int | None
    sales_rep_id: int
    email: str
    memo: str
    lines: tuple[InvoiceLine, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    applications: tuple[Application, ...]
    is_voided: bool
    created_at: datetime
    last_modified: datetime
    refunded_minor: int = 0

    @property
    def unapplied_minor(self) -> int:
        return self.total_minor - self.refunded_minor - applied_minor(self.applications)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerDeposit:
    """Money paid ahead; `order_id` is the sales order that it secures, if any.

    It settles nothing by itself: `drawn_minor` of it went into deposit applications.
    """

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    deposit_date: date
    order_id: int | None
    amount_minor: int
    check_number: str
    memo: str
    is_undeposited: bool
    is_voided: bool
    created_at: datetime
    last_modified: datetime
    drawn_minor: int = 0

    @property
    def unapplied_minor(self) -> int:
        return self.amount_minor - self.drawn_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class DepositApplication:
    """What was drawn from a deposit, to settle invoices or to be paid back by a refund.

    What of it settles nothing any more is money of the receivables, as that of an unapplied payment is.
    """

    id: int
    number: str
    deposit_id: int
    refund_id: int | None
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    application_date: date
    deposit_date: date
    total_minor: int
    applications: tuple[Application, ...]
    memo: str
    created_at: datetime
    last_modified: datetime

    @property
    def unapplied_minor(self) -> int:
        return 0 if self.refund_id else self.total_minor - applied_minor(self.applications)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refunded:
    """What of a payment, credit memo or deposit a refund paid back."""

    kind: Kind
    record_id: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRefund:
    """Money paid back. What of it is of no payment, credit memo or deposit, the customer owes again."""

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    refund_date: date
    total_minor: int
    refunded: tuple[Refunded, ...]
    memo: str
    is_voided: bool
    created_at: datetime
    last_modified: datetime

    @property
    def unapplied_minor(self) -> int:
        return self.total_minor - sum(one.amount_minor for one in self.refunded)


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesOrder:
    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    order_date: date
    status: OrderStatus
    terms_id: int
    sales_rep_id: int
    po_number: str
    email: str
    memo: str
    lines: tuple[InvoiceLine, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    created_at: datetime
    last_modified: datetime

    @property
    def unbilled_minor(self) -> int:
        """What is still to be invoiced."""
        done = {OrderStatus.BILLED, OrderStatus.CLOSED, OrderStatus.CANCELLED, OrderStatus.PENDING_APPROVAL}
        return 0 if self.status in done else self.total_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEntry:
    """A posting to the receivables of a customer: it moves the balance by `amount_minor`, up when above zero.

    `settled_minor` of it, of the same sign, was applied to invoices, or paid.
    """

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    entry_date: date
    amount_minor: int
    memo: str
    created_at: datetime
    last_modified: datetime
    settled_minor: int = 0

    @property
    def open_minor(self) -> int:
        return self.amount_minor - self.settled_minor
