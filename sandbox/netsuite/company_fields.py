"""The criteria of searches for the company's own records.

Neither accounts nor subsidiaries nor exchange rates can be searched by when they were last changed.
"""

from collections.abc import Mapping

from sandbox.netsuite.common_fields import CHANGES, currency_id, id_of_currency
from sandbox.netsuite.criteria import Shape
from sandbox.netsuite.field import Field, field
from sandbox.netsuite.records.company import ACCOUNT_TYPES

_IDS: Mapping[str, Field] = {name: CHANGES[name] for name in ("internalId", "internalIdNumber")}
_ACTIVE: Mapping[str, Field] = {
    **_IDS,
    "isInactive": field(Shape.FLAG, lambda record, _: record.is_inactive),
}

SUBSIDIARY_FIELDS: Mapping[str, Field] = {
    **_ACTIVE,
    "currency": field(Shape.REFERENCE, currency_id),
    "isElimination": field(Shape.FLAG, lambda unit, _: unit.is_elimination),
    "legalName": field(Shape.TEXT, lambda unit, _: unit.name),
    "nameNoHierarchy": field(Shape.TEXT, lambda unit, _: unit.name),
}

ACCOUNT_FIELDS: Mapping[str, Field] = {
    **_ACTIVE,
    "name": field(Shape.TEXT, lambda account, _: account.name),
    "number": field(Shape.TEXT, lambda account, _: account.number),
    "parent": field(Shape.REFERENCE, lambda account, _: account.parent_id),
    "type": field(Shape.ENUM, lambda account, _: ACCOUNT_TYPES[account.type], frozenset(ACCOUNT_TYPES.values())),
}

CURRENCY_RATE_FIELDS: Mapping[str, Field] = {
    **_IDS,
    "baseCurrency": field(Shape.REFERENCE, lambda rate, _: id_of_currency(rate.base_currency)),
    "effectiveDate": field(Shape.DATE, lambda rate, _: rate.effective_date),
    "exchangeRate": field(Shape.DOUBLE, lambda rate, _: rate.rate),
    "transactionCurrency": field(Shape.REFERENCE, currency_id),
}

EMPLOYEE_FIELDS: Mapping[str, Field] = {
    **_ACTIVE,
    "email": field(Shape.TEXT, lambda employee, _: employee.email),
    "entityId": field(Shape.TEXT, lambda employee, _: employee.name),
    "lastModifiedDate": CHANGES["lastModifiedDate"],
}
