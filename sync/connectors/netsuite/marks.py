"""Which records are marked by what only a search tells: voided transactions, primary contacts."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.mapping import Account, source_id_of
from sync.connectors.netsuite.paging import answers_of
from sync.connectors.netsuite.position import Position, Stage
from sync.connectors.netsuite.request import Search
from sync.connectors.netsuite.stream import Stream
from sync.errors import NotPermittedError, RejectedError, RetryError

_MOST_ATTEMPTS = 4

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """The span of a stream of which it is known which records are marked; ids as in a position."""

    stage: Stage
    since: datetime
    until: datetime
    above: int = 0
    upto: int | None = None

    def covers(self, position: Position) -> bool:
        """Whether the position's window lies within the span."""
        if self.stage is not position.stage or position.since < self.since or self.until < position.until:
            return False
        is_below = self.upto is None or (position.upto is not None and position.upto <= self.upto)
        return self.above <= position.above and is_below


def span_of(position: Position) -> Marked:
    """The span of the position's own window."""
    return Marked(
        stage=position.stage,
        since=position.since,
        until=position.until,
        above=position.above,
        upto=position.upto,
    )


async def knowing_marked(
    client: SuiteTalkClient, account: Account, stream: Stream, search: Search | None, *, most: int | None = None
) -> Account:
    """The account's facts with those of the stream's records that the search finds. Raises SourceError.

    Where NetSuite refuses it they are not known, if the stream can do without.
    """
    try:
        marked = await marked_ids(client, search, most=most)
    except TooMuchError:
        raise
    except (NotPermittedError, RejectedError) as error:
        if stream.needs_marks:
            raise
        _log.warning("netsuite.marks", stream=stream.kind, error=str(error))
        return replace(account, marked=frozenset(), knows_marked=False)
    return replace(account, marked=marked, knows_marked=True)


async def marked_ids(client: SuiteTalkClient, search: Search | None, *, most: int | None = None) -> frozenset[str]:
    """The internal ids that the search finds; none for no search.

    Raises SourceError when not all of them can be told, as a voided payment would then count as money; TooMuchError
    when there are more than `most`.
    """
    if search is None:
        return frozenset()
    for _ in range(_MOST_ATTEMPTS):
        found = await _all_ids(client, search, most)
        if found is not None:
            return found
    raise RetryError("which records are voided or primary changes faster than it can be read")


async def _all_ids(client: SuiteTalkClient, search: Search, most: int | None) -> frozenset[str] | None:
    """None when rows came or went between two pages, or the later pages are gone."""
    found: set[str] = set()
    totals: set[int | None] = set()
    pages_left = 0
    async for answer in answers_of(client, search, source_id_of):
        heading = answer.heading
        if most is not None and (heading.total_records or 0) > most:
            raise TooMuchError(f"more than {most} marked records")
        found.update(answer.records)
        totals.add(heading.total_records)
        pages_left = (heading.total_pages or 0) - (heading.page_index or 1)
    return frozenset(found) if pages_left <= 0 and len(totals) == 1 else None
