"""Reading by SuiteQL, in the windows in which SuiteTalk is read, into the same records."""

from dataclasses import dataclass, replace

from sync.connectors.netsuite.asking import plan_of, request_at
from sync.connectors.netsuite.exchange import Answer
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.pages import Heading
from sync.connectors.netsuite.position import Plan, Position, is_divisible
from sync.connectors.netsuite.reading import Reader
from sync.connectors.netsuite.request import Criterion, GetDeleted, Search
from sync.connectors.netsuite.single import Fetcher
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import JOURNAL_ENTRIES
from sync.connectors.netsuite.suiteql.ask import number
from sync.connectors.netsuite.suiteql.check import hidden_records
from sync.connectors.netsuite.suiteql.client import MOST_ROWS, Rows
from sync.connectors.netsuite.suiteql.desk import Desk, Found
from sync.connectors.netsuite.suiteql.kinds import KINDS
from sync.errors import ExpiredPositionError, NotPermittedError, RejectedError

# A place in SuiteTalk's list is the id of a search; ours is told from it by this.
_OURS = "suiteql:"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteQLReader(Reader):
    """A stream whose records SuiteQL brings. A window that the other way has begun is read from its start.

    `kinds` are all that it brings: what belongs to these records may be among them.
    """

    desk: Desk
    kinds: frozenset[str]

    async def _marking(self, position: Position, plan: Plan) -> Reader:
        """Which records are marked, their rows tell."""
        del position, plan
        return self

    async def _require(self, *, is_found: bool) -> None:
        """Raises NotPermittedError when the role may not see a type of record: its rows are then left out unsaid."""
        kind = KINDS.get(self.stream.kind)
        if kind is None or (is_found and len(kind.records) == 1):
            return
        hidden = await hidden_records(self.desk.ask.rest, kind.records)
        if hidden:
            raise NotPermittedError(" and ".join(hidden))

    async def _completed(self, answer: Answer[Found]) -> Answer[Found]:
        """Entries come whole; others with what was used up by them."""
        is_entry = self.stream.kind == JOURNAL_ENTRIES.kind
        return answer if is_entry else await super(SuiteQLReader, self)._completed(answer)

    def _fetcher(self) -> Fetcher:
        return SuiteQLFetcher(
            client=self.client, settings=self.settings, account=self.account, desk=self.desk, kinds=self.kinds
        )

    async def _ask(self, position: Position) -> Answer[Found]:
        after = _last_id(position)
        request = request_at(self.stream, replace(position, search_id=None, next_page=1), self.settings)
        if isinstance(request, GetDeleted):
            asked = replace(request, page_index=position.next_page)
            found, records = await self.desk.deletions(self.stream, asked, self.account)
            return Answer(heading=self._heading(found, position, after, total=found.total), records=tuple(records))
        if not isinstance(request, Search):
            raise RejectedError(f"{self.stream.kind} is not read by SuiteQL")
        found, records = await self.desk.page(self.stream, request, after, self.account)
        following = number(found.rows[-1], "id") if found.rows else after
        # By ids no row is skipped when others come or go, so only the first page's count means anything.
        total = None if position.is_midway else found.total
        return Answer(heading=self._heading(found, position, following, total=total), records=tuple(records))

    def _heading(self, found: Rows, position: Position, following: int, *, total: int | None) -> Heading:
        """What SuiteTalk would say of the page. Raises TooMuchError where not all rows are counted."""
        is_cut = found.total >= MOST_ROWS
        if is_cut and is_divisible(position, plan_of(self.stream, self.settings)) and not position.is_midway:
            raise TooMuchError(f"SuiteQL counts no more than {MOST_ROWS} rows")
        return Heading(
            total_records=None if is_cut else total,
            total_pages=position.next_page + (1 if found.has_more and found.rows else 0),
            page_index=position.next_page,
            search_id=f"{_OURS}{following}" if found.rows else None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteQLFetcher(Fetcher):
    """Single records, those of `kinds` by SuiteQL, so that they are the same as when they are pulled."""

    desk: Desk
    kinds: frozenset[str]

    async def _read(
        self, stream: Stream, criteria: tuple[Criterion, ...], *, most: int | None
    ) -> tuple[list[Found], int]:
        """What meets the criteria, of so many pages, and how much there is: by ids, so nothing comes or goes unseen."""
        if stream.kind not in self.kinds:
            return await super(SuiteQLFetcher, self)._read(stream, criteria, most=most)
        search = Search(
            searched=stream.searched, criteria=(*stream.always, *criteria), page_size=self.settings.page_size
        )
        found: list[Found] = []
        after, total = 0, 0
        while True:
            page, records = await self.desk.page(stream, search, after, self.account)
            total = len(found) + page.total
            found += records
            # A page may be a smaller one.
            is_enough = most is not None and len(found) >= most * self.settings.page_size
            if not page.has_more or not page.rows or is_enough:
                break
            after = number(page.rows[-1], "id")
        return found, total

    async def _require_gone(self, stream: Stream, source_id: str) -> None:
        """Raises NotPermittedError or RejectedError unless the record is gone: a query leaves out what is hidden."""
        if stream.kind not in self.kinds:
            return await super(SuiteQLFetcher, self)._require_gone(stream, source_id)
        for record in KINDS[stream.kind].records:
            if await self.desk.ask.rest.is_there(record, source_id):
                raise RejectedError(f"NetSuite has {stream.kind} {source_id}, but a query does not find it")
        return None


def _last_id(position: Position) -> int:
    """The id after which the position goes on. Raises ExpiredPositionError for a place that is not ours."""
    if not position.is_midway:
        return 0
    place = position.search_id or ""
    last = place.removeprefix(_OURS)
    if not place.startswith(_OURS) or not last.isdecimal():
        raise ExpiredPositionError("the window was begun by SOAP")
    return int(last)
