"""Reading customers and invoices by SuiteQL, in the windows in which SuiteTalk is read, into the same records."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from store.custom_fields import CustomField
from store.invoices import Invoice
from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.netsuite.asking import plan_of, request_at
from sync.connectors.netsuite.client import Answer
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.mapping import Account, Other
from sync.connectors.netsuite.pages import Heading, Tree
from sync.connectors.netsuite.position import Plan, Position, is_divisible
from sync.connectors.netsuite.reading import Reader
from sync.connectors.netsuite.request import Criterion, Search
from sync.connectors.netsuite.single import Fetcher
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.suiteql.client import MOST_ROWS, Row, Rows, SuiteQLClient
from sync.connectors.netsuite.suiteql.literals import filled
from sync.connectors.netsuite.suiteql.tables import LINES_OF, MAIN_LINES_OF, SUBSIDIARIES_OF, query_for
from sync.connectors.netsuite.suiteql.trees import Related, custom_columns, customer_tree, invoice_tree
from sync.errors import ExpiredPositionError, NotPermittedError, RejectedError

# Somebody is waiting for this: what one customer has beyond it comes with the next pull.
_MOST_PAGES = 5
# A place in SuiteTalk's list is the id of a search; ours is told from it by this.
_OURS = "suiteql:"
_NOTHING = Related(subsidiaries={}, lines={})

_log = structlog.get_logger(__name__)
_Found = Record | Gone | Other | Broken
_TREES: Mapping[str, Callable[[Row, Sequence[CustomField], Related], Tree]] = {
    "customer": customer_tree,
    "invoice": invoice_tree,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What reading needs of one account: the door, its custom fields, and whether lines are wanted."""

    rest: SuiteQLClient
    fields: tuple[CustomField, ...]
    with_lines: bool
    page_size: int

    async def page(self, stream: Stream, search: Search, after: int, account: Account) -> tuple[Rows, list[_Found]]:
        """The rows that a search finds after an id, and the records they are. Raises SourceError."""
        fields = tuple(field for field in self.fields if field.kind == stream.kind)
        query = query_for(stream.kind, search, after, custom_columns(fields))
        found = await self.rest.rows(query, limit=self.page_size)
        related = await self._related(stream.kind, found.rows)
        made = await asyncio.to_thread(_records, stream, found.rows, fields, related, account)
        return found, made

    async def _related(self, kind: str, rows: Sequence[Row]) -> Related:
        ids = tuple(int(row["id"]) for row in rows if row.get("id", "").isdecimal())
        if not ids:
            return _NOTHING
        if kind == "customer":
            return replace(_NOTHING, subsidiaries=await self._subsidiaries(ids))
        query = LINES_OF if self.with_lines else MAIN_LINES_OF
        lines: dict[str, list[Row]] = {}
        for line in await self._all(query, ids, "uniquekey"):
            lines.setdefault(line.get("transaction", ""), []).append(line)
        return replace(_NOTHING, lines={each: sorted(of, key=_sequence) for each, of in lines.items()})

    async def _subsidiaries(self, ids: tuple[int, ...]) -> dict[str, str]:
        try:
            rows = await self._all(SUBSIDIARIES_OF, ids, "entity")
        except NotPermittedError as error:
            # An account without subsidiaries has no such table.
            _log.info("netsuite.subsidiaries", error=str(error))
            return {}
        return {row["entity"]: row["subsidiary_name"] for row in rows if "entity" in row and "subsidiary_name" in row}

    async def _all(self, query: str, ids: tuple[int, ...], key: str) -> list[Row]:
        """Every row of a query, page by page after the last one's key."""
        found: list[Row] = []
        after = -1
        while True:
            page = await self.rest.rows(filled(query, {"ids": ids, "after": after}))
            found += page.rows
            if not page.has_more or not page.rows:
                return found
            after = _number(page.rows[-1], key)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteQLReader(Reader):
    """A stream whose records SuiteQL brings. A window that the other way has begun is read from its start."""

    desk: Desk

    async def _marking(self, position: Position, plan: Plan) -> Reader:
        """Which records are marked, their rows tell."""
        del position, plan
        return self

    async def _ask(self, position: Position) -> Answer[_Found]:
        after, pages_before = _last_id(position), position.next_page - 1
        search = request_at(self.stream, replace(position, search_id=None, next_page=1), self.settings)
        if not isinstance(search, Search):
            raise RejectedError(f"{self.stream.kind} is not read by SuiteQL")
        found, records = await self.desk.page(self.stream, search, after, self.account)
        is_cut = found.total >= MOST_ROWS
        if is_cut and is_divisible(position, plan_of(self.stream, self.settings)) and not position.is_midway:
            raise TooMuchError(f"SuiteQL counts no more than {MOST_ROWS} rows")
        heading = Heading(
            total_records=None if is_cut else found.total + pages_before * self.desk.page_size,
            total_pages=position.next_page + (1 if found.has_more and found.rows else 0),
            page_index=position.next_page,
            search_id=f"{_OURS}{_number(found.rows[-1], 'id')}" if found.rows else None,
        )
        return Answer(heading=heading, records=tuple(records))


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteQLFetcher(Fetcher):
    """Single records, those of `kinds` by SuiteQL, so that they are the same as when they are pulled."""

    desk: Desk
    kinds: frozenset[str]

    async def _found(self, stream: Stream, criteria: tuple[Criterion, ...]) -> list[_Found]:
        if stream.kind not in self.kinds:
            return await super(SuiteQLFetcher, self)._found(stream, criteria)
        search = Search(
            searched=stream.searched, criteria=(*stream.always, *criteria), page_size=self.settings.page_size
        )
        found: list[_Found] = []
        after = 0
        for _ in range(_MOST_PAGES):
            page, records = await self.desk.page(stream, search, after, self.account)
            found += records
            if not page.has_more or not page.rows:
                break
            after = _number(page.rows[-1], "id")
        return found


def _records(
    stream: Stream, rows: Sequence[Row], fields: Sequence[CustomField], related: Related, account: Account
) -> list[_Found]:
    tree = _TREES[stream.kind]
    return [_as_told(read_record(stream, tree(row, fields, related), account)) for row in rows]


def _as_told(found: _Found) -> _Found:
    """What was found, less what no row tells."""
    return replace(found, installments=None) if isinstance(found, Invoice) else found


def _last_id(position: Position) -> int:
    """The id after which the position goes on. Raises ExpiredPositionError for a place that is not ours."""
    if not position.is_midway:
        return 0
    place = position.search_id or ""
    number = place.removeprefix(_OURS)
    if not place.startswith(_OURS) or not number.isdecimal():
        raise ExpiredPositionError("the window was begun by SOAP")
    return int(number)


def _number(row: Row, key: str) -> int:
    value = row.get(key, "")
    if not value.isdecimal():
        raise RejectedError(f"SuiteQL gave a row whose {key} is «{value[:40]}»")
    return int(value)


def _sequence(line: Row) -> int:
    value = line.get("linesequencenumber", "")
    return int(value) if value.isdecimal() else 0
