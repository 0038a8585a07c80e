"""The status of a transaction, as a search asks for it and as the record says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.ledger import InvoiceStatus
from sandbox.ledger.records import Invoice, Payment
from sandbox.ledger.transactions import (
    CreditMemo,
    CustomerDeposit,
    CustomerRefund,
    DepositApplication,
    JournalEntry,
    OrderStatus,
    SalesOrder,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """`value` is what a search's status is compared with; empty where the schema has no value for it."""

    value: str
    text: str


INVOICE_OPEN = Status(value="_invoiceOpen", text="Open")
INVOICE_STATUSES: Mapping[InvoiceStatus, Status] = {
    InvoiceStatus.OPEN: INVOICE_OPEN,
    InvoiceStatus.PARTIALLY_PAID: INVOICE_OPEN,
    InvoiceStatus.PAID_IN_FULL: Status(value="_invoicePaidInFull", text="Paid In Full"),
    InvoiceStatus.VOIDED: Status(value="_invoiceVoided", text="Voided"),
    InvoiceStatus.PENDING_APPROVAL: Status(value="_invoicePendingApproval", text="Pending Approval"),
}
ORDER_STATUSES: Mapping[OrderStatus, Status] = {
    OrderStatus.PENDING_APPROVAL: Status(value="_salesOrderPendingApproval", text="Pending Approval"),
    OrderStatus.PENDING_FULFILLMENT: Status(value="_salesOrderPendingFulfillment", text="Pending Fulfillment"),
    OrderStatus.PARTIALLY_FULFILLED: Status(value="_salesOrderPartiallyFulfilled", text="Partially Fulfilled"),
    OrderStatus.PENDING_BILLING: Status(value="_salesOrderPendingBilling", text="Pending Billing"),
    OrderStatus.BILLED: Status(value="_salesOrderBilled", text="Billed"),
    OrderStatus.CLOSED: Status(value="_salesOrderClosed", text="Closed"),
    OrderStatus.CANCELLED: Status(value="_salesOrderCancelled", text="Cancelled"),
}
_PAID_IN, _WAITING = (
    Status(value="_paymentDeposited", text="Deposited"),
    Status(value="_paymentNotDeposited", text="Not Deposited"),
)
_DEPOSITED, _NOT_DEPOSITED, _USED_UP, _CANCELLED = (
    Status(value="_customerDepositDeposited", text="Deposited"),
    Status(value="_customerDepositNotDeposited", text="Not Deposited"),
    Status(value="_customerDepositFullyApplied", text="Fully Applied"),
    Status(value="_customerDepositCancelled", text="Cancelled"),
)
_CREDIT_OPEN, _CREDIT_APPLIED, _CREDIT_VOIDED = (
    Status(value="_creditMemoOpen", text="Open"),
    Status(value="_creditMemoFullyApplied", text="Fully Applied"),
    Status(value="_creditMemoVoided", text="Voided"),
)
# The enumeration has no values for these, nor for a voided payment.
_HELD, _DRAWN = (
    Status(value="", text="Unapplied"),
    Status(value="", text="Fully Applied"),
)
_PAID_OUT, _NOT_PAID_OUT = (
    Status(value="", text="Fully Applied"),
    Status(value="_customerRefundVoided", text="Voided"),
)
_POSTED = Status(value="_journalApprovedForPosting", text="Approved for Posting")
_PAYMENT_VOIDED = Status(value="", text="Voided")

STATUS_VALUES = frozenset(
    status.value
    for status in (
        *INVOICE_STATUSES.values(),
        *ORDER_STATUSES.values(),
        *(_PAID_IN, _WAITING),
        *(_DEPOSITED, _NOT_DEPOSITED, _USED_UP, _CANCELLED),
        *(_CREDIT_OPEN, _CREDIT_APPLIED, _CREDIT_VOIDED),
        *(_NOT_PAID_OUT, _POSTED),
    )
)


def _of_payment(payment: Payment) -> Status:
    if payment.is_voided:
        return _PAYMENT_VOIDED
    return _WAITING if payment.is_undeposited else _PAID_IN


def _of_deposit(deposit: CustomerDeposit) -> Status:
    if deposit.is_voided:
        return _CANCELLED
    if not deposit.unapplied_minor:
        return _USED_UP
    return _NOT_DEPOSITED if deposit.is_undeposited else _DEPOSITED


def _of_credit_memo(memo: CreditMemo) -> Status:
    if memo.is_voided:
        return _CREDIT_VOIDED
    return _CREDIT_OPEN if memo.unapplied_minor else _CREDIT_APPLIED


_STATUS_OF: Mapping[type, Callable[[Any], Status]] = {
    Invoice: lambda invoice: INVOICE_STATUSES[invoice.status],
    Payment: _of_payment,
    CustomerDeposit: _of_deposit,
    CreditMemo: _of_credit_memo,
    SalesOrder: lambda order: ORDER_STATUSES[order.status],
    DepositApplication: lambda one: _HELD if one.unapplied_minor else _DRAWN,
    CustomerRefund: lambda one: _NOT_PAID_OUT if one.is_voided else _PAID_OUT,
    JournalEntry: lambda _: _POSTED,
}


def status_of(transaction: Any) -> Status:
    """The status that the transaction has by its amounts and flags."""
    return _STATUS_OF[type(transaction)](transaction)
