"""The criteria that customers, contacts and transactions share."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.ledger import Ledger
from sandbox.ledger.setup import CURRENCIES
from sandbox.netsuite.criteria import Shape
from sandbox.netsuite.field import Field, field

_CURRENCIES = {currency.code: currency for currency in CURRENCIES}


def major(minor: int, currency: str) -> Decimal:
    """An amount in whole units of its currency."""
    return Decimal(minor).scaleb(-_CURRENCIES[currency].exponent)


def id_of_currency(code: str) -> int:
    """The internal id of an ISO currency."""
    return _CURRENCIES[code].id


def currency_id(record: Any, _: Ledger) -> int:
    """The internal id of the record's currency."""
    return id_of_currency(record.currency)


CHANGES: Mapping[str, Field] = {
    "dateCreated": field(Shape.DATE, lambda record, _: record.created_at),
    "internalId": field(Shape.REFERENCE, lambda record, _: record.id),
    "internalIdNumber": field(Shape.LONG, lambda record, _: record.id),
    "lastModifiedDate": field(Shape.DATE, lambda record, _: record.last_modified),
}
