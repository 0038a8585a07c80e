"""updated/ and deleted/: the ids of what changed and of what went between two moments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import FieldType
from sandbox.salesforce.rest.call import Call
from sandbox.salesforce.schema.common import kept
from sandbox.salesforce.values import as_json

UPDATED_BACK, DELETED_BACK = timedelta(days=30), timedelta(days=15)
MOST_IDS = 600_000
_INSTANT = kept("at", "at", FieldType.DATETIME)


def updated(call: Call) -> Answer:
    start, end = _window(call, UPDATED_BACK)
    covered = min(end, _minute(call.at - call.org.replication_lag))
    sees = call.org.access.sees_row
    rows = call.org.table(call.type.name).by_stamp(start, covered)
    ids = [row["Id"] for row in rows if not row.get("IsDeleted") and sees(row["Id"])]
    if len(ids) > MOST_IDS:
        raise ApiError("EXCEEDED_ID_LIMIT", "Too many records; ask for a shorter time span.")
    return Answer(body={"ids": ids, "latestDateCovered": as_json(covered, _INSTANT)})


def deleted(call: Call) -> Answer:
    start, end = _window(call, DELETED_BACK)
    covered = min(end, _minute(call.at - call.org.replication_lag))
    name = call.type.name
    gone = [
        {"id": each.id, "deletedDate": as_json(each.deleted_at, _INSTANT)}
        for each in call.org.deleted
        if each.object == name and start <= each.deleted_at < covered
    ]
    if len(gone) > MOST_IDS:
        raise ApiError("EXCEEDED_ID_LIMIT", "Too many records; ask for a shorter time span.")
    earliest = call.org.deletions_known_since or _minute(call.at - DELETED_BACK)
    return Answer(
        body={
            "deletedRecords": gone,
            "earliestDateAvailable": as_json(earliest, _INSTANT),
            "latestDateCovered": as_json(covered, _INSTANT),
        }
    )


def _window(call: Call, back: timedelta) -> tuple[datetime, datetime]:
    """From when until when, in whole minutes: seconds are not heeded."""
    start, end = (_moment(call.query.get, name) for name in ("start", "end"))
    if end - start < timedelta(minutes=1):
        raise _bad("endDate has to be more than one minute after startDate")
    if start < call.at - back - timedelta(minutes=1):
        raise _bad(f"startDate cannot be more than {back.days} days ago")
    return start, end


def _moment(said: Callable[[str], str | None], name: str) -> datetime:
    text = said(name)
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        raise _bad(f"{name} is no date and time: {text}") from None
    if at.tzinfo is None:
        raise _bad(f"{name} has no time zone: {text}")
    return _minute(at.astimezone(UTC))


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _bad(message: str) -> ApiError:
    return ApiError("INVALID_REPLICATION_DATE", message)
