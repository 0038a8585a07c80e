"""A query over the ledger: compiled once, then asked of every row."""

import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
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
from sandbox.netsuite.suiteql.values import Members, comparable, extract_utc, formatted, parsed_instant, shown

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
class Found:
    """What a query gives now, in its order."""

    rows: Sequence[Any]
    columns: Sequence[tuple[str, Reader]]
    zone: ZoneInfo

    def page(self, offset: int, limit: int) -> list[dict[str, str]]:
        """The texts of these rows by column; a null is left out of its row."""
        return [self._written(row) for row in self.rows[offset : offset + limit]]

    def _written(self, row: Any) -> dict[str, str]:
        values = ((name, read(row)) for name, read in self.columns)
        return {name: shown(value, self.zone) for name, value in values if value is not None and value != ""}


class Queries:
    """Runs queries for one token user. Each page is a run of its own, and sees what has changed since the last one.

    Rows that the ORDER BY does not tell apart come in another order each time, as they may in the real service.
    """

    def __init__(self, ledger: Ledger, permissions: Permissions, zone: ZoneInfo) -> None:
        self._ledger = ledger
        self._permissions = permissions
        self._zone = zone
        self._random = random.Random(0)  # noqa: S311 - to be repeatable, not to be secret
        self._last: tuple[Any, Found] | None = None
        # Columns of tables that this account has not, as a feature is off.
        self.hidden: set[tuple[str, str]] = set()

    def found(self, text: str) -> Found:
        """The answer. Raises QueryError."""
        query = parsed(text)
        table = TABLES.get(query.table)
        if table is None or (query.table, "") in self.hidden or not table.is_seen(self._permissions):
            raise QueryError(f"Record '{query.table}' was not found.")
        state = (text, self._ledger.version, table.seen(self._permissions), frozenset(self.hidden))
        # An unchanged ledger gives the same rows again: to look for them again would only cost time.
        if self._last and self._last[0] == state:
            return self._last[1]
        found, is_settled = self._run(query, table)
        self._last = (state, found) if is_settled else None
        return found

    def _run(self, query: Query, table: Table) -> tuple[Found, bool]:
        """The rows, and whether the order settles which comes first."""
        hidden = frozenset(column for name, column in self.hidden if name == query.table)
        compiler = _Compiler(query, table, self._ledger, self._zone, hidden)
        passes = compiler.test(query.where) if query.where else lambda _: True
        columns = list(compiler.columns())
        rows = [row for row in table.rows(self._ledger, self._permissions) if passes(row)]
        self._random.shuffle(rows)
        keys = [(compiler.key(order), order.is_descending) for order in query.order]
        for key, is_descending in reversed(keys):
            rows.sort(key=key, reverse=is_descending)
        marks = (tuple(key(row) for key, _ in keys) for row in rows)
        is_settled = all(one != other for one, other in pairwise(marks))
        return Found(rows=rows, columns=columns, zone=self._zone), is_settled


class _Compiler:
    """Turns the parts of one query into functions of a row."""

    def __init__(
        self, query: Query, table: Table, ledger: Ledger, zone: ZoneInfo, hidden: frozenset[str] = frozenset()
    ) -> None:
        self._query = query
        self._hidden = hidden
        self._table = table
        self._ledger = ledger
        self._zone = zone

    def columns(self) -> Iterator[tuple[str, Reader]]:
        for number, item in enumerate(self._query.items, start=1):
            yield self._named(item, number), self.value(item.value)

    def _named(self, item: Item, number: int) -> str:
        if item.alias:
            return item.alias
        return item.value.column if isinstance(item.value, Name) else f"expr{number}"

    def key(self, order: Order) -> Callable[[Any], Any]:
        """What rows are sorted by; nulls come last, and first where the order is descending."""
        read = self.value(order.value)

        def mark(row: Any) -> tuple[bool, Any]:
            value = read(row)
            return value is None, 0 if value is None else value

        return mark

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
        read, is_member = self.value(test.left), self._membership(test.values)
        if test.is_negated:
            return lambda row: read(row) is not None and not is_member(row, read(row))
        return lambda row: read(row) is not None and is_member(row, read(row))

    def _membership(self, values: tuple[Value, ...]) -> Callable[[Any, Any], bool]:
        literals = [value for value in values if isinstance(value, Literal)]
        if len(literals) == len(values):
            known = Members(tuple((literal.value, literal.is_text) for literal in literals))
            return lambda _, value: value in known
        readers, zone = [self.value(value) for value in values], self._zone
        return lambda row, value: any(
            other is not None and operator.eq(*comparable(value, other, zone))
            for other in (one(row) for one in readers)
        )

    def _compared(self, compare: Callable[[Any, Any], bool], left: Reader, right: Reader) -> Callable[[Any], bool]:
        zone = self._zone

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
                column, ledger = self._column(value), self._ledger
                return lambda row: column.value(row, ledger)
            case Call("builtin.df", (Name() as name,)):
                column, ledger = self._column(name), self._ledger
                return lambda row: (column.display or column.value)(row, ledger)
            case Call(function, arguments):
                return self._call(function, arguments)

    def _column(self, name: Name) -> Column:
        if name.of and name.of != self._query.alias:
            raise QueryError(f"Unknown identifier '{name.of}'.")
        column = self._table.column(name.column, self._ledger)
        if column is None or name.column in self._hidden:
            known = ", ".join(sorted(set(self._table.columns) - self._hidden))
            raise QueryError(f"Unknown identifier '{name.column}'. Available identifiers are: {{{known}}}")
        return column

    def _call(self, function: str, arguments: tuple[Value, ...]) -> Reader:
        zone = self._zone
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
