"""The tables of transactions: their bodies, their lines, and what the lines post.

Amounts of lines are signed as the ledger is: the main line of an invoice is a debit, above zero, and what was sold is
below. A transaction's own `foreign…` amounts are in its currency, what is posted is in the base currency.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Invoice, InvoiceLine, Payment
from sandbox.ledger.related import entity
from sandbox.ledger.setup import BANK_ID, CURRENCIES, RECEIVABLES_ID, TERMS, UNDEPOSITED_ID
from sandbox.ledger.transactions import CreditMemo, CustomerDeposit, SalesOrder
from sandbox.netsuite.common_fields import id_of_currency, major
from sandbox.netsuite.records.writer import subsidiary_name
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.transaction_fields import TRANSACTION_FIELDS

KINDS = (Kind.INVOICE, Kind.PAYMENT, Kind.CUSTOMER_DEPOSIT, Kind.CREDIT_MEMO, Kind.SALES_ORDER)
_TYPES: Mapping[type, tuple[str, str]] = {
    Invoice: ("CustInvc", "Invoice"),
    Payment: ("CustPymt", "Payment"),
    CustomerDeposit: ("CustDep", "Customer Deposit"),
    CreditMemo: ("CustCred", "Credit Memo"),
    SalesOrder: ("SalesOrd", "Sales Order"),
}
# The letter of a status within its type.
_LETTERS: Mapping[tuple[str, str], str] = {
    ("CustInvc", "Open"): "A",
    ("CustInvc", "Paid In Full"): "B",
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
    found: int = record.amount_minor if isinstance(record, Payment | CustomerDeposit) else record.total_minor
    return found


def _signed_total(record: Any) -> int:
    return -_total(record) if isinstance(record, Payment | CustomerDeposit | CreditMemo) else _total(record)


def _foreign(minor: Any) -> Column:
    """An amount in the transaction's currency; None stays null."""

    def value(record: Any, _: Ledger) -> Decimal | None:
        found = minor(record)
        return None if found is None else major(found, record.currency)

    return Column(value)


def _paid(record: Any) -> int | None:
    return record.paid_minor if isinstance(record, Invoice) else None


def _unpaid(record: Any) -> int | None:
    return record.open_minor if isinstance(record, Invoice) else None


def _unused(record: Any) -> int | None:
    return None if isinstance(record, Invoice | SalesOrder) else record.unapplied_minor


def _used(record: Any) -> int | None:
    return None if isinstance(record, Invoice | SalesOrder) else _total(record) - record.unapplied_minor


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
        "foreignamountpaid": _foreign(_paid),
        "foreignamountunpaid": _foreign(_unpaid),
        "foreignpaymentamountunused": _foreign(_unused),
        "foreignpaymentamountused": _foreign(_used),
        "foreigntotal": _foreign(_signed_total),
        "lastmodifieddate": attribute("last_modified"),
        "memo": attribute("memo"),
        # The number of the customer's order, or of the cheque that was paid with.
        "otherrefnum": Column(
            lambda record, _: getattr(record, "po_number", None) or getattr(record, "check_number", None)
        ),
        "posting": flag(lambda record: not isinstance(record, SalesOrder)),
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of lines: the main line when `line` is None and it is no tax line."""

    transaction: Any
    number: int
    minor: int
    line: InvoiceLine | None = None
    is_tax: bool = False

    @property
    def is_main(self) -> bool:
        return self.line is None and not self.is_tax


def _lines(record: Any, _: Ledger) -> Iterator[Line]:
    total = _signed_total(record)
    yield Line(transaction=record, number=0, minor=total)
    sign = -1 if total >= 0 else 1
    lines = getattr(record, "lines", ())
    for line in lines:
        yield Line(transaction=record, number=line.line, minor=sign * line.amount_minor, line=line)
    if lines and record.tax_minor:
        yield Line(transaction=record, number=len(lines) + 1, minor=sign * record.tax_minor, is_tax=True)


def _created_from(record: Any) -> int | None:
    """The order that an invoice or a deposit belongs to, the invoice that a credit memo was made from."""
    found: int | None = getattr(record, "order_id", None) or getattr(record, "created_from_id", None)
    return found


def _created_from_name(row: Line, ledger: Ledger) -> str | None:
    order = ledger.records(Kind.SALES_ORDER).get(getattr(row.transaction, "order_id", None) or 0)
    if order is not None:
        return f"Sales Order #{order.number}"
    invoice = ledger.invoices.get(getattr(row.transaction, "created_from_id", None) or 0)
    return None if invoice is None else f"Invoice #{invoice.number}"


def _account(record: Any) -> int:
    """The account that the main line posts to: of money where it is, else of receivables."""
    if isinstance(record, Payment | CustomerDeposit):
        return UNDEPOSITED_ID if record.is_undeposited else BANK_ID
    return RECEIVABLES_ID


def _account_name(record: Any, ledger: Ledger) -> str:
    account = ledger.records(Kind.ACCOUNT)[_account(record)]
    return f"{account.number} {account.name}"


def shown_subsidiary(subsidiary_id: int, ledger: Ledger) -> str | None:
    """A subsidiary's name behind those of its parents."""
    units = ledger.records(Kind.SUBSIDIARY)
    found = units.get(subsidiary_id)
    return None if found is None else subsidiary_name(found, units)


