"""Asking for rows: a column that the account lacks is left out where we can do without it, while it is known."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from sync.connectors.netsuite.suiteql.client import MOST_AT_ONCE, MOST_ROWS, Row, Rows, SuiteQLClient
from sync.connectors.netsuite.suiteql.literals import Value
from sync.connectors.netsuite.suiteql.refusals import UnknownColumnError
from sync.connectors.netsuite.suiteql.tables import Select, text_of, without
from sync.errors import RejectedError, RetryError

# A list of a query has no more values than these.
_MOST_IDS = 1_000
_MOST_ATTEMPTS = 4

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """The rows of one account; `missing` are columns that it turned out to lack, by table: they are not asked for."""

    rest: SuiteQLClient
    missing: dict[str, set[str]] = field(default_factory=dict)

    async def page(self, select: Select, values: Mapping[str, Value], *, limit: int, offset: int = 0) -> Rows:
        """Rows of a query with these values in its places. Raises SourceError.

        What was lacking is told with them: another page, asked meanwhile, may find more or less to be missing.
        """
        lacking = set(self.missing.get(select.table, ()))
        for column in lacking:
            select = without(select, column) or select
        while True:
            try:
                found = await self.rest.rows(text_of(select, values), limit=limit, offset=offset)
                return replace(found, lacking=frozenset(lacking))
            except UnknownColumnError as error:
                less = without(select, error.column)
                if less is None or less == select:
                    raise
                _log.warning("netsuite.column", table=select.table, column=error.column)
                self.missing.setdefault(select.table, set()).add(error.column)
                lacking.add(error.column)
                select = less

    async def all_after(self, select: Select, values: Mapping[str, Value], key: str) -> list[Row]:
        """Every row of a query that goes on :after the last one's key."""
        found: list[Row] = []
        after = -1
        while True:
            page = await self.page(select, {**values, "after": after}, limit=MOST_AT_ONCE)
            found += page.rows
            if not page.has_more or not page.rows:
                return found
            after = number(page.rows[-1], key)

    async def all_of(self, select: Select, ids: Sequence[int], key: str = "") -> list[Row]:
        """Every row with one of these ids in its place :ids; without a key that no two rows share, place by place."""
        parts = [tuple(ids[start : start + _MOST_IDS]) for start in range(0, len(ids), _MOST_IDS)]
        found = await asyncio.gather(
            *(
                self.all_after(select, {"ids": each}, key) if key else self.listed(select, {"ids": each})
                for each in parts
            )
        )
        return [row for each in found for row in each]

    async def listed(self, select: Select, values: Mapping[str, Value]) -> list[Row]:
        """Every row of a query, place by place: anew when rows came or went between two pages. Raises SourceError."""
        for _ in range(_MOST_ATTEMPTS):
            found = await self._listed(select, values)
            if found is not None:
                return found
        raise RetryError(f"{select.table} changes faster than it can be read")

    async def _listed(self, select: Select, values: Mapping[str, Value]) -> list[Row] | None:
        found: list[Row] = []
        total: int | None = None
        while True:
            page = await self.page(select, values, limit=MOST_AT_ONCE, offset=len(found))
            if page.total >= MOST_ROWS:
                raise RejectedError(f"{select.table} has {MOST_ROWS} rows or more for this")
            if total is not None and page.total != total:
                return None
            total = page.total
            found += page.rows
            if not page.has_more or not page.rows:
                return found


def number(row: Row, key: str) -> int:
    """The whole number in a column. Raises RejectedError for what is none."""
    value = row.get(key, "")
    if not value.isdecimal():
        raise RejectedError(f"SuiteQL gave a row whose {key} is «{value[:40]}»")
    return int(value)


def ids_in(rows: Sequence[Row], key: str) -> tuple[int, ...]:
    """The ids in a column, each once, in their order."""
    return tuple({int(row[key]): None for row in rows if row.get(key, "").isdecimal()})


def grouped(rows: Sequence[Row], key: str) -> dict[str, list[Row]]:
    """The rows by what they have in a column."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get(key, ""), []).append(row)
    return groups
