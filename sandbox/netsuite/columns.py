"""The columns that advanced searches return, balances among them."""

from collections.abc import Callable, Mapping

from sandbox.ledger import Ledger
from sandbox.ledger.balances import balance, days_overdue, deposit_balance, past_due_balance, unbilled_orders
from sandbox.netsuite.cells import Column, reference, value
from sandbox.netsuite.letter_columns import ENTITY_COLUMNS, FILE_COLUMNS, MESSAGE_COLUMNS, NOTE_COLUMNS
from sandbox.netsuite.texts import text
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

TRANSACTION_COLUMNS: Mapping[str, Column] = {
    "entity": lambda record, _: reference(record.customer_id),
    "internalId": lambda record, _: reference(record.id),
    "lastModifiedDate": lambda record, writer: value(writer.calendar.instant(record.last_modified)),
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
