"""What of the records of a page stands in other tables, by their internal ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.connectors.netsuite.mapping import Account
from sync.connectors.netsuite.suiteql.fields import Field

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Everything that the rows of a page leave out. `installments` are None where they cannot be told."""

    subsidiaries: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    installments: Mapping[str, Sequence[Row]] | None = None
    applications: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    drawn: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    documents: Mapping[str, Row] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    open_items: Mapping[str, Sequence[Row]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What a unit of each currency costs today, by its internal id, in the one whose id is `base`."""

    base: str | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a row is made a record with."""

    account: Account
    fields: tuple[Field, ...] = ()
    related: Related = field(default_factory=Related)
    rates: Rates = field(default_factory=Rates)
