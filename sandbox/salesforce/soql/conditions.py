"""Conditions as functions of a row, with every literal judged by the type of its field first."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import IDS, NUMBERS, TEXTS, Field, FieldType, Row
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.soql.literals import Span, Text, midnight
from sandbox.salesforce.soql.names import Column, Names
from sandbox.salesforce.soql.tree import Among, Compare, Condition, Includes, Junction, Like, Negation, Path, SemiJoin

Test = Callable[[Row], bool]
Joined = Callable[[SemiJoin], frozenset[str]]

_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SPOKEN = {FieldType.DATETIME: "dateTime", FieldType.CURRENCY: "double", FieldType.PERCENT: "double"}
_UNORDERED = frozenset({FieldType.BOOLEAN, FieldType.REFERENCE, FieldType.MULTIPICKLIST})
_UNLIKE = frozenset({FieldType.MULTIPICKLIST})
_BAD_OPERATOR = "INVALID_QUERY_FILTER_OPERATOR"


class Conditions:
    """Compiles the conditions of one query; `joined` gives the ids that a semi-join selects."""

    def __init__(self, names: Names, joined: Joined, today: date) -> None:
        self._names = names
        self._joined = joined
        self._today = today

    def test(self, condition: Condition) -> Test:
        """Raises ApiError for a condition that the service does not take."""
        makers: Mapping[type, Callable[[Any], Test]] = {
            Junction: self._joint,
            Negation: self._negated,
            Compare: self._compared,
            Like: self._like,
            Among: self._among,
            Includes: self._included,
            SemiJoin: self._semijoined,
        }
        return makers[type(condition)](condition)

    def _joint(self, condition: Junction) -> Test:
        return _junction([self.test(part) for part in condition.parts], is_any=condition.is_any)

    def _negated(self, condition: Negation) -> Test:
        inner = self.test(condition.part)
        return lambda row: not inner(row)

    def _filterable(self, path: Path) -> Column:
        column = self._names.column(path)
        if not column.field.is_filterable:
            raise self._names.refused(path, f"field '{path.names[-1]}' can not be filtered in a query call")
        return column

    def _compared(self, condition: Compare) -> Test:
        column = self._filterable(condition.path)
        sign, read = condition.sign, comparable(column)
        if sign not in {"=", "!="} and (condition.literal is None or column.field.type in _UNORDERED):
            raise self._bad_operator(condition.path, column.field)
        if isinstance(condition.literal, Span):
            return self._within(condition.path, column, sign, condition.literal)
        wanted = self._meant(condition.path, column.field, condition.literal)
        if sign == "=":
            return lambda row: read(row) == wanted
        if sign == "!=":
            return lambda row: read(row) != wanted
        compare = _SIGNS[sign]
        return lambda row: (value := read(row)) is not None and compare(value, wanted)

    def _within(self, path: Path, column: Column, sign: str, span: Span) -> Test:
        """A comparison with several days: before them, in them, after them."""
        first, after = (self._moment(path, column.field, bound) for bound in span.bounds(self._today))
        read = column.read
        tests: Mapping[str, Callable[[Any], bool]] = {
            "=": lambda value: first <= value < after,
            "!=": lambda value: not first <= value < after,
            "<": lambda value: value < first,
            "<=": lambda value: value < after,
            ">": lambda value: value >= after,
            ">=": lambda value: value >= first,
        }
        test = tests[sign]
        return lambda row: (value := read(row)) is not None and test(value)

    def _moment(self, path: Path, field: Field, bound: date) -> Any:
        if field.type is FieldType.DATE:
            return bound
        if field.type is FieldType.DATETIME:
            return midnight(bound)
        raise self._bad_type(path, field)

    def _like(self, condition: Like) -> Test:
        column = self._filterable(condition.path)
        if column.field.type not in TEXTS - _UNLIKE:
            raise self._bad_operator(condition.path, column.field)
        read, matches = column.read, condition.pattern.pattern.fullmatch
        return lambda row: (value := read(row)) is not None and matches(value) is not None

    def _among(self, condition: Among) -> Test:
        column = self._filterable(condition.path)
        read, path = comparable(column), condition.path
        wanted = frozenset(self._meant(path, column.field, literal) for literal in condition.literals)
        if condition.is_negated:
            return lambda row: read(row) not in wanted
        return lambda row: read(row) in wanted

    def _semijoined(self, condition: SemiJoin) -> Test:
        column = self._filterable(condition.path)
        if column.field.type not in IDS:
            raise self._bad_operator(condition.path, column.field)
        read, wanted = column.read, self._joined(condition)
        return lambda row: (read(row) in wanted) is not condition.is_negated

    def _included(self, condition: Includes) -> Test:
        column = self._filterable(condition.path)
        if column.field.type is not FieldType.MULTIPICKLIST:
            raise self._bad_operator(condition.path, column.field)
        wanted = [frozenset(choice.plain.casefold().split(";")) for choice in condition.choices]
        read = column.read

        def test(row: Row) -> bool:
            chosen = frozenset(str(read(row) or "").casefold().split(";"))
            return any(each <= chosen for each in wanted) is not condition.is_negated

        return test

    def _meant(self, path: Path, field: Field, literal: Any) -> Any:
        """The literal as the field's values are compared; no value of a box is its not being ticked."""
        if literal is None:
            return False if field.type is FieldType.BOOLEAN else None
        if field.type in IDS:
            return self._id(path, field, literal)
        fits = _FITS.get(field.type, Text if field.type in TEXTS else ())
        if not isinstance(literal, fits) or (fits is date and isinstance(literal, datetime)):
            raise self._bad_type(path, field)
        if not isinstance(literal, Text):
            return literal
        return _folded(self._plain(path, literal), field)

    def _id(self, path: Path, field: Field, literal: Any) -> str:
        if not isinstance(literal, Text):
            raise self._bad_type(path, field)
        found = known_id(literal.plain)
        if found is None:
            raise self._names.refused(path, f"invalid ID field: {literal.plain}", _BAD_OPERATOR)
        return found

    def _plain(self, path: Path, literal: Text) -> str:
        if literal.has_wildcard_escape:
            message = "Invalid string literal. Illegal character sequence in string literal."
            raise self._names.refused(path, message, "MALFORMED_QUERY")
        return literal.plain

    def _bad_type(self, path: Path, field: Field) -> ApiError:
        is_quoted = field.type in TEXTS or field.type in IDS
        kind = "string" if is_quoted else _SPOKEN.get(field.type, str(field.type))
        message = (
            f"value of filter criterion for field '{path.names[-1]}' must be of type {kind}"
            f" and should {'' if is_quoted else 'not '}be enclosed in quotes"
        )
        return self._names.refused(path, message)

    def _bad_operator(self, path: Path, field: Field) -> ApiError:
        return self._names.refused(path, f"invalid operator on {field.type} field", _BAD_OPERATOR)


_FITS: Mapping[FieldType, type] = {
    FieldType.BOOLEAN: bool,
    FieldType.DATE: date,
    FieldType.DATETIME: datetime,
    **dict.fromkeys(NUMBERS, Decimal),
}


def comparable(column: Column) -> Callable[[Row], Any]:
    """Reads the value as it is compared and sorted: texts without case, unless case matters to their field."""
    field, read = column.field, column.read
    if field.type not in TEXTS or field.is_case_sensitive:
        return read
    return lambda row: None if (value := read(row)) is None else value.casefold()


def _folded(text: str, field: Field) -> str:
    return text if field.is_case_sensitive else text.casefold()


def _junction(tests: Iterable[Test], *, is_any: bool) -> Test:
    parts = tuple(tests)
    if is_any:
        return lambda row: any(part(row) for part in parts)
    return lambda row: all(part(row) for part in parts)
