"""Reading one stream, request by request, from the place where a cursor says it stands."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from store.crm.accounts import KIND
from sync.connector import Broken, Gone, Listing, Page
from sync.connectors.salesforce.bulk import begin_job, results, until_done
from sync.connectors.salesforce.client import SalesforceClient, Tree
from sync.connectors.salesforce.content_notes import IDS_AT_ONCE
from sync.connectors.salesforce.deletions import deletions
from sync.connectors.salesforce.faults import GoneError, TooMuchError, VanishedFieldError
from sync.connectors.salesforce.mapping import CUSTOM_FIELD
from sync.connectors.salesforce.parts import Part, asked_of
from sync.connectors.salesforce.position import (
    Plan,
    Position,
    Stage,
    after_bulk,
    after_log,
    after_rows,
    counted,
    decode,
    encode,
    next_position,
    restarted,
    resumed,
    smaller,
)
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.soql import AnyOf, Condition, Query
from sync.connectors.salesforce.values import UnreadableFieldError, instant, required
from sync.errors import ExpiredPositionError, NotPermittedError, RejectedError, UnreadableAnswerError

_log = structlog.get_logger(__name__)

Describe = Callable[[bool], Awaitable[tuple[Part, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """One stream of one organisation. `described` tells its parts; with True it asks Salesforce anew for each."""

    client: SalesforceClient
    settings: SalesforceSettings
    parts: tuple[Part, ...]
    described: Describe

    async def pages(self, cursor: str, ceiling: datetime) -> AsyncGenerator[Page, None]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        begun = decode(cursor) if cursor else Position(ceiling=ceiling)
        position, reader = resumed(begun, ceiling, asked_of(self.parts)), self
        while True:
            if position.stage is Stage.REST:
                following = next_position(position, ceiling, self._plan)
                if following is None:
                    return
                position = following
            try:
                position, page = await reader._step(position)
            except VanishedFieldError as error:
                reader, lost = await reader._without_vanished(error)
                position = replace(position, asked=asked_of(reader.parts))
                page = _untold(reader.parts[position.part], lost, position)
            if page is not None:
                yield page

    @property
    def _plan(self) -> Plan:
        settings = self.settings
        sweep = timedelta(days=settings.sweep_days)
        return Plan(parts=len(self.parts), overlap=settings.overlap, sweep=sweep)

    async def _without_vanished(self, error: VanishedFieldError) -> tuple["Reader", Sequence[str]]:
        """The same with the fields that there are still, and which are not.

        Raises the error when it is about something else.
        """
        parts = await self.described(True)
        lost = {field for part in self.parts for field in part.fields} - {f for part in parts for f in part.fields}
        if not lost:
            raise error
        _log.warning("salesforce.fields_gone", fields=sorted(lost), error=error.detail)
        return replace(self, parts=parts), sorted(lost)

    async def _step(self, position: Position) -> tuple[Position, Page | None]:
        """Ask once; the position after it, with a page unless there is nothing to save yet."""
        part = self.parts[position.part]
        match position.stage:
            case Stage.COUNT:
                return counted(position, await self._rows_of(part), bulk_above=self.settings.bulk_above), None
            case Stage.BULK:
                return await self._step_in_bulk(part, position)
            case Stage.DELETIONS:
                return await self._step_in_log(part, position)
            case Stage.RELATED if part.linked is not None:
                return await self._step_by_links(part, position)
            case Stage.RELATED if not part.related:
                done = after_rows(position, self._plan, last_id="", last_at=None, is_last=True)
                return done, None
            case _:
                return await self._step_by_rows(part, position)

    async def _step_by_rows(self, part: Part, position: Position) -> tuple[Position, Page | None]:
        limit = position.limit or self.settings.page_size
        query = query_at(part, position, limit)
        try:
            found = await self.client.query(query, deleted=position.stage is Stage.CHANGES)
        except TooMuchError as error:
            return self._less(part, position, error), None
        last_id, last_at = _place(part, found.rows)
        after = after_rows(
            position,
            self._plan,
            last_id=last_id,
            last_at=last_at,
            is_last=len(found.rows) < limit and not found.next_path,
        )
        return after, await self._page(part, found.rows, position, after)

    async def _rows_of(self, part: Part) -> int | None:
        try:
            return await self.client.count(_living(part))
        except TooMuchError:
            return None

    def _less(self, part: Part, position: Position, error: TooMuchError) -> Position:
        """What to read instead of what takes too long. Raises the error when that cannot be divided."""
        less = smaller(position, self.settings.page_size)
        if less is None and position.stage is Stage.RELATED:
            # What these show of others comes with the next reading of everything.
            _log.warning("salesforce.related_too_long", object=part.source, error=error.detail)
            return after_rows(position, self._plan, last_id="", last_at=None, is_last=True)
        if less is None:
            raise error
        _log.info("salesforce.smaller", object=part.source, until=str(less.until), limit=less.limit)
        return less

    async def _step_by_links(self, part: Part, position: Position) -> tuple[Position, Page]:
        """Rows that did not change when others came to point at them; where that is not told, a later read has them."""
        assert part.linked is not None  # noqa: S101 - so it was chosen
        since = position.since or position.ceiling
        try:
            linked = await part.linked(self.client, since)
        except (NotPermittedError, RejectedError) as error:
            _log.warning("salesforce.links_untold", object=part.source, error=str(error))
            linked = ()
        left = [each for each in linked if each > position.last_id]
        these = left[:IDS_AT_ONCE]
        rows = await self._rows_with(part, these) if these else ()
        last_id, is_last = (these[-1] if these else ""), len(these) == len(left)
        after = after_rows(position, self._plan, last_id=last_id, last_at=None, is_last=is_last)
        return after, await self._page(part, rows, position, after)

    async def _rows_with(self, part: Part, ids: Sequence[str]) -> Sequence[Tree]:
        among = Condition(field="Id", is_="IN", value=tuple(ids))
        all_of_it = _living(part)
        found = await self.client.query(replace(all_of_it, where=(*all_of_it.where, among)))
        rows = [*found.rows]
        while found.next_path:
            found = await self.client.more(found.next_path)
            rows += found.rows
        return rows

    async def _step_in_bulk(self, part: Part, position: Position) -> tuple[Position, Page | None]:
        try:
            return await self._bulk(part, position)
        except (ExpiredPositionError, GoneError):
            begun_anew = restarted(position, Stage.BULK)
        except (NotPermittedError, RejectedError) as error:
            _log.info("salesforce.no_bulk", object=part.source, error=str(error))
            begun_anew = restarted(position, Stage.WHOLE)
        if begun_anew is None:
            raise ExpiredPositionError("the answer of a bulk job was gone twice")
        return begun_anew, None

    async def _bulk(self, part: Part, position: Position) -> tuple[Position, Page | None]:
        if not position.job:
            job = await begin_job(self.client, _living(part))
            after = replace(position, job=job)
            # Killed from here on, the next run asks for this job, and does not begin another.
            return after, Page(records=(), cursor=encode(after), covered_until=position.covered)
        if not position.locator:
            await until_done(self.client, position.job, poll_seconds=self.settings.bulk_poll_seconds)
        rows = self.settings.bulk_page_size
        page = await results(self.client, position.job, position.locator, rows=rows, booleans=part.booleans)
        after = after_bulk(position, self._plan, page.locator)
        return after, await self._page(part, page.rows, position, after)

    async def _step_in_log(self, part: Part, position: Position) -> tuple[Position, Page]:
        found = await deletions(self.client, part, position)
        after = after_log(position, self._plan, latest=found.latest, is_whole=found.is_whole)
        return after, Page(records=(), cursor=encode(after), covered_until=after.covered, gone=found.gone)

    async def _page(self, part: Part, rows: Sequence[Tree], before: Position, after: Position) -> Page:
        complete = await part.completed(self.client, rows)
        # A page takes half a second, in which nobody in Slack would get an answer.
        read = await asyncio.to_thread(lambda: [part.read(row) for row in complete])
        records = tuple(one for one in read if not isinstance(one, Broken | Gone))
        broken = tuple(one for one in read if isinstance(one, Broken))
        # What cannot be read is there nevertheless.
        ids = tuple(one.source_id for one in (*records, *broken))
        return Page(
            records=records,
            cursor=encode(after),
            covered_until=after.covered,
            broken=broken,
            expected=after.expected,
            gone=tuple(one for one in read if isinstance(one, Gone)),
            listing=_listing(part, ids, before, after) if before.is_of_all else None,
        )


def _untold(part: Part, lost: Sequence[str], position: Position) -> Page:
    """That these fields are no more, as far as anybody knew of them."""
    gone = tuple(Gone(kind=CUSTOM_FIELD, source_id=each) for each in lost) if part.kind == KIND else ()
    return Page(records=(), cursor=encode(position), covered_until=position.covered, gone=gone)


def _listing(part: Part, ids: tuple[str, ...], before: Position, after: Position) -> Listing:
    return Listing(
        kind=part.kind,
        source_ids=ids,
        is_first=before.part == 0 and not before.last_id and not before.locator,
        is_last=after.stage is Stage.REST,
    )


def query_at(part: Part, position: Position, limit: int) -> Query:
    """What is asked for where the position stands. Pure."""
    if position.stage is Stage.CHANGES:
        return _changed(part, position, limit)
    related: tuple[AnyOf, ...] = ()
    if position.stage is Stage.RELATED:
        dates = (Condition(field=name, is_=">=", value=position.since) for name in part.related)
        related = (AnyOf(conditions=tuple(dates)),)
    behind = (Condition(field="Id", is_=">", value=position.last_id),) if position.last_id else ()
    all_of_it = _living(part)
    return replace(all_of_it, where=(*all_of_it.where, *related, *behind), order=("Id",), limit=limit)


def _changed(part: Part, position: Position, limit: int) -> Query:
    """The next rows of a window. Many have one stamp when they were loaded from a file: the id goes on within it."""
    start = position.last_at or position.since
    behind: tuple[AnyOf, ...] = ()
    if position.last_at is not None:
        later = Condition(field=part.stamp, is_=">", value=start)
        behind = (AnyOf(conditions=(later, Condition(field="Id", is_=">", value=position.last_id))),)
    return Query(
        fields=part.fields,
        source=part.source,
        where=(
            *part.always,
            Condition(field=part.stamp, is_=">=", value=start),
            Condition(field=part.stamp, is_="<", value=position.until),
            *behind,
        ),
        order=(part.stamp, "Id"),
        limit=limit,
    )


def _living(part: Part) -> Query:
    return Query(fields=part.fields, source=part.source, where=(*part.always, *part.living))


def _place(part: Part, rows: Sequence[Tree]) -> tuple[str, datetime | None]:
    """Where the next page begins: behind the last row. Raises UnreadableAnswerError when nobody knows."""
    if not rows:
        return "", None
    try:
        return required(rows[-1], "Id"), instant(rows[-1], part.stamp)
    except UnreadableFieldError as error:
        raise UnreadableAnswerError(str(error)) from None
