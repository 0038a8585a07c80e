"""A query over the org's rows, and its answer row by row as JSON or as CSV."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import Field, FieldType, ObjectType, Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql.conditions import Conditions, comparable
from sandbox.salesforce.soql.grammar import (
    Among,
    Compare,
    Condition,
    Junction,
    Ordering,
    Path,
    Query,
    SemiJoin,
    at_place,
    parsed,
)
from sandbox.salesforce.soql.names import Column, Names
from sandbox.salesforce.values import as_json

MAX_OFFSET = 2_000
_LINK_KEYS = frozenset({"contentdocumentid", "linkedentityid"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a query gave when it was asked. `columns` is empty for COUNT()."""

    org: Org
    type: ObjectType
    rows: Sequence[Row]
    columns: tuple[Column, ...]
    total: int


class Queries:
    """Runs queries for the API user. Rows that the order does not tell apart come in any order."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._random = random.Random(0)  # noqa: S311 - to be repeatable, not to be secret

    def found(self, text: str, *, with_deleted: bool = False) -> Found:
        """The answer. Raises ApiError."""
        query = parsed(text)
        names = Names(self._org, text, query.object, query.at)
        columns = tuple(names.column(path) for path in query.paths)
        _check(query, names, columns)
        test = self._test(query.where, names, text) if query.where else None
        keys = [(_sort_key(names, order), order) for order in query.order]
        rows = self._rows(query, names.type, test, with_deleted=with_deleted)
        if not _is_stamp_order(query):
            rows = self._sorted(rows, keys)
        picked = rows[query.offset :][: query.limit]
        return Found(org=self._org, type=names.type, rows=picked, columns=columns, total=len(picked))

    def _test(self, where: Condition, names: Names, text: str) -> Callable[[Row], bool]:
        def joined(join: SemiJoin) -> frozenset[str]:
            inner = Names(self._org, text, join.object, join.at)
            column = inner.column(join.selected)
            if column.steps or column.field.type not in {FieldType.ID, FieldType.REFERENCE}:
                raise inner.refused(join.selected, "The selected field of a semi-join is an ID.", "MALFORMED_QUERY")
            test = self._test(join.where, inner, text) if join.where else None
            rows = self._visible(self._org.living(inner.type.name))
            return frozenset(str(value) for row in rows if (not test or test(row)) and (value := column.read(row)))

        return Conditions(names, joined, self._today()).test(where)

    def _today(self) -> date:
        return self._org.instant().date()

    def _rows(
        self, query: Query, type_: ObjectType, test: Callable[[Row], bool] | None, *, with_deleted: bool
    ) -> list[Row]:
        since, until = _window(query.where)
        table = self._org.table(type_.name)
        if since or until or _is_stamp_order(query):
            rows: Iterable[Row] = table.by_stamp(since, until)
        else:
            rows = table.rows.values()
        seen = self._visible(rows)
        return [row for row in seen if (with_deleted or not row.get("IsDeleted")) and (not test or test(row))]

    def _visible(self, rows: Iterable[Row]) -> Iterable[Row]:
        hidden = self._org.access.hidden_rows
        return (row for row in rows if row["Id"] not in hidden) if hidden else rows

    def _sorted(self, rows: list[Row], keys: Sequence[tuple[Callable[[Row], Any], Ordering]]) -> list[Row]:
        self._random.shuffle(rows)
        for key, order in reversed(keys):
            rows.sort(key=key, reverse=order.is_descending)
        return rows


def _sort_key(names: Names, order: Ordering) -> Callable[[Row], Any]:
    """What rows are sorted by: nulls come first both ways unless they are said to come last."""
    column = names.column(order.path)
    if not column.field.is_sortable:
        raise names.refused(order.path, f"field '{order.path.names[-1]}' can not be sorted in a query call")
    read = comparable(column)
    # Sorting is reversed for DESC, and with it what this flag puts first.
    null_flag = order.nulls_last is not order.is_descending

    def key(row: Row) -> tuple[bool, Any]:
        value = read(row)
        return (null_flag, 0) if value is None else (not null_flag, value)

    return key


def _check(query: Query, names: Names, columns: Sequence[Column]) -> None:
    labels = [column.label for column in columns]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice:
        raise at_place(query.text, 0, f"duplicate field selected: {twice}", "MALFORMED_QUERY")
    if query.offset > MAX_OFFSET:
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
    if not columns and query.order:
        raise at_place(query.text, 0, "COUNT() takes no ORDER BY", "MALFORMED_QUERY")
    if names.type.name == "ContentDocumentLink" and not _names_a_link(query.where):
        message = (
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or"
            " LinkedEntityId using the equals operator or multiple Id's using the IN operator."
        )
        raise ApiError("MALFORMED_QUERY", message)


def _names_a_link(where: Condition | None) -> bool:
    for part in _required(where):
        if isinstance(part, Compare) and part.sign == "=" and _is_named(part.path, _LINK_KEYS):
            return True
        if isinstance(part, Among) and not part.is_negated and _is_named(part.path, _LINK_KEYS):
            return True
    return False


def _is_named(path: Path, names: frozenset[str]) -> bool:
    return len(path.names) == 1 and path.names[0].lower() in names


def _required(where: Condition | None) -> Iterator[Condition]:
    """The conditions that every row has to meet."""
    if isinstance(where, Junction) and not where.is_any:
        for part in where.parts:
            yield from _required(part)
    elif where is not None:
        yield where


def _window(where: Condition | None) -> tuple[datetime | None, datetime | None]:
    """Stamps between which all rows of the answer lie: what is left to look through, never what decides."""
    since, until = None, None
    for part in _required(where):
        is_stamp = isinstance(part, Compare) and _is_named(part.path, frozenset({"systemmodstamp"}))
        if not isinstance(part, Compare) or not is_stamp or not isinstance(part.literal, datetime):
            continue
        if part.sign in {">", ">=", "="}:
            since = max(since or part.literal, part.literal)
        if part.sign == "<":
            until = min(until or part.literal, part.literal)
    return since, until


def _is_stamp_order(query: Query) -> bool:
    """Whether the rows are wanted in the order in which the table keeps them anyway."""
    wanted = [(str(order.path).lower(), order.is_descending) for order in query.order]
    return wanted == [("systemmodstamp", False), ("id", False)]


@dataclass(slots=True)
class _Node:
    """What of one record is shown: its own fields, and records beside it."""

    columns: list[tuple[Field, Column]] = field(default_factory=list)
    beside: dict[str, tuple[Field, "_Node"]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


class Shower:
    """Writes rows as the records of an answer, under the address `base` of the API's version."""

    def __init__(self, found: Found, base: str) -> None:
        self._found = found
        self._base = base
        self._root = _Node()
        for column in found.columns:
            self._place(column)

    def records(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        return [self._record(row, row, self._root, self._found.type.name) for row in rows]

    def _place(self, column: Column) -> None:
        node = self._root
        for step in column.steps:
            if step.relationship not in node.beside:
                node.order.append(step.relationship)
            _, node = node.beside.setdefault(step.relationship, (step, _Node()))
        node.columns.append((column.field, column))
        node.order.append(column.field.name)

    def _record(self, root: Row, row: Row, node: _Node, type_name: str) -> dict[str, Any]:
        values = {known.name: as_json(column.read(root), known) for known, column in node.columns}
        values |= {name: self._beside(root, row, *node.beside[name]) for name in node.beside}
        address = f"{self._base}/sobjects/{type_name}/{row['Id']}"
        return {"attributes": {"type": type_name, "url": address}, **{name: values[name] for name in node.order}}

    def _beside(self, root: Row, row: Row, step: Field, node: _Node) -> dict[str, Any] | None:
        other = self._found.org.row(row.get(step.name, ""))
        if other is None:
            return None
        names: Mapping[bool, str] = {True: "Name", False: step.reference_to[0]}
        return self._record(root, other, node, names[len(step.reference_to) > 1])
