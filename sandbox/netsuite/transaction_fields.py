"""The criteria of a search for transactions, whatever their type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.ledger import InvoiceStatus, Ledger
from sandbox.ledger.records import Invoice, Payment
from sandbox.ledger.transactions import (
    CreditMemo,
    CustomerDeposit,
    CustomerRefund,
    DepositApplication,
    JournalEntry,
    SalesOrder,
)
from sandbox.netsuite.common_fields import CHANGES, currency_id, major
from sandbox.netsuite.criteria import Shape
from sandbox.netsuite.field import Field, field
from sandbox.netsuite.kinds import TRANSACTIONS
from sandbox.netsuite.statuses import STATUS_VALUES, status_of

# Each type's value in a search, and the name that the ledger gives to its date.
_CLASSES = (
    *(Invoice, Payment, CustomerDeposit, CreditMemo, SalesOrder),
    *(DepositApplication, CustomerRefund, JournalEntry),
)
_TYPES: Mapping[type, str] = dict(zip(_CLASSES, TRANSACTIONS, strict=True))
_DATES: Mapping[type, str] = {
    Invoice: "invoice_date",
    Payment: "payment_date",
    CustomerDeposit: "deposit_date",
    CreditMemo: "memo_date",
    SalesOrder: "order_date",
    DepositApplication: "application_date",
    CustomerRefund: "refund_date",
    JournalEntry: "entry_date",
}
RECEIVABLE = "_accountsReceivable"
# Of the accounts that the main lines of transactions stand on.
_ACCOUNT_TYPES = frozenset({RECEIVABLE, "_otherCurrentLiability"})


def _still_open(record: Any, _: Ledger) -> Decimal | None:
    """What is unpaid of an invoice or an entry and unapplied of others; an order has no such amount."""
    if isinstance(record, SalesOrder):
        return None
    minor = record.open_minor if isinstance(record, Invoice | JournalEntry) else record.unapplied_minor
    return major(abs(minor) if isinstance(record, JournalEntry) else minor, record.currency)


def _account_type(record: Any, _: Ledger) -> str | None:
    """Of the account of the line that names the customer; an order posts nothing."""
    if isinstance(record, SalesOrder):
        return None
    return "_otherCurrentLiability" if isinstance(record, CustomerDeposit) else RECEIVABLE


def _is_voided(record: Any, _: Ledger) -> bool:
    return getattr(record, "is_voided", False) or getattr(record, "status", None) is InvoiceStatus.VOIDED


TRANSACTION_FIELDS: Mapping[str, Field] = {
    **CHANGES,
    "accountType": field(Shape.ENUM, _account_type, _ACCOUNT_TYPES),
    "amountRemaining": field(Shape.DOUBLE, _still_open),
    "currency": field(Shape.REFERENCE, currency_id),
    "dueDate": field(Shape.DATE, lambda record, _: getattr(record, "due_date", None)),
    "entity": field(Shape.REFERENCE, lambda record, _: record.customer_id),
    # mainLine chooses among the rows of a transaction, not among transactions; the search itself sees to it.
    "mainLine": field(Shape.FLAG, lambda *_: None),
    "memo": field(Shape.TEXT, lambda record, _: record.memo),
    "posting": field(Shape.FLAG, lambda record, _: not isinstance(record, SalesOrder)),
    "salesRep": field(Shape.REFERENCE, lambda record, _: getattr(record, "sales_rep_id", None)),
    "status": field(Shape.ENUM, lambda record, _: status_of(record).value, STATUS_VALUES),
    "subsidiary": field(Shape.REFERENCE, lambda record, _: record.subsidiary_id),
    "tranDate": field(Shape.DATE, lambda record, _: getattr(record, _DATES[type(record)])),
    "tranId": field(Shape.TEXT, lambda record, _: record.number),
    "type": field(Shape.ENUM, lambda record, _: _TYPES[type(record)], frozenset(TRANSACTIONS)),
    "voided": field(Shape.FLAG, _is_voided),
}
