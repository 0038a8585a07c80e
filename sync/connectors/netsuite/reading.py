"""Reading one stream, request by request, from the place where a cursor says it stands."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from store.pulled import Record
from sync.connector import Broken, Gone, Listing, Page
from sync.connectors.netsuite.asking import by_ids, marking_at, plan_of, request_at
from sync.connectors.netsuite.changed import changed_since
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.completing import completed
from sync.connectors.netsuite.exchange import Answer
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.mapping import Account, Other
from sync.connectors.netsuite.marks import Marked, knowing_marked, span_of
from sync.connectors.netsuite.pages import Heading
from sync.connectors.netsuite.position import (
    Plan,
    Position,
    Stage,
    advanced,
    decode,
    encode,
    first_position,
    halved,
    has_shifted,
    is_divisible,
    is_first_of_all,
    may_restart,
    next_position,
    restarted,
    sweeping,
)
from sync.connectors.netsuite.restlet import RestletClient
from sync.connectors.netsuite.role import require_types
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.single import Fetcher
from sync.connectors.netsuite.slices import cut, smaller
from sync.connectors.netsuite.stream import Stream, Taking, Way
from sync.errors import (
    ExpiredPositionError,
    NotPermittedError,
    RejectedError,
    RetryError,
    StopError,
    UnreadableAnswerError,
)

_log = structlog.get_logger(__name__)

_Found = Record | Gone | Other | Broken
_NOTHING: Answer[_Found] = Answer(heading=Heading(), records=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """One stream of one account, read at one instant."""

    client: SuiteTalkClient
    settings: NetSuiteSettings
    account: Account
    stream: Stream
    script: RestletClient | None = None
    marked: Marked | None = None

    async def pages(self, cursor: str, ceiling: datetime) -> AsyncGenerator[Page, None]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        plan = plan_of(self.stream, self.settings)
        position = decode(cursor) if cursor else first_position(ceiling, plan)
        reader = self
        while True:
            if position.stage is Stage.REST:
                following = next_position(position, ceiling, plan)
                if following is None:
                    return
                # What is marked may have changed since the last read.
                position, reader = following, self
            try:
                reader = await reader._marking(position, plan)
            except TooMuchError as error:
                position = _less(position, plan, error)
                continue
            position, page = await reader.step(position, plan)
            if page is not None:
                yield page

    async def _require(self, *, is_found: bool) -> None:
        """Raises NotPermittedError when the role may not see what the stream is made of, which a search leaves out."""
        await require_types(self.client, self.stream, is_found=is_found)

    async def _marking(self, position: Position, plan: Plan) -> "Reader":
        """The same, knowing which of the records of this window are marked."""
        if self.marked is not None and self.marked.covers(position):
            return self
        # One window's marks are kept at a time, so those of a window that can be divided have to be few.
        most = None if smaller(position, plan) is None else self.settings.window_records
        search = marking_at(self.stream, position)
        account = await knowing_marked(self.client, self.account, self.stream, search, most=most)
        return replace(self, account=account, marked=span_of(position))

    async def step(self, position: Position, plan: Plan) -> tuple[Position, Page | None]:
        """Ask once; the position after it, with a page unless the window has to be asked for in another way."""
        if position.stage is Stage.CHANGED:
            return await self._step_by_script(position, plan)
        try:
            answer = await self._ask(position)
        except ExpiredPositionError:
            if not may_restart(position):
                raise
            return restarted(position), None
        except TooMuchError as error:
            return _less(position, plan, error), None
        if position.until >= position.ceiling and not position.is_midway:
            await self._require(is_found=bool(answer.records))
        other = self._other_window(position, plan, answer)
        if other is not None:
            _log.info("netsuite.window", stream=self.stream.kind, since=str(other.since), until=str(other.until))
            return other, None
        whole = await self._completed(answer)
        following = advanced(_noting_ids(position, answer, self.stream), answer.heading, plan)
        following = _expecting(following, len(whole.records) - len(answer.records))
        return following, self._page(whole, position, following)

    async def _step_by_script(self, position: Position, plan: Plan) -> tuple[Position, Page | None]:
        """The next records of which the script says that they have changed; none where it was given up meanwhile.

        Where it may not be used, all are read again now and then, as they are without it.
        """
        done = advanced(position, Heading(), plan)
        if self.script is None:
            return done, self._page(_NOTHING, position, done)
        try:
            changed = await changed_since(self.script, self.stream.kind, position, most=self.settings.page_size)
        except (NotPermittedError, RejectedError, StopError) as error:
            _log.warning("netsuite.script", stream=self.stream.kind, error=str(error))
            sweep = sweeping(position, plan, timedelta(days=self.settings.sweep_days))
            return (done, self._page(_NOTHING, position, done)) if sweep is None else (sweep, None)
        following = replace(position, changed_at=changed.at, changed_id=changed.ids[-1]) if changed.has_more else done
        answer = await self._with_ids(changed.ids) if changed.ids else _NOTHING
        return following, self._page(await self._completed(answer), position, following)

    async def _with_ids(self, ids: tuple[str, ...]) -> Answer[_Found]:
        request = by_ids(self.stream, ids, self.settings)
        return await self.client.page(request, Taking(self.stream, self.account))

    async def _completed(self, answer: Answer[_Found]) -> Answer[_Found]:
        is_whole = (answer.heading.total_pages or 0) <= 1
        records = await completed(self._fetcher(), self.stream, answer.records, is_whole=is_whole)
        return replace(answer, records=records)

    def _fetcher(self) -> Fetcher:
        return Fetcher(client=self.client, settings=self.settings, account=self.account)

    async def _ask(self, position: Position) -> Answer[_Found]:
        request = request_at(self.stream, position, self.settings)
        answer = await self.client.page(request, Taking(self.stream, self.account))
        if self.stream.searched and (answer.heading.total_pages or 0) > 1 and answer.heading.search_id is None:
            raise UnreadableAnswerError("a search of several pages has no id")
        return answer

    def _other_window(self, position: Position, plan: Plan, answer: Answer[_Found]) -> Position | None:
        """The window to read instead, when this one holds too much or has shifted while it was read."""
        heading = answer.heading
        if position.by_ids:
            return self._less_of(position, plan, answer) if (heading.total_pages or 0) > 1 else None
        if not position.is_midway:
            is_large = (heading.total_records or 0) > self.settings.window_records
            return halved(position, heading) if is_large and is_divisible(position, plan) else None
        if not has_shifted(position, heading):
            return None
        if is_divisible(position, plan):
            return halved(position)
        if may_restart(position):
            return restarted(position)
        return self._less_of(position, plan, answer)

    def _less_of(self, position: Position, plan: Plan, answer: Answer[_Found]) -> Position:
        """What to read instead of a window that shifts, or of a slice of it that is more than a page."""
        less = cut(position, _numbers(answer)) if position.by_ids else smaller(position, plan)
        if less is None:
            # To go on would lose for ever what was skipped, and of a whole list take what is there for deleted.
            raise RetryError(f"{self.stream.permission}: what is searched for changes faster than it can be read")
        return less

    def _page(self, answer: Answer[_Found], before: Position, after: Position) -> Page:
        broken = tuple(one for one in answer.records if isinstance(one, Broken))
        deleted = (one for one in answer.records if isinstance(one, Gone))
        records = tuple(one for one in answer.records if not isinstance(one, Broken | Gone | Other))
        return Page(
            records=records,
            cursor=encode(after),
            covered_until=after.covered,
            broken=broken,
            expected=after.expected,
            gone=tuple(deleted),
            listing=self._listing(records, broken, before, after) if self._lists(before) else None,
            skipped=sum(isinstance(one, Other) for one in answer.records),
        )

    def _lists(self, position: Position) -> bool:
        return self.stream.is_listed and position.is_of_all and position.stage is not Stage.OPEN

    def _listing(
        self, records: tuple[Record, ...], broken: tuple[Broken, ...], before: Position, after: Position
    ) -> Listing:
        # What cannot be read is there nevertheless.
        return Listing(
            kind=self.stream.kind,
            source_ids=tuple(one.source_id for one in (*records, *broken)),
            is_first=is_first_of_all(before, plan_of(self.stream, self.settings)),
            is_last=after.stage is Stage.REST,
        )


def _less(position: Position, plan: Plan, error: TooMuchError) -> Position:
    """What to read instead of what is too much. Raises the error when that cannot be divided."""
    less = smaller(position, plan)
    if less is None:
        raise error
    return less


def _noting_ids(position: Position, answer: Answer[_Found], stream: Stream) -> Position:
    """The position with the highest id of the answer, for a stream that is read by its ids."""
    if stream.way is not Way.DATES:
        return position
    return replace(position, seen_id=max((position.seen_id, *_numbers(answer))))


def _expecting(position: Position, more: int) -> Position:
    """The position where so many more records came than NetSuite had counted."""
    return position if position.expected is None else replace(position, expected=position.expected + more)


def _numbers(answer: Answer[_Found]) -> list[int]:
    return [int(one.source_id) for one in answer.records if one.source_id.isdecimal()]
