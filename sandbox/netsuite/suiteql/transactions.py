"""The tables of transactions: their bodies, their lines, and what the lines post.

Amounts of lines are signed as the ledger is: the main line of an invoice is a debit, above zero, and what was sold is
below. A transaction's own `foreign…` amounts are in its currency, what is posted is in the base currency.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Invoice, InvoiceStatus, Payment
from sandbox.ledger.related import entity
from sandbox.ledger.setup import CURRENCIES, TERMS
from sandbox.ledger.transactions import (
    CreditMemo,
    CustomerDeposit,
    CustomerRefund,
    DepositApplication,
    JournalEntry,
    SalesOrder,
)
from sandbox.netsuite.common_fields import id_of_currency, major
from sandbox.netsuite.records.writer import subsidiary_name
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.transaction_fields import TRANSACTION_FIELDS

KINDS = (
    *(Kind.INVOICE, Kind.PAYMENT, Kind.CUSTOMER_DEPOSIT, Kind.CREDIT_MEMO, Kind.SALES_ORDER),
    *(Kind.DEPOSIT_APPLICATION, Kind.CUSTOMER_REFUND, Kind.JOURNAL_ENTRY),
)
_TYPES: Mapping[type, tuple[str, str]] = {
    Invoice: ("CustInvc", "Invoice"),
    Payment: ("CustPymt", "Payment"),
    CustomerDeposit: ("CustDep", "Customer Deposit"),
    CreditMemo: ("CustCred", "Credit Memo"),
    SalesOrder: ("SalesOrd", "Sales Order"),
    DepositApplication: ("DepAppl", "Deposit Application"),
    CustomerRefund: ("CustRfnd", "Customer Refund"),
    JournalEntry: ("Journal", "Journal"),
}
# The letter of a status within its type.
_LETTERS: Mapping[tuple[str, str], str] = {
    ("CustInvc", "Open"): "A",
    ("CustInvc", "Paid In Full"): "B",
    ("CustInvc", "Pending Approval"): "D",
    ("CustPymt", "Not Deposited"): "B",
    ("CustPymt", "Deposited"): "C",
    ("CustDep", "Not Deposited"): "A",
    ("CustDep", "Deposited"): "B",
    ("CustDep", "Fully Applied"): "C",
    ("CustDep", "Cancelled"): "R",
    ("CustCred", "Open"): "A",
    ("CustCred", "Fully Applied"): "B",
    ("SalesOrd", "Pending Approval"): "A",
    ("SalesOrd", "Pending Fulfillment"): "B",
    ("SalesOrd", "Cancelled"): "C",
    ("SalesOrd", "Partially Fulfilled"): "D",
    ("SalesOrd", "Pending Billing"): "F",
    ("SalesOrd", "Billed"): "G",
    ("SalesOrd", "Closed"): "H",
}
_TERMS = {terms.id: terms.name for terms in TERMS}
CURRENCY_NAMES = {currency.code: currency.name for currency in CURRENCIES}


def _type(record: Any, _: Ledger) -> str:
    return _TYPES[type(record)][0]


def _status(record: Any, ledger: Ledger) -> str:
    return _LETTERS.get((_type(record, ledger), status_of(record).text), "V")


def _status_text(record: Any, _: Ledger) -> str:
    return f"{_TYPES[type(record)][1]} : {status_of(record).text}"


def _period(record: Any, ledger: Ledger) -> tuple[int | None, str | None]:
    """Id and name of the accounting period; an order posts nothing, so it has none."""
    if isinstance(record, SalesOrder):
        return None, None
    day = TRANSACTION_FIELDS["tranDate"].value(record, ledger)
    return day.year * 12 + day.month, f"{day:%b %Y}"


def _total(record: Any) -> int:
    has_amount = isinstance(record, Payment | CustomerDeposit | JournalEntry)
    found: int = record.amount_minor if has_amount else record.total_minor
    return found


def signed_total(record: Any) -> int:
    """What the transaction moves a balance by: what lowers it is below zero."""
    lowers = isinstance(record, Payment | CustomerDeposit | CreditMemo | DepositApplication)
    return -_total(record) if lowers else _total(record)


def is_posted(record: Any) -> bool:
    """Whether the books have it: orders they never have, and an invoice once it is approved."""
    is_waiting = isinstance(record, Invoice) and record.status is InvoiceStatus.PENDING_APPROVAL
    return not isinstance(record, SalesOrder) and not is_waiting


def _foreign(minor: Any) -> Column:
    """An amount in the transaction's currency; None stays null."""

    def value(record: Any, _: Ledger) -> Decimal | None:
        found = minor(record)
        return None if found is None else major(found, record.currency)

    return Column(value)


