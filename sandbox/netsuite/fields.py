"""What can be searched: for each kind of criteria the fields, their shape, and where their value is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.ledger import InvoiceStatus, Ledger
from sandbox.ledger.records import Customer, Invoice, Payment
from sandbox.ledger.setup import CURRENCIES
from sandbox.netsuite.criteria import Shape

_CURRENCIES = {currency.code: currency for currency in CURRENCIES}
_STATUSES = {
    InvoiceStatus.OPEN: "_invoiceOpen",
    InvoiceStatus.PARTIALLY_PAID: "_invoiceOpen",
    InvoiceStatus.PAID_IN_FULL: "_invoicePaidInFull",
    InvoiceStatus.VOIDED: "_invoiceVoided",
}
TRANSACTION_TYPES = {"_invoice": Invoice, "_customerPayment": Payment}
# Enumerations of which the stand-in knows every value that it can answer for; others are refused.
KNOWN_VALUES = {
    "type": frozenset(TRANSACTION_TYPES),
    "status": frozenset({*_STATUSES.values(), "_paymentDeposited", "_paymentNotDeposited"}),
    "stage": frozenset({"_customer", "_lead", "_prospect"}),
}

Getter = Callable[[Any, Ledger], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    shape: Shape
    value: Getter


def _field(shape: Shape, value: Getter) -> Field:
    return Field(shape=shape, value=value)


def major(minor: int, currency: str) -> Decimal:
    """An amount in whole units of its currency."""
    return Decimal(minor).scaleb(-_CURRENCIES[currency].exponent)


def open_balance(customer: Customer, ledger: Ledger) -> int:
    """What the customer owes, in minor units of its currency."""
    return sum(invoice.open_minor for invoice in ledger.invoices_of(customer.id))


def past_due_balance(customer: Customer, ledger: Ledger) -> int:
    """The part of the open balance that is past due on the ledger's day."""
    return sum(invoice.open_minor for invoice in ledger.invoices_of(customer.id) if invoice.due_date < ledger.today)


def days_overdue(customer: Customer, ledger: Ledger) -> int:
    """Days since the oldest open invoice was due, 0 when none is past due."""
    open_dates = [invoice.due_date for invoice in ledger.invoices_of(customer.id) if invoice.open_minor]
    return max(0, (ledger.today - min(open_dates)).days) if open_dates else 0


def _currency_id(record: Customer | Invoice | Payment, _: Ledger) -> int:
    return _CURRENCIES[record.currency].id


_CHANGES = {
    "dateCreated": _field(Shape.DATE, lambda record, _: record.created_at),
    "internalId": _field(Shape.REFERENCE, lambda record, _: record.id),
    "internalIdNumber": _field(Shape.LONG, lambda record, _: record.id),
    "lastModifiedDate": _field(Shape.DATE, lambda record, _: record.last_modified),
}

CUSTOMER_FIELDS: Mapping[str, Field] = _CHANGES | {
    "balance": _field(Shape.DOUBLE, lambda c, ledger: major(open_balance(c, ledger), c.currency)),
    "companyName": _field(Shape.TEXT, lambda customer, _: customer.name),
    "currency": _field(Shape.REFERENCE, _currency_id),
    "email": _field(Shape.TEXT, lambda customer, _: customer.email),
    "entityId": _field(Shape.TEXT, lambda customer, _: customer.number),
    "isInactive": _field(Shape.FLAG, lambda customer, _: customer.is_inactive),
    "overdueBalance": _field(Shape.DOUBLE, lambda c, ledger: major(past_due_balance(c, ledger), c.currency)),
    "parent": _field(Shape.REFERENCE, lambda customer, _: customer.parent_id),
    "salesRep": _field(Shape.REFERENCE, lambda customer, _: customer.sales_rep_id),
    "stage": _field(Shape.ENUM, lambda *_: "_customer"),
    "subsidiary": _field(Shape.REFERENCE, lambda customer, _: customer.subsidiary_id),
}

CONTACT_FIELDS: Mapping[str, Field] = _CHANGES | {
    "company": _field(Shape.REFERENCE, lambda contact, _: contact.customer_id),
    "email": _field(Shape.TEXT, lambda contact, _: contact.email),
    "entityId": _field(Shape.TEXT, lambda contact, _: f"{contact.first_name} {contact.last_name}"),
    "isInactive": _field(Shape.FLAG, lambda *_: False),
}


def _transaction_type(record: Invoice | Payment, _: Ledger) -> str:
    return "_invoice" if isinstance(record, Invoice) else "_customerPayment"


def _status(record: Invoice | Payment, _: Ledger) -> str:
    return _STATUSES[record.status] if isinstance(record, Invoice) else "_paymentDeposited"


def _still_open(record: Invoice | Payment, _: Ledger) -> Decimal:
    minor = record.open_minor if isinstance(record, Invoice) else record.unapplied_minor
    return major(minor, record.currency)


def _transaction_date(record: Invoice | Payment, _: Ledger) -> object:
    return record.invoice_date if isinstance(record, Invoice) else record.payment_date


TRANSACTION_FIELDS: Mapping[str, Field] = _CHANGES | {
    "amountRemaining": _field(Shape.DOUBLE, _still_open),
    "currency": _field(Shape.REFERENCE, _currency_id),
    "dueDate": _field(Shape.DATE, lambda record, _: getattr(record, "due_date", None)),
    "entity": _field(Shape.REFERENCE, lambda record, _: record.customer_id),
    "memo": _field(Shape.TEXT, lambda record, _: record.memo),
    "salesRep": _field(Shape.REFERENCE, lambda record, _: getattr(record, "sales_rep_id", None)),
    "status": _field(Shape.ENUM, _status),
    "subsidiary": _field(Shape.REFERENCE, lambda record, _: record.subsidiary_id),
    "tranDate": _field(Shape.DATE, _transaction_date),
    "tranId": _field(Shape.TEXT, lambda record, _: record.number),
    "type": _field(Shape.ENUM, _transaction_type),
    "voided": _field(Shape.FLAG, lambda record, _: getattr(record, "status", None) is InvoiceStatus.VOIDED),
}

# mainLine chooses among the rows of a transaction, not among transactions; the search itself sees to it.
MAIN_LINE = _field(Shape.FLAG, lambda *_: None)

CRITERIA: Mapping[str, Mapping[str, Field]] = {
    "CustomerSearchBasic": CUSTOMER_FIELDS,
    "ContactSearchBasic": CONTACT_FIELDS,
    "TransactionSearchBasic": {**TRANSACTION_FIELDS, "mainLine": MAIN_LINE},
}
