"""The log of deletions: what went for good, which the recycle bin, and so a query, does not show any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from sync.connector import Gone
from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.faults import TooMuchError
from sync.connectors.salesforce.parts import Part
from sync.connectors.salesforce.position import Position
from sync.connectors.salesforce.values import UnreadableFieldError, instant, required
from sync.errors import ExpiredPositionError, NotPermittedError, RejectedError, UnreadableAnswerError

# The log knows so far back; seconds do not count, and a span has to be longer than a minute.
_KEPT = timedelta(days=15) - timedelta(hours=1)
_SHORTEST = timedelta(minutes=2)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """What the log tells, and up to when; not `is_whole` when it does not go back as far as it was asked."""

    gone: tuple[Gone, ...]
    latest: datetime
    is_whole: bool


async def deletions(client: SalesforceClient, part: Part, position: Position) -> Logged:
    """What was deleted since the log was read last. Raises SourceError.

    Too little time may have passed to ask, and of some objects no log is kept, or not for us. What went of these the
    next reading of everything finds, as it comes now and then: a log that is refused each time does not bring it about.
    """
    wanted, end = position.logged or position.since or position.ceiling, _minute(position.ceiling)
    untold = Logged(gone=(), latest=wanted, is_whole=True)
    if end - _minute(wanted) < _SHORTEST:
        return untold
    start = max(_minute(wanted), end - _KEPT)
    params = {"start": start.isoformat(), "end": end.isoformat()}
    try:
        answer = await client.get(f"sobjects/{part.source}/deleted/", params=params)
    except (ExpiredPositionError, TooMuchError) as error:
        _log.warning("salesforce.deletions_forgotten", object=part.source, error=str(error))
        return Logged(gone=(), latest=end, is_whole=False)
    except (NotPermittedError, RejectedError) as error:
        _log.warning("salesforce.no_deletions", object=part.source, error=str(error))
        return untold
    return _logged(part, answer.body, wanted)


def _logged(part: Part, body: Any, wanted: datetime) -> Logged:
    if not isinstance(body, dict):
        raise UnreadableAnswerError("the log of deletions is none")
    try:
        earliest, latest = instant(body, "earliestDateAvailable"), instant(body, "latestDateCovered")
        gone = tuple(_gone(part, body.get("deletedRecords")))
    except UnreadableFieldError as error:
        raise UnreadableAnswerError(str(error)) from None
    return Logged(gone=gone, latest=latest, is_whole=earliest <= wanted)


def _gone(part: Part, records: Any) -> Iterator[Gone]:
    for record in records if isinstance(records, list) else ():
        yield Gone(kind=part.kind, source_id=required(record, "id"), at=instant(record, "deletedDate"))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
