"""Query locators: what is left of an answer that came in pages, for two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.ids import new_id
from sandbox.salesforce.soql import Found, Shower

LIFETIME = timedelta(days=2)
SMALLEST_PAGE, LARGEST_PAGE = 200, 2_000


@dataclass(frozen=True, slots=True)
class _Cursor:
    found: Found
    page_rows: int
    opened_at: datetime


class Cursors:
    """`most_rows` may be set lower than what is asked for: a page can have fewer rows than its size says."""

    def __init__(self) -> None:
        self.most_rows = LARGEST_PAGE
        self._open: dict[str, _Cursor] = {}
        self._numbers = count(1)

    def first(self, found: Found, wanted: int, base: str, at: datetime) -> dict[str, Any]:
        """The first page of an answer. `wanted` is held between the smallest and the largest page."""
        rows = min(max(wanted, SMALLEST_PAGE), LARGEST_PAGE, self.most_rows)
        cursor = _Cursor(found, rows, at)
        if not found.columns:
            return {"totalSize": len(found.rows), "done": True, "records": []}
        self._open = dict(self._living(at))
        name = new_id("0r8", next(self._numbers))
        if len(found.rows) > rows:
            self._open[name] = cursor
        return _page(cursor, name, 0, base)

    def next(self, locator: str, base: str, at: datetime) -> dict[str, Any]:
        """The page that a locator names. Raises ApiError, INVALID_QUERY_LOCATOR."""
        self._open = dict(self._living(at))
        name, _, offset = locator.rpartition("-")
        cursor = self._open.get(name)
        if cursor is None or not offset.isdecimal() or int(offset) >= len(cursor.found.rows):
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return _page(cursor, name, int(offset), base)

    def _living(self, at: datetime) -> Iterator[tuple[str, _Cursor]]:
        return ((name, cursor) for name, cursor in self._open.items() if at - cursor.opened_at <= LIFETIME)


def _page(cursor: _Cursor, name: str, offset: int, base: str) -> dict[str, Any]:
    end = offset + cursor.page_rows
    is_done = end >= len(cursor.found.rows)
    page: dict[str, Any] = {"totalSize": len(cursor.found.rows), "done": is_done}
    if not is_done:
        page["nextRecordsUrl"] = f"{base}/query/{name}-{end}"
    return page | {"records": Shower(cursor.found, base).records(cursor.found.rows[offset:end])}
