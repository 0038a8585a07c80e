"""The requests that we make, as plain values; `envelopes` turns them into SOAP."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Records of a type that last changed from `since` to `until`, both included.

    `only` narrows customers to some values of CustomerStage, transactions to some of TransactionStatus; `with_lines`
    asks for more than body fields; `customer_id` narrows transactions to those of one customer.
    """

    record_type: str
    since: datetime
    until: datetime
    page_size: int
    only: tuple[str, ...] = ()
    with_lines: bool = False
    customer_id: str | None = None


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
class GetAll:
    """Every record of one of the few types that NetSuite lists whole, such as currency."""

    record_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GetServerTime:
    """What time it is over there; the cheapest request that needs a login."""


Request: TypeAlias = Search | SearchMore | Get | GetAll | GetServerTime
