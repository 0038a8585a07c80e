"""A query over the ledger: compiled once, then asked of every row."""

import operator
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ledger import Ledger
from sandbox.netsuite.permissions import Permissions
from sandbox.netsuite.suiteql.grammar import (
    Among,
    Call,
    Compare,
    Every,
    IsNull,
    Item,
    Literal,
    Name,
    Order,
    Query,
    QueryError,
    Test,
    Value,
    parsed,
)
from sandbox.netsuite.suiteql.table import Column, Table
from sandbox.netsuite.suiteql.tables import TABLES
from sandbox.netsuite.suiteql.values import comparable, extract_utc, formatted, parsed_instant, shown

Reader = Callable[[Any], Any]
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Who asks, and of what; `turn` is another number for each request."""

    ledger: Ledger
    permissions: Permissions
    zone: ZoneInfo
    turn: int = 0


def found_rows(text: str, asking: Asking) -> list[dict[str, str]]:
    """The rows of the answer, in their order; a null is left out of its row. Raises QueryError.

    Rows that the ORDER BY does not tell apart come in another order each time, as they may in the real service.
    """
    query = parsed(text)
    table = TABLES.get(query.table)
    if table is None or not table.is_seen(asking.permissions):
        raise QueryError(f"Record '{query.table}' was not found.")
    compiler = _Compiler(query, table, asking)
    passes = compiler.test(query.where) if query.where else lambda _: True
    rows = [row for row in table.rows(asking.ledger, asking.permissions) if passes(row)]
    random.Random(asking.turn).shuffle(rows)  # noqa: S311 - to be repeatable, not to be secret
    for order in reversed(query.order):
        rows.sort(key=compiler.key(order), reverse=order.is_descending)
    columns = list(compiler.columns())
    return [_written(row, columns, asking.zone) for row in rows]


def _written(row: Any, columns: list[tuple[str, Reader]], zone: ZoneInfo) -> dict[str, str]:
    values = ((name, read(row)) for name, read in columns)
    return {name: shown(value, zone) for name, value in values if value is not None and value != ""}


class _Compiler:
    """Turns the parts of one query into functions of a row."""

    def __init__(self, query: Query, table: Table, asking: Asking) -> None:
        self._query = query
        self._table = table
        self._asking = asking

    def columns(self) -> Iterator[tuple[str, Reader]]:
        for number, item in enumerate(self._query.items, start=1):
            yield self._named(item, number), self.value(item.value)

    def _named(self, item: Item, number: int) -> str:
        if item.alias:
            return item.alias
        return item.value.column if isinstance(item.value, Name) else f"expr{number}"

    def key(self, order: Order) -> Callable[[Any], Any]:
        read = self.value(order.value)

        def compared(one: Any, other: Any) -> int:
            left, right = read(one), read(other)
            if left is None or right is None:
                # Nulls come last.
                return (left is None) - (right is None)
            left, right = comparable(left, right, self._asking.zone)
            return int(left > right) - int(left < right)

        return cmp_to_key(compared)

    def test(self, test: Test) -> Callable[[Any], bool]:
        match test:
            case Every(tests, is_any):
                inner = [self.test(one) for one in tests]
                return (
                    (lambda row: any(one(row) for one in inner))
                    if is_any
                    else (lambda row: all(one(row) for one in inner))
                )
            case IsNull(left, is_negated):
                read = self.value(left)
                return lambda row: (read(row) in {None, ""}) is not is_negated
            case Compare(sign, left, right):
                return self._compared(_COMPARE[sign], self.value(left), self.value(right))
            case Among():
                return self._among(test)

    def _among(self, test: Among) -> Callable[[Any], bool]:
        read, values = self.value(test.left), [self.value(one) for one in test.values]
        equals = [self._compared(operator.eq, read, value) for value in values]
        if test.is_negated:
            return lambda row: read(row) is not None and not any(equal(row) for equal in equals)
        return lambda row: any(equal(row) for equal in equals)

    def _compared(self, compare: Callable[[Any, Any], bool], left: Reader, right: Reader) -> Callable[[Any], bool]:
        zone = self._asking.zone

        def passes(row: Any) -> bool:
            one, other = left(row), right(row)
            # What is null equals nothing and differs from nothing.
            return one is not None and other is not None and compare(*comparable(one, other, zone))

        return passes

    def value(self, value: Value) -> Reader:
        match value:
            case Literal(text, is_text):
                constant = text if is_text else Decimal(text)
                return lambda _: constant
            case Name():
                column, ledger = self._column(value), self._asking.ledger
                return lambda row: column.value(row, ledger)
            case Call("builtin.df", (Name() as name,)):
                column, ledger = self._column(name), self._asking.ledger
                return lambda row: (column.display or column.value)(row, ledger)
            case Call(function, arguments):
                return self._call(function, arguments)

    def _column(self, name: Name) -> Column:
        if name.of and name.of != self._query.alias:
            raise QueryError(f"Unknown identifier '{name.of}'.")
        column = self._table.column(name.column, self._asking.ledger)
        if column is None:
            known = ", ".join(sorted(self._table.columns))
            raise QueryError(f"Unknown identifier '{name.column}'. Available identifiers are: {{{known}}}")
        return column

    def _call(self, function: str, arguments: tuple[Value, ...]) -> Reader:
        zone = self._asking.zone
        match function, arguments:
            case "sys_extract_utc", (inner,):
                read = self.value(inner)
                return lambda row: extract_utc(read(row))
            case "to_char", (inner, Literal(mask, True)):
                read = self.value(inner)
                return lambda row: None if read(row) is None else formatted(read(row), mask, zone)
            case "to_date" | "to_timestamp" | "to_timestamp_tz", (Literal(text, True), Literal(mask, True)):
                instant = parsed_instant(text, mask, zone, with_zone=function == "to_timestamp_tz")
                return lambda _: instant
            case "nvl", (first, second):
                one, other = self.value(first), self.value(second)
                return lambda row: other(row) if one(row) is None else one(row)
        raise QueryError(f"The function {function.upper()} is not known with {len(arguments)} such arguments.")
