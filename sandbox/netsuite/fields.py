"""What can be searched: for each kind of criteria the fields, their shape, and where their value is found."""

from collections.abc import Mapping

from sandbox.ledger.balances import balance, past_due_balance
from sandbox.netsuite.common_fields import CHANGES, currency_id, major
from sandbox.netsuite.company_fields import (
    ACCOUNT_FIELDS,
    CURRENCY_RATE_FIELDS,
    EMPLOYEE_FIELDS,
    SUBSIDIARY_FIELDS,
)
from sandbox.netsuite.criteria import Shape
from sandbox.netsuite.field import Field, field
from sandbox.netsuite.letter_fields import FILE_FIELDS, MESSAGE_FIELDS, NOTE_FIELDS
from sandbox.netsuite.transaction_fields import TRANSACTION_FIELDS

# The internal id that every account has for the role «Primary Contact».
_PRIMARY = -10
_STAGES = frozenset({"_customer", "_lead", "_prospect"})

CUSTOMER_FIELDS: Mapping[str, Field] = {
    **CHANGES,
    "balance": field(Shape.DOUBLE, lambda c, ledger: major(balance(ledger, c.id), c.currency)),
    "companyName": field(Shape.TEXT, lambda customer, _: customer.name),
    "currency": field(Shape.REFERENCE, currency_id),
    "email": field(Shape.TEXT, lambda customer, _: customer.email),
    "entityId": field(Shape.TEXT, lambda customer, _: customer.number),
    "isInactive": field(Shape.FLAG, lambda customer, _: customer.is_inactive),
    "overdueBalance": field(Shape.DOUBLE, lambda c, ledger: major(past_due_balance(ledger, c.id), c.currency)),
    "parent": field(Shape.REFERENCE, lambda customer, _: customer.parent_id),
    "salesRep": field(Shape.REFERENCE, lambda customer, _: customer.sales_rep_id),
    "stage": field(Shape.ENUM, lambda *_: "_customer", _STAGES),
    "subsidiary": field(Shape.REFERENCE, lambda customer, _: customer.subsidiary_id),
}

CONTACT_FIELDS: Mapping[str, Field] = {
    **CHANGES,
    "company": field(Shape.REFERENCE, lambda contact, _: contact.customer_id),
    "contactRole": field(Shape.REFERENCE, lambda contact, _: _PRIMARY if contact.is_primary else None),
    "email": field(Shape.TEXT, lambda contact, _: contact.email),
    "entityId": field(Shape.TEXT, lambda contact, _: contact.name),
    "externalId": field(Shape.REFERENCE, lambda contact, _: contact.external_id or None),
    "externalIdString": field(Shape.TEXT, lambda contact, _: contact.external_id),
    "isInactive": field(Shape.FLAG, lambda contact, _: contact.is_inactive),
}

CRITERIA: Mapping[str, Mapping[str, Field]] = {
    "CustomerSearchBasic": CUSTOMER_FIELDS,
    "ContactSearchBasic": CONTACT_FIELDS,
    "TransactionSearchBasic": TRANSACTION_FIELDS,
    "NoteSearchBasic": NOTE_FIELDS,
    "MessageSearchBasic": MESSAGE_FIELDS,
    "FileSearchBasic": FILE_FIELDS,
    "SubsidiarySearchBasic": SUBSIDIARY_FIELDS,
    "AccountSearchBasic": ACCOUNT_FIELDS,
    "CurrencyRateSearchBasic": CURRENCY_RATE_FIELDS,
    "EmployeeSearchBasic": EMPLOYEE_FIELDS,
}
