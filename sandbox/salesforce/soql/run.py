"""A query over the org's rows."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import IDS, ObjectType, Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql.conditions import Conditions, Test, comparable
from sandbox.salesforce.soql.grammar import at_place, parsed
from sandbox.salesforce.soql.names import Column, Names
from sandbox.salesforce.soql.narrowing import candidates, equalities, is_stamp_order, semi_joined
from sandbox.salesforce.soql.tree import Condition, Ordering, Query, SemiJoin

MAX_OFFSET = 2_000
_LINK_KEYS = frozenset({"contentdocumentid", "linkedentityid"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a query gave when it was asked. `columns` is empty for COUNT()."""

    org: Org
    type: ObjectType
    rows: Sequence[Row]
    columns: tuple[Column, ...]


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
        ordered = rows if is_stamp_order(query) else self._sorted(list(rows), keys)
        end = None if query.limit is None else query.offset + query.limit
        picked = list(islice(ordered, query.offset, end))
        return Found(org=self._org, type=names.type, rows=picked, columns=columns)

    def _test(self, where: Condition, names: Names, text: str) -> Test:
        def joined(join: SemiJoin) -> frozenset[str]:
            inner = Names(self._org, text, join.object, join.at)
            column = inner.column(join.selected)
            if column.steps or column.field.type not in IDS:
                raise inner.refused(join.selected, "The selected field of a semi-join is an ID.", "MALFORMED_QUERY")
            test = self._test(join.where, inner, text) if join.where else None
            rows = self._visible(self._org.living(inner.type.name))
            return frozenset(str(value) for row in rows if (not test or test(row)) and (value := column.read(row)))

        return Conditions(names, joined, self._org.instant().date()).test(where)

    def _rows(self, query: Query, type_: ObjectType, test: Test | None, *, with_deleted: bool) -> Iterator[Row]:
        seen = self._visible(candidates(query, type_, self._org.table(type_.name)))
        return (row for row in seen if (with_deleted or not row.get("IsDeleted")) and (not test or test(row)))

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
    chosen_by = {*dict(equalities(query.where)), *semi_joined(query.where)}
    if names.type.name == "ContentDocumentLink" and _LINK_KEYS.isdisjoint(chosen_by):
        message = (
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or"
            " LinkedEntityId using the equals operator or multiple Id's using the IN operator."
        )
        raise ApiError("MALFORMED_QUERY", message)
