"""Rows of an answer as its JSON records, with the records beside them that the query reached."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.field import Field, Row
from sandbox.salesforce.soql.names import Column
from sandbox.salesforce.soql.run import Found
from sandbox.salesforce.values import as_json


@dataclass(slots=True)
class _Node:
    """What of one record is shown: its own fields, and records beside it."""

    columns: list[Column] = field(default_factory=list)
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
        node.columns.append(column)
        node.order.append(column.field.name)

    def _record(self, root: Row, row: Row, node: _Node, type_name: str) -> dict[str, Any]:
        address = f"{self._base}/sobjects/{type_name}/{row['Id']}"
        values = {each.field.name: as_json(each.read(root), each.field, address) for each in node.columns}
        values |= {name: self._beside(root, row, *node.beside[name]) for name in node.beside}
        return {"attributes": {"type": type_name, "url": address}, **{name: values[name] for name in node.order}}

    def _beside(self, root: Row, row: Row, step: Field, node: _Node) -> dict[str, Any] | None:
        other = self._found.org.row(row.get(step.name, ""))
        if other is None:
            return None
        shown_as = "Name" if len(step.reference_to) > 1 else step.reference_to[0]
        return self._record(root, other, node, shown_as)
