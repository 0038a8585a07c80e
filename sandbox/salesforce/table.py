"""The rows of one object, living and deleted, with what finds them quickly."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sandbox.salesforce.field import Row

STAMP = "SystemModstamp"


class Table:
    """Rows by id; a row has no key where it has no value. A changed row is a new dictionary in place of the old one."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._version = 0
        self._order: list[tuple[datetime, str]] = []
        self._ordered_at = -1
        self._indexes: dict[str, dict[Any, dict[str, None]]] = {}

    def put(self, row: Row) -> None:
        before = self.rows.get(row["Id"])
        self.rows[row["Id"]] = row
        self._version += 1
        for name, index in self._indexes.items():
            _moved(index, row["Id"], folded(before.get(name)) if before else None, folded(row.get(name)))

    def remove(self, record_id: str) -> Row:
        """Raises KeyError."""
        row = self.rows.pop(record_id)
        self._version += 1
        for name, index in self._indexes.items():
            _moved(index, record_id, folded(row.get(name)), None)
        return row

    def replace(self, rows: dict[str, Row]) -> None:
        """These rows instead of all others."""
        self.rows = rows
        self._version += 1
        self._indexes.clear()

    def by_stamp(self, since: datetime | None, until: datetime | None) -> Iterator[Row]:
        """The rows stamped from `since` on and before `until`, in the order of stamp and id."""
        if self._ordered_at != self._version:
            self._order = sorted((row[STAMP], row["Id"]) for row in self.rows.values())
            self._ordered_at = self._version
        start = 0 if since is None else bisect_left(self._order, (since, ""))
        end = len(self._order) if until is None else bisect_left(self._order, (until, ""))
        return (self.rows[record_id] for _, record_id in self._order[start:end])

    def holding(self, name: str, values: Iterable[Any]) -> list[Row]:
        """The rows whose field says one of these values, texts without regard to case."""
        if name not in self._indexes:
            self._indexes[name] = self._index(name)
        index = self._indexes[name]
        ids = {record_id: None for value in values for record_id in index.get(folded(value), ())}
        return [self.rows[record_id] for record_id in ids]

    def _index(self, name: str) -> dict[Any, dict[str, None]]:
        index: dict[Any, dict[str, None]] = defaultdict(dict)
        for row in self.rows.values():
            if name in row:
                index[folded(row[name])][row["Id"]] = None
        return index


def folded(value: Any) -> Any:
    """The value as it is found by."""
    return value.casefold() if isinstance(value, str) else value


def _moved(index: dict[Any, dict[str, None]], record_id: str, before: Any, after: Any) -> None:
    if before == after:
        return
    if before is not None:
        index[before].pop(record_id, None)
    if after is not None:
        index[after][record_id] = None
