"""The rows of one object, living and deleted."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime

from sandbox.salesforce.field import Row

STAMP = "SystemModstamp"


class Table:
    """Rows by id; a row has no key where it has no value. `version` grows with every change."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.version = 0
        self._order: list[tuple[datetime, str]] = []
        self._ordered_at = -1

    def put(self, row: Row) -> None:
        self.rows[row["Id"]] = row
        self.version += 1

    def remove(self, record_id: str) -> Row:
        """Raises KeyError."""
        self.version += 1
        return self.rows.pop(record_id)

    def replace(self, rows: dict[str, Row]) -> None:
        """These rows instead of all others."""
        self.rows = rows
        self.version += 1

    def by_stamp(self, since: datetime | None, until: datetime | None) -> Iterator[Row]:
        """The rows stamped from `since` on and before `until`, in the order of stamp and id."""
        if self._ordered_at != self.version:
            self._order = sorted((row[STAMP], row["Id"]) for row in self.rows.values())
            self._ordered_at = self.version
        start = 0 if since is None else bisect_left(self._order, (since, ""))
        end = len(self._order) if until is None else bisect_left(self._order, (until, ""))
        return (self.rows[record_id] for _, record_id in self._order[start:end])