def paid(record: Any) -> int | None:
    """What an invoice was paid of."""
    return record.paid_minor if isinstance(record, Invoice) else None


def unpaid(record: Any) -> int | None:
    """What is open of an invoice, and unapplied of a refund, which is owed again."""
    if isinstance(record, CustomerRefund):
        return record.unapplied_minor
    return record.open_minor if isinstance(record, Invoice) else None


def unused(record: Any) -> int | None:
    """What is unapplied; what is no money that could be applied has no such amount."""
    is_none = isinstance(record, Invoice | SalesOrder | JournalEntry | CustomerRefund)
    return None if is_none else record.unapplied_minor


def used(record: Any) -> int | None:
    """What is applied."""
    return None if isinstance(record, Invoice | SalesOrder | JournalEntry) else _total(record) - record.unapplied_minor


def _sales_rep(record: Any, ledger: Ledger) -> str | None:
    found = entity(ledger, getattr(record, "sales_rep_id", None))
    return None if found is None else str(found.name)


def entity_column(attribute_name: str) -> Column:
    """A reference to a customer."""

    def display(record: Any, ledger: Ledger) -> str | None:
        found = entity(ledger, getattr(record, attribute_name, None))
        return None if found is None else f"{found.number} {found.name}"

    return Column(lambda record, _: getattr(record, attribute_name, None), display)


CURRENCY = Column(lambda record, _: id_of_currency(record.currency), lambda record, _: CURRENCY_NAMES[record.currency])
TERMS_COLUMN = Column(
    lambda record, _: getattr(record, "terms_id", None), lambda record, _: _TERMS.get(getattr(record, "terms_id", 0))
)

TRANSACTION = Table(
    kinds=KINDS,
    custom_prefix="custbody",
    columns={
        "id": attribute("id"),
        "createddate": attribute("created_at"),
        "currency": CURRENCY,
        "duedate": attribute("due_date"),
        "email": attribute("email"),
        "employee": Column(lambda record, _: getattr(record, "sales_rep_id", None), _sales_rep),
        "entity": entity_column("customer_id"),
        "exchangerate": attribute("exchange_rate"),
        "foreignamountpaid": _foreign(paid),
        "foreignamountunpaid": _foreign(unpaid),
        "foreignpaymentamountunused": _foreign(unused),
        "foreignpaymentamountused": _foreign(used),
        "foreigntotal": _foreign(signed_total),
        "lastmodifieddate": attribute("last_modified"),
        "memo": attribute("memo"),
        # The number of the customer's order, or of the cheque that was paid with.
        "otherrefnum": Column(
            lambda record, _: getattr(record, "po_number", None) or getattr(record, "check_number", None)
        ),
        "posting": flag(is_posted),
        "postingperiod": Column(
            lambda record, ledger: _period(record, ledger)[0], lambda record, ledger: _period(record, ledger)[1]
        ),
        "recordtype": Column(lambda record, _: _TYPES[type(record)][1].lower().replace(" ", "")),
        "status": Column(_status, _status_text),
        "terms": TERMS_COLUMN,
        "trandate": Column(TRANSACTION_FIELDS["tranDate"].value),
        "tranid": attribute("number"),
        "type": Column(_type, lambda record, _: _TYPES[type(record)][1]),
        "voided": flag(lambda record: status_of(record).text == "Voided"),
    },
)


def shown_subsidiary(subsidiary_id: int, ledger: Ledger) -> str | None:
    """A subsidiary's name behind those of its parents."""
    units = ledger.records(Kind.SUBSIDIARY)
    found = units.get(subsidiary_id)
    return None if found is None else subsidiary_name(found, units)
