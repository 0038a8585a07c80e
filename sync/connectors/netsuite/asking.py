"""What to ask for at a place in a stream: a plan for the stream, and the request for the place. Pure."""

from datetime import timedelta

from sync.connectors.netsuite.mapping import DELETED_TYPES
from sync.connectors.netsuite.position import Plan, Position, Stage
from sync.connectors.netsuite.request import (
    Criterion,
    GetCustomizationId,
    GetDeleted,
    Request,
    Search,
    SearchMore,
    within,
)
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream, Way

# Deletions from before the store was first filled tell it nothing, and a first load may take days.
_OLDEST_DELETION = timedelta(days=30)
# A rate may be entered days late or a year ahead; what is missed comes by its id or with the sweep.
_DATE_OVERLAP = timedelta(days=3)
_DATE_REACH = timedelta(days=366)
# Of these only the id is kept, so they come in the largest pages that there are.
_MARKS_AT_ONCE = 1000


def plan_of(stream: Stream, settings: NetSuiteSettings) -> Plan:
    """How the stream is read."""
    match stream.way:
        case Way.CHANGES:
            return Plan(
                overlap=settings.overlap,
                has_open=bool(stream.open_only),
                has_joined=bool(stream.joined_by),
                sweep=timedelta(days=settings.sweep_days) if stream.is_listed else None,
            )
        case Way.DATES:
            by_script = stream.has_script and settings.restlet_url is not None
            return Plan(
                overlap=_DATE_OVERLAP,
                reach=_DATE_REACH,
                sweep=None if by_script else timedelta(days=settings.sweep_days),
                has_new=True,
                has_changed=by_script,
            )
        case Way.WHOLE | Way.DEFINITIONS:
            return Plan(overlap=timedelta(), sweep=timedelta(), is_divisible=False)
        case Way.DELETIONS:
            return Plan(overlap=settings.overlap, first=_OLDEST_DELETION)


def request_at(stream: Stream, position: Position, settings: NetSuiteSettings) -> Request:
    """The request for the page that the position stands before."""
    if stream.way is Way.DELETIONS:
        return GetDeleted(
            record_types=DELETED_TYPES, since=position.since, until=position.until, page_index=position.next_page
        )
    if stream.way is Way.DEFINITIONS:
        return GetCustomizationId(record_type="entityCustomField")
    if position.search_id is not None:
        return SearchMore(
            search_id=position.search_id,
            page_index=position.next_page,
            page_size=settings.page_size,
            with_lines=stream.with_lines(settings),
        )
    return Search(
        searched=stream.searched,
        criteria=(*stream.always, *stream.only(settings), *_place(stream, position)),
        page_size=settings.page_size,
        with_lines=stream.with_lines(settings),
        columns=stream.columns,
    )


def _place(stream: Stream, position: Position) -> tuple[Criterion, ...]:
    return (*_span(stream, position), *_slice(position))


def _slice(position: Position) -> tuple[Criterion, ...]:
    if not position.by_ids:
        return ()
    if position.upto is None:
        return (Criterion(field="internalIdNumber", operator="greaterThan", values=(position.above,)),)
    return (Criterion(field="internalIdNumber", operator="between", values=(position.above + 1, position.upto)),)


def _span(stream: Stream, position: Position) -> tuple[Criterion, ...]:
    if stream.way is Way.WHOLE or (position.stage is Stage.NEW and position.by_ids):
        return ()
    if position.stage is Stage.NEW:
        return (Criterion(field="internalIdNumber", operator="greaterThan", values=(position.top_id,)),)
    if position.stage is Stage.JOINED and stream.joined_by:
        return (within(stream.joined_by, position.floor, position.ceiling),)
    window = within(stream.dated_by, position.since, position.until)
    return (window, *stream.open_only) if position.stage is Stage.OPEN else (window,)


def by_ids(stream: Stream, ids: tuple[str, ...], settings: NetSuiteSettings) -> Search:
    """The search for these records, no more than a page of them."""
    return Search(
        searched=stream.searched,
        criteria=(*stream.always, *stream.only(settings), Criterion(field="internalId", values=ids)),
        page_size=settings.page_size,
        with_lines=stream.with_lines(settings),
        columns=stream.columns,
    )


def marking(stream: Stream, criteria: tuple[Criterion, ...]) -> Search | None:
    """The search for those records among the ones that meet the criteria that are marked; None when none ever is."""
    if stream.marked_by is None:
        return None
    return Search(
        searched=stream.searched, criteria=(*stream.always, *criteria, stream.marked_by), page_size=_MARKS_AT_ONCE
    )


def marking_at(stream: Stream, position: Position) -> Search | None:
    """The search for those that are marked among what is searched for where the position stands."""
    return marking(stream, _place(stream, position))