def _subsidiary(row: Line, ledger: Ledger) -> str | None:
    return shown_subsidiary(row.transaction.subsidiary_id, ledger)


def _of_line(name: str) -> Column:
    return Column(lambda row, _: getattr(row.line, name, None))


def _base(minor: int, record: Any) -> Decimal:
    """In the base currency, rounded to cents."""
    amount: Decimal = major(minor, record.currency) * record.exchange_rate
    return amount.quantize(Decimal("0.01"))


def _line_amount(of: Any) -> Column:
    """An amount of the main line in the base currency; null on all others."""

    def value(row: Line, _: Ledger) -> Decimal | None:
        minor = of(row.transaction) if row.is_main else None
        return None if minor is None else _base(minor, row.transaction)

    return Column(value)


TRANSACTION_LINE = Table(
    kinds=KINDS,
    unfolded=_lines,
    columns={
        "id": attribute("number"),
        "createdfrom": Column(lambda row, _: _created_from(row.transaction), _created_from_name),
        "foreignamount": Column(lambda row, _: major(row.minor, row.transaction.currency)),
        "iscogs": flag(lambda _: False),
        "item": Column(
            lambda row, _: getattr(row.line, "item_id", None), lambda row, _: getattr(row.line, "item", None)
        ),
        "linelastmodifieddate": Column(lambda row, _: row.transaction.last_modified),
        "linesequencenumber": attribute("number"),
        "mainline": flag(lambda row: row.is_main),
        "memo": _of_line("description"),
        "netamount": Column(lambda row, _: _base(row.minor, row.transaction)),
        "quantity": Column(lambda row, _: None if row.line is None else -row.line.quantity),
        "rate": Column(
            lambda row, _: None if row.line is None else major(row.line.rate_minor, row.transaction.currency)
        ),
        "subsidiary": Column(lambda row, _: row.transaction.subsidiary_id, _subsidiary),
        "taxline": flag(lambda row: row.is_tax),
        "transaction": Column(lambda row, _: row.transaction.id, lambda row, _: row.transaction.number),
        "uniquekey": Column(lambda row, _: row.transaction.id * 10_000 + row.number),
    },
)

TRANSACTION_ACCOUNTING_LINE = Table(
    kinds=KINDS,
    unfolded=_lines,
    columns={
        "account": Column(
            lambda row, _: _account(row.transaction) if row.is_main else None,
            lambda row, ledger: _account_name(row.transaction, ledger) if row.is_main else None,
        ),
        "accountingbook": Column(lambda *_: 1),
        "amount": Column(lambda row, _: _base(row.minor, row.transaction)),
        "amountpaid": _line_amount(_paid),
        "amountunpaid": _line_amount(_unpaid),
        "exchangerate": Column(lambda row, _: row.transaction.exchange_rate),
        "lastmodifieddate": Column(lambda row, _: row.transaction.last_modified),
        "paymentamountunused": _line_amount(_unused),
        "paymentamountused": _line_amount(_used),
        "posting": flag(lambda row: not isinstance(row.transaction, SalesOrder)),
        "transaction": Column(lambda row, _: row.transaction.id, lambda row, _: row.transaction.number),
        "transactionline": attribute("number"),
    },
)
