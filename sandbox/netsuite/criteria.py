"""One criterion of a search: its operator and values, and the test that a field's value has to pass. All pure.

What is not understood is refused with USER_ERROR, never ignored: a filter that silently lets everything through would
hide a mistake of the client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lxml import etree

from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.texts import PACIFIC, Calendar

Test = Callable[[Any], bool]


class Shape(StrEnum):
    """The search field types, by the name that the schemas give them."""

    TEXT = "SearchStringField"
    LONG = "SearchLongField"
    DOUBLE = "SearchDoubleField"
    FLAG = "SearchBooleanField"
    DATE = "SearchDateField"
    ENUM = "SearchEnumMultiSelectField"
    REFERENCE = "SearchMultiSelectField"


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """`values` are texts, or internal ids where the field takes references."""

    field: str
    operator: str
    values: tuple[str, ...]


def criterion(element: etree._Element) -> Criterion:
    """The criterion as it was sent; references are reduced to their ids."""
    name = etree.QName(element).localname
    values = tuple(_value(child) for child in element)
    return Criterion(field=name, operator=element.get("operator", ""), values=values)


def _value(element: etree._Element) -> str:
    return element.get("internalId") or element.get("externalId") or (element.text or "").strip()


def criterion_test(shape: Shape, sent: Criterion, calendar: Calendar) -> Test:
    """The test for values of this field. Raises RefusalError (USER_ERROR) for what it cannot be asked."""
    match shape:
        case Shape.FLAG:
            return _flag(sent)
        case Shape.REFERENCE | Shape.ENUM:
            return _member(sent)
        case Shape.TEXT:
            made: Callable[[str], Test] = _operator(_TEXT, sent)
            return made(sent.values[0].casefold() if sent.values else "")
        case Shape.LONG | Shape.DOUBLE:
            return _ordered(sent, [Decimal(value) for value in sent.values], _itself)
        case Shape.DATE:
            return _dated(sent, calendar)


def _flag(sent: Criterion) -> Test:
    wanted = _first(sent) in {"true", "1"}
    return lambda value: value is wanted


def _member(sent: Criterion) -> Test:
    if not sent.values:
        raise RefusalError("USER_ERROR", f"The search field {sent.field} needs at least one value.")
    wanted = set(sent.values)
    match sent.operator:
        case "anyOf":
            return lambda value: _key(value) in wanted
        case "noneOf":
            return lambda value: _key(value) not in wanted
    raise _unknown_operator(sent)


def _key(value: object) -> str:
    return "@NONE@" if value is None else str(value)


_TEXT: Mapping[str, Callable[[str], Test]] = {
    "is": lambda wanted: lambda value: value.casefold() == wanted,
    "isNot": lambda wanted: lambda value: value.casefold() != wanted,
    "contains": lambda wanted: lambda value: wanted in value.casefold(),
    "doesNotContain": lambda wanted: lambda value: wanted not in value.casefold(),
    "startsWith": lambda wanted: lambda value: value.casefold().startswith(wanted),
    "doesNotStartWith": lambda wanted: lambda value: not value.casefold().startswith(wanted),
    "empty": lambda _: lambda value: not value,
    "notEmpty": lambda _: bool,
}


def _dated(sent: Criterion, calendar: Calendar) -> Test:
    instants = [parsed_instant(value) for value in sent.values]
    if sent.operator in {"on", "notOn"}:
        days = [calendar.user_day(instant) for instant in instants]
        return _ordered(sent, days, lambda value: _day(value, calendar))

    exact = _ordered(sent, instants, _itself)
    daily = _ordered(sent, [calendar.user_day(instant) for instant in instants], _itself)
    return lambda value: exact(value) if isinstance(value, datetime) else daily(value)


def _itself(value: Any) -> Any:
    return value


def _day(value: datetime | date, calendar: Calendar) -> date:
    return calendar.user_day(value) if isinstance(value, datetime) else value


def parsed_instant(value: str) -> datetime:
    """An xsd:dateTime; without an offset it means Pacific time. Raises RefusalError for anything else."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise RefusalError("USER_ERROR", f"Invalid date value {value}.") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=PACIFIC)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equalTo": lambda value, low: value == low,
    "on": lambda value, low: value == low,
    "greaterThan": lambda value, low: value > low,
    "after": lambda value, low: value > low,
    "greaterThanOrEqualTo": lambda value, low: value >= low,
    "onOrAfter": lambda value, low: value >= low,
    "lessThan": lambda value, low: value < low,
    "before": lambda value, low: value < low,
    "lessThanOrEqualTo": lambda value, low: value <= low,
    "onOrBefore": lambda value, low: value <= low,
}
_NEGATIONS = {
    "notEqualTo": "equalTo",
    "notOn": "on",
    "notAfter": "after",
    "notBefore": "before",
    "notWithin": "within",
    "notBetween": "between",
}


def _ordered(sent: Criterion, bounds: list[Any], comparable: Callable[[Any], Any]) -> Test:
    """Tests of numbers and dates; an absent value passes only `empty`."""
    operator = _NEGATIONS.get(sent.operator, sent.operator)
    positive = _positive(sent, operator, bounds)
    negated = operator != sent.operator

    def test(value: Any) -> bool:
        if operator in {"empty", "notEmpty"} or value is None:
            return (value is None) is (operator == "empty")
        return positive(comparable(value)) is not negated

    return test


def _positive(sent: Criterion, operator: str, bounds: list[Any]) -> Test:
    match operator:
        case "empty" | "notEmpty":
            return bool
        case "within" | "between":
            low, high = _exactly(sent, bounds, 2)
            return lambda value: low <= value <= high
        case _:
            compare = _operator(_COMPARISONS, Criterion(field=sent.field, operator=operator, values=sent.values))
            (bound,) = _exactly(sent, bounds, 1)
            return lambda value: compare(value, bound)


def _operator(known: Mapping[str, Any], sent: Criterion) -> Any:
    if sent.operator not in known:
        raise _unknown_operator(sent)
    if not sent.values and sent.operator not in {"empty", "notEmpty"}:
        raise RefusalError("USER_ERROR", f"The search field {sent.field} needs a value.")
    return known[sent.operator]


def _exactly(sent: Criterion, bounds: list[Any], count: int) -> list[Any]:
    if len(bounds) != count:
        raise RefusalError("USER_ERROR", f"{sent.field} with the operator {sent.operator} needs {count} values.")
    return bounds


def _first(sent: Criterion) -> str:
    if not sent.values:
        raise RefusalError("USER_ERROR", f"The search field {sent.field} needs a value.")
    return sent.values[0]


def _unknown_operator(sent: Criterion) -> RefusalError:
    return RefusalError("USER_ERROR", f"Invalid search operator {sent.operator or '(none)'} for {sent.field}.")
