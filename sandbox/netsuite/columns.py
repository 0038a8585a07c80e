"""The columns that advanced searches return, balances among them."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.ledger import Ledger
from sandbox.ledger.balances import balance, days_overdue, deposit_balance, past_due_balance, unbilled_orders
from sandbox.ledger.records import Payment
from sandbox.ledger.transactions import CreditMemo, CustomerDeposit, DepositApplication, JournalEntry
from sandbox.netsuite.cells import Column, reference, value
from sandbox.netsuite.common_fields import major
from sandbox.netsuite.letter_columns import ENTITY_COLUMNS, FILE_COLUMNS, MESSAGE_COLUMNS, NOTE_COLUMNS
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import double, text
from sandbox.netsuite.transaction_fields import TRANSACTION_FIELDS


def _amount(of: Callable[[Ledger, int], int]) -> Column:
    return lambda customer, writer: value(writer.amount(of(writer.ledger, customer.id), customer.currency))


CUSTOMER_COLUMNS: Mapping[str, Column] = {
    "altName": lambda customer, _: value(text(customer.name)),
    "balance": _amount(balance),
    "companyName": lambda customer, _: value(text(customer.name)),
    "currency": lambda customer, writer: reference(writer.currency_ids[customer.currency]),
    "daysOverdue": lambda customer, writer: value(str(days_overdue(writer.ledger, customer.id))),
    "depositBalance": _amount(deposit_balance),
    "entityId": lambda customer, _: value(customer.number),
    "fxBalance": _amount(balance),
    "fxUnbilledOrders": _amount(unbilled_orders),
    "internalId": lambda customer, _: reference(customer.id),
    "lastModifiedDate": lambda customer, writer: value(writer.calendar.instant(customer.last_modified)),
    "overdueBalance": _amount(past_due_balance),
    "unbilledOrders": _amount(unbilled_orders),
}


def _posted(record: Any, *, is_debit: bool) -> str:
    """What a transaction's main line is in the debit or in the credit of its account; a payment is in the credit."""
    minor = _moved(record) if is_debit else -_moved(record)
    return _based(minor, record) if minor > 0 else ""


def _moved(record: Any) -> int:
    if isinstance(record, JournalEntry | Payment | CustomerDeposit):
        return int(record.amount_minor if isinstance(record, JournalEntry) else -record.amount_minor)
    return int(-record.total_minor if isinstance(record, CreditMemo | DepositApplication) else record.total_minor)


def _based(minor: int, record: Any) -> str:
    """An amount in the company's own currency."""
    amount = major(minor, record.currency) * record.exchange_rate
    return double(int(amount.scaleb(2).quantize(Decimal(1), ROUND_HALF_UP)), 2)


def _remaining(record: Any, writer: Writer) -> str:
    left: Decimal | None = TRANSACTION_FIELDS["amountRemaining"].value(record, writer.ledger)
    return "" if left is None else _based(int(left.scaleb(writer.exponents[record.currency])), record)


_DATE = TRANSACTION_FIELDS["tranDate"]
TRANSACTION_COLUMNS: Mapping[str, Column] = {
    "amount": lambda record, _: value(_based(_moved(record), record)),
    "amountRemaining": lambda record, writer: value(_remaining(record, writer)),
    "creditAmount": lambda record, _: value(_posted(record, is_debit=False)),
    "currency": lambda record, writer: reference(writer.currency_ids[record.currency]),
    "debitAmount": lambda record, _: value(_posted(record, is_debit=True)),
    "entity": lambda record, _: reference(record.customer_id),
    "fxAmount": lambda record, writer: value(writer.amount(_moved(record), record.currency)),
    "internalId": lambda record, _: reference(record.id),
    "lastModifiedDate": lambda record, writer: value(writer.calendar.instant(record.last_modified)),
    # Of an entry the line that names the customer comes second.
    "line": lambda record, _: value("1" if isinstance(record, JournalEntry) else "0"),
    "memo": lambda record, _: value(text(record.memo)),
    "tranDate": lambda record, writer: value(writer.calendar.day(_DATE.value(record, writer.ledger))),
    "tranId": lambda record, _: value(text(record.number)),
    "type": lambda record, writer: value(TRANSACTION_FIELDS["type"].value(record, writer.ledger)),
}

COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "CustomerSearchRowBasic": CUSTOMER_COLUMNS,
    "EmployeeSearchRowBasic": ENTITY_COLUMNS,
    "EntitySearchRowBasic": ENTITY_COLUMNS,
    "FileSearchRowBasic": FILE_COLUMNS,
    "MessageSearchRowBasic": MESSAGE_COLUMNS,
    "NoteSearchRowBasic": NOTE_COLUMNS,
    "TransactionSearchRowBasic": TRANSACTION_COLUMNS,
}
