"""The columns that an advanced customer search returns, balances among them."""

from collections.abc import Callable, Iterable, Mapping

from sandbox.ledger.records import Customer
from sandbox.netsuite.fields import days_overdue, open_balance, past_due_balance
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import text
from sandbox.netsuite.wsdl import namespace

Column = Callable[[Customer, Writer], str]


def _value(content: str) -> str:
    return f"<platformCore:searchValue>{content}</platformCore:searchValue>"


CUSTOMER_COLUMNS: Mapping[str, Column] = {
    "altName": lambda customer, _: _value(text(customer.name)),
    "balance": lambda c, writer: _value(writer.amount(open_balance(c, writer.ledger), c.currency)),
    "companyName": lambda customer, _: _value(text(customer.name)),
    # A reference in a column carries no name.
    "currency": lambda customer, writer: (
        f'<platformCore:searchValue internalId="{writer.currency_ids[customer.currency]}"/>'
    ),
    "daysOverdue": lambda customer, writer: _value(str(days_overdue(customer, writer.ledger))),
    "entityId": lambda customer, _: _value(customer.number),
    "internalId": lambda customer, _: f'<platformCore:searchValue internalId="{customer.id}"/>',
    "lastModifiedDate": lambda customer, writer: _value(writer.calendar.instant(customer.last_modified)),
    "overdueBalance": lambda c, writer: _value(writer.amount(past_due_balance(c, writer.ledger), c.currency)),
}


def customer_row(customer: Customer, columns: Iterable[str], writer: Writer) -> str:
    """One row of an advanced customer search, with the columns that were asked for in their order in the schema."""
    cells = "".join(
        f"<platformCommon:{name}>{CUSTOMER_COLUMNS[name](customer, writer)}</platformCommon:{name}>"
        for name in sorted(set(columns))
    )
    return (
        f'<platformCore:searchRow xsi:type="listRel:CustomerSearchRow"'
        f' xmlns:listRel="{namespace("relationships", writer.version)}">'
        f'<listRel:basic xmlns:platformCommon="{namespace("common", writer.version)}">{cells}</listRel:basic>'
        "</platformCore:searchRow>"
    )
