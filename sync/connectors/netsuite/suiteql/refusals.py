"""What the REST services answer when they refuse, turned into errors named by what to do next. Pure."""

from collections.abc import Mapping
from typing import Any

from sync.connectors.netsuite.faults import Complaint, complaint_error, http_error
from sync.errors import BusyError, NotPermittedError, ReauthoriseError, RejectedError, SourceError

_UNAUTHORIZED = 401
_FORBIDDEN = 403
_TOO_MANY = 429
_SERVER_ERROR = 500
_BUSY_CODE = "CONCURRENCY_LIMIT_EXCEEDED"
_NOT_FOUND = "was not found"


def rest_error(status: int, body: Any, *, location: str = "", retry_after: str = "") -> SourceError:
    """The error for an answer that is no page of rows."""
    complaint = _complaint(body)
    if complaint is None or location:
        return http_error(status, location=location, retry_after=retry_after)
    if complaint.code == _BUSY_CODE or status == _TOO_MANY:
        after = float(retry_after) if retry_after.isdecimal() and len(retry_after) < len("100000") else None
        return BusyError(str(complaint), after_seconds=after)
    if status == _UNAUTHORIZED:
        return ReauthoriseError(str(complaint))
    if status == _FORBIDDEN or _hides_records(complaint):
        return NotPermittedError(str(complaint))
    known = complaint_error(complaint)
    return http_error(status) if status >= _SERVER_ERROR and type(known) is RejectedError else known


def token_error(status: int, body: Any, *, retry_after: str = "") -> SourceError:
    """The error for an answer that is no token: OAuth 2.0 says by one word what it does not like."""
    word = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(word, str) and status < _SERVER_ERROR and status != _TOO_MANY:
        return ReauthoriseError(
            f"OAuth 2.0 {word[:60]}; check NETSUITE_CLIENT_ID, NETSUITE_CERTIFICATE_ID and NETSUITE_PRIVATE_KEY"
        )
    return http_error(status, retry_after=retry_after)


def _complaint(body: Any) -> Complaint | None:
    details = body.get("o:errorDetails") if isinstance(body, Mapping) else None
    first = details[0] if isinstance(details, list) and details else None
    if not isinstance(first, Mapping):
        return None
    return Complaint(code=str(first.get("o:errorCode") or ""), message=str(first.get("detail") or ""), fault="SuiteQL")


def _hides_records(complaint: Complaint) -> bool:
    # What a role may not see at all is, to SuiteQL, not there.
    return "Record '" in complaint.message and _NOT_FOUND in complaint.message
