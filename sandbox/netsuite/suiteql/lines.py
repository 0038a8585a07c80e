"""The tables of transactions' lines, and of what they post.

Amounts of lines are signed as the ledger is: the main line of an invoice is a debit, above zero, and what was sold is
below. What is posted is in the base currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import InvoiceLine, Payment
from sandbox.ledger.setup import BANK_ID, RECEIVABLES_ID, UNDEPOSITED_ID
from sandbox.ledger.transactions import CustomerDeposit, CustomerRefund, JournalEntry
from sandbox.netsuite.common_fields import major
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.suiteql.transactions import (
    KINDS,
    is_posted,
    paid,
    shown_subsidiary,
    signed_total,
    unpaid,
    unused,
    used,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of lines: the main line when `line` is None and it is no tax line."""

    transaction: Any
    number: int
    minor: int
    line: InvoiceLine | None = None
    is_tax: bool = False
    is_receivable: bool = False

    @property
    def is_main(self) -> bool:
        return self.line is None and not self.is_tax and not self.is_receivable


def _lines(record: Any, _: Ledger) -> Iterator[Line]:
    total = signed_total(record)
    if isinstance(record, JournalEntry):
        # The books' own line comes first, and the one of the customer's receivables second.
        yield Line(transaction=record, number=0, minor=-total)
        yield Line(transaction=record, number=1, minor=total, is_receivable=True)
        return
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
    return BANK_ID if isinstance(record, CustomerRefund | JournalEntry) else RECEIVABLES_ID


def _account_name(record: Any, ledger: Ledger) -> str:
    account = ledger.records(Kind.ACCOUNT)[_account(record)]
    return f"{account.number} {account.name}"


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


def _customer_id(row: Line) -> int | None:
    """Of an entry only the line of the receivables names the customer."""
    is_books = isinstance(row.transaction, JournalEntry) and not row.is_receivable
    return None if is_books else row.transaction.customer_id


def _left(row: Line, *, is_debit: bool) -> Decimal | None:
    """What of an entry's line is open: unpaid of a debit, unused of a credit."""
    if not row.is_receivable or (row.minor >= 0) is not is_debit:
        return None
    return major(abs(row.transaction.open_minor), row.transaction.currency)


def _text(row: Line) -> str | None:
    return getattr(row.line, "description", None)


TRANSACTION_LINE = Table(
    kinds=KINDS,
    unfolded=_lines,
    columns={
        "id": attribute("number"),
        "createdfrom": Column(lambda row, _: _created_from(row.transaction), _created_from_name),
        "entity": Column(lambda row, _: _customer_id(row)),
        "foreignamountunpaid": Column(lambda row, _: _left(row, is_debit=True)),
        "foreignpaymentamountunused": Column(lambda row, _: _left(row, is_debit=False)),
        "foreignamount": Column(lambda row, _: major(row.minor, row.transaction.currency)),
        "iscogs": flag(lambda _: False),
        "item": Column(
            lambda row, _: getattr(row.line, "item_id", None), lambda row, _: getattr(row.line, "item", None)
        ),
        "linelastmodifieddate": Column(lambda row, _: row.transaction.last_modified),
        "linesequencenumber": attribute("number"),
        "mainline": flag(lambda row: row.is_main),
        "memo": Column(lambda row, _: row.transaction.memo if row.is_receivable else _text(row)),
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
            lambda row, _: RECEIVABLES_ID if row.is_receivable else _account(row.transaction) if row.is_main else None,
            lambda row, ledger: _account_name(row.transaction, ledger) if row.is_main else None,
        ),
        "accountingbook": Column(lambda *_: 1),
        "amount": Column(lambda row, _: _base(row.minor, row.transaction)),
        "amountpaid": _line_amount(paid),
        "amountunpaid": _line_amount(unpaid),
        "exchangerate": Column(lambda row, _: row.transaction.exchange_rate),
        "lastmodifieddate": Column(lambda row, _: row.transaction.last_modified),
        "paymentamountunused": _line_amount(unused),
        "paymentamountused": _line_amount(used),
        "posting": flag(lambda row: is_posted(row.transaction)),
        "transaction": Column(lambda row, _: row.transaction.id, lambda row, _: row.transaction.number),
        "transactionline": attribute("number"),
    },
)
