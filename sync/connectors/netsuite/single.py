"""One record on demand, with what its card shows: the «Refresh» button."""

from datetime import datetime, timedelta

import structlog

from store.pulled import Record
from sync.connector import Broken
from sync.connectors.netsuite.client import Answer, SuiteTalkClient
from sync.connectors.netsuite.faults import GoneError
from sync.connectors.netsuite.mapping import Account
from sync.connectors.netsuite.position import BEGINNING
from sync.connectors.netsuite.request import Get, Search, SearchMore
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.streams import INVOICES, Stream, read_record
from sync.errors import ExpiredPositionError, RejectedError

# Somebody is waiting for this: what one customer has beyond it comes with the next pull.
_MOST_PAGES = 5
# Their clock may be ahead of ours; a change of this very minute is what was asked for.
_SKEW = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


async def fetch_record(client: SuiteTalkClient, stream: Stream, source_id: str, account: Account) -> Record | None:
    """The record with its lines; None when NetSuite has it no more. Raises RejectedError when it cannot be read."""
    get = Get(record_type=stream.record_type, internal_id=source_id)
    try:
        answer = await client.call(get, lambda tree: read_record(stream, tree, account))
    except GoneError:
        return None
    if not answer.records:
        return None
    found = answer.records[0]
    if isinstance(found, Broken):
        raise RejectedError(found.reason)
    return found


async def fetch_invoices(
    client: SuiteTalkClient, settings: NetSuiteSettings, customer_id: str, account: Account, *, since: datetime | None
) -> tuple[Record, ...]:
    """A customer's invoices that changed since then, a little overlapping; its open ones when there is no «since»."""
    search = Search(
        record_type=INVOICES.record_type,
        since=BEGINNING if since is None else since - settings.overlap,
        until=account.seen_at.replace(microsecond=0) + _SKEW,
        page_size=settings.page_size,
        only=INVOICES.open_statuses if since is None else (),
        with_lines=INVOICES.with_lines(settings),
        customer_id=customer_id,
    )
    records: list[Record] = []
    request: Search | SearchMore | None = search
    while request is not None:
        try:
            answer = await client.call(request, lambda tree: read_record(INVOICES, tree, account))
        except ExpiredPositionError:
            # Invoices left the search meanwhile, and with them its last page.
            break
        records += _readable(answer)
        request = _following(search, answer)
    return tuple(records)


def _readable(answer: Answer[Record | Broken]) -> list[Record]:
    for broken in answer.records:
        if isinstance(broken, Broken):
            _log.warning("netsuite.unreadable", source_id=broken.source_id, reason=broken.reason)
    return [record for record in answer.records if not isinstance(record, Broken)]


def _following(search: Search, answer: Answer[Record | Broken]) -> SearchMore | None:
    heading = answer.heading
    page = heading.page_index or 1
    if heading.search_id is None or page >= min(heading.total_pages or 0, _MOST_PAGES):
        return None
    return SearchMore(
        search_id=heading.search_id,
        page_index=page + 1,
        page_size=search.page_size,
        with_lines=search.with_lines,
    )
