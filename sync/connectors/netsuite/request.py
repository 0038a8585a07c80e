"""The requests that we make, as plain values; `envelopes` turns them into SOAP."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = str | bool | int | float | datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One condition of a search: a field of the search type, how it is compared, and with what.

    In an advanced search «join.field» is a field of what the records are joined to. References are compared by internal
    id. What kind of field it is, and so how it is written, the schemas say.
    """

    field: str
    values: tuple[Value, ...]
    operator: str = "anyOf"


def within(field: str, since: datetime, until: datetime) -> Criterion:
    """From `since` to `until`, both included."""
    return Criterion(field=field, operator="within", values=(since, until))


def is_true(field: str) -> Criterion:
    """Fields of yes and no have no operator."""
    return Criterion(field=field, values=(True,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Records that meet all criteria. `searched` is what the schemas call them: Customer, Transaction, CurrencyRate.

    `with_lines` asks for more than body fields. With `columns` the search is an advanced one, which answers with rows:
    a column is a field of the row's basic part, or «join.field», such as «transactionJoin.internalId».
    """

    searched: str
    criteria: tuple[Criterion, ...]
    page_size: int
    with_lines: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchMore:
    """A further page of a search, counted from 1; NetSuite wants the preferences of the search once more."""

    search_id: str
    page_index: int
    page_size: int
    with_lines: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Get:
    """One record by its internal id, with its lines."""

    record_type: str
    internal_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GetList:
    """Up to 1,000 records of one type by their internal ids."""

    record_type: str
    internal_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GetCustomizationId:
    """The ids of all active customizations of one type, such as entityCustomField."""

    record_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GetAll:
    """Every record of one of the few types that NetSuite lists whole, such as currency."""

    record_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GetDeleted:
    """Records of these types that were deleted from `since` to `until`, both included; pages count from 1."""

    record_types: tuple[str, ...]
    since: datetime
    until: datetime
    page_index: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class GetServerTime:
    """What time it is over there; the cheapest request that needs a login."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetAccountLimit:
    """How many requests the account bears at a time, and how many of these no integration has to itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetIntegrationLimit:
    """How many requests our integration may have under way at a time."""


Request: TypeAlias = (
    Search
    | SearchMore
    | Get
    | GetList
    | GetCustomizationId
    | GetAll
    | GetDeleted
    | GetServerTime
    | GetAccountLimit
    | GetIntegrationLimit
)
