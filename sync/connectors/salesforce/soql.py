"""Queries in SOQL, put together of names and values: a value is always quoted here, and a name cannot be anything else.

Nothing else in the product writes SOQL, and the client takes nothing but a `Query`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from simple_salesforce.format import format_soql, quote_soql_value

Value: TypeAlias = str | bool | int | Decimal | datetime | date | Sequence[str] | None
Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN"]

# A field, or one reached over a relationship: «Owner.Email», «Payer__r.Name».
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,4}")
_LISTED = frozenset({"IN", "NOT IN"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A field compared with a value; with several of them for IN and NOT IN."""

    field: str
    is_: Operator
    value: Value

    def __str__(self) -> str:
        if (self.is_ in _LISTED) != isinstance(self.value, list | tuple):
            raise ValueError(f"{self.is_} does not go with {type(self.value).__name__}")
        return f"{_name(self.field)} {self.is_} {literal(self.value)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Like:
    """A field whose value has this text in it, in any case; with `is_end` at its end. No sign of it is a wildcard."""

    field: str
    text: str
    is_end: bool = False

    def __str__(self) -> str:
        return f"{_name(self.field)} LIKE {pattern(self.text, is_end=self.is_end)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OfAny:
    """A reference that points at a record of this object, whichever it is."""

    field: str
    source: str

    def __str__(self) -> str:
        return f"{_name(self.field)} IN ({Query(fields=('Id',), source=self.source)})"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf:
    """True when one of the conditions is."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return f"({' OR '.join(map(str, self.conditions))})"


Where: TypeAlias = Condition | Like | OfAny | AnyOf


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What to select from an object. Without fields it counts. All of `where` must be true."""

    fields: tuple[str, ...] = ()
    source: str
    where: tuple[Where, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None

    def __str__(self) -> str:
        """The query as Salesforce reads it. Raises ValueError for a name or value that there cannot be."""
        selected = ", ".join(map(_name, self.fields)) if self.fields else "COUNT()"
        parts = ["SELECT", selected, "FROM", _name(self.source)]
        if self.where:
            parts += ["WHERE", " AND ".join(map(str, self.where))]
        if self.order:
            parts += ["ORDER BY", ", ".join(map(_name, self.order))]
        if self.limit is not None:
            parts += ["LIMIT", str(int(self.limit))]
        return " ".join(parts)

    def counting(self) -> "Query":
        """The query that counts what this one selects."""
        return replace(self, fields=(), order=(), limit=None)


def literal(value: Value) -> str:
    """A value as SOQL writes it: text in quotes, an instant in UTC without any. Raises ValueError."""
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("no number")
        return f"{value:f}"
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("a list of nothing")
        return f"({', '.join(map(literal, value))})"
    return quote_soql_value(value)


def pattern(text: str, *, is_end: bool) -> str:
    """What a text is LIKE that has this one in it, or at its end: the text's own wildcards stand for themselves."""
    return format_soql("'%{:like}'" if is_end else "'%{:like}%'", text)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a naive datetime: its zone would be a guess")
    precision = "milliseconds" if value.microsecond else "seconds"
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"«{name[:60]}» is no name of a field or object")
    return name
