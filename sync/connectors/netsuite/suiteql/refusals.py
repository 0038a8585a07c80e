"""What the REST services answer when they refuse, turned into errors named by what to do next. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from sync.connectors.netsuite.faults import Complaint, GoneError, complaint_error, http_error
from sync.errors import BusyError, NotPermittedError, ReauthoriseError, RejectedError, SourceError

_UNAUTHORIZED = 401
_NOT_THERE = 404
_FORBIDDEN = 403
_TOO_MANY = 429
_SERVER_ERROR = 500
_OTHER_WORD = "look it up in Setup > Users/Roles > View Login Audit Trail"
_BUSY_CODE = "CONCURRENCY_LIMIT_EXCEEDED"
_NOT_FOUND = "was not found"
_NO_RECORD = "NONEXISTENT_ID"
_UNKNOWN_COLUMN = re.compile(r"Unknown identifier '(?:\w+\.)?(\w+)'")
# What each word of OAuth 2.0 means here, and what to do about it.
_WORDS: Mapping[str, str] = {
    "invalid_client": "it does not know the certificate, or the key is another one's: compare NETSUITE_CLIENT_ID, "
    "NETSUITE_CERTIFICATE_ID and NETSUITE_PRIVATE_KEY; the certificate may have ended or been revoked",
    "invalid_grant": "it knows the certificate and not what is asked with it: the integration may be another one than "
    "NETSUITE_CLIENT_ID, the user or the role of the certificate inactive or without «Log in using OAuth 2.0 Access "
    "Tokens», or this machine's clock wrong",
    "invalid_request": "the request is malformed: is NETSUITE_REST_URL the account's own host?",
    "invalid_scope": "the integration record lacks the scope REST Web Services",
    "unauthorized_client": "the integration record lacks Client Credentials (Machine To Machine) Grant, or is blocked",
}


class UnknownColumnError(RejectedError):
    """The account has no such column, as a feature is off or our role may not see it."""

    def __init__(self, detail: str, *, column: str) -> None:
        super().__init__(detail)
        self.column = column


class TokenRefusedError(ReauthoriseError):
    """NetSuite gives no token to our certificate; its word says what to look at."""

    def __init__(self, detail: str, *, word: str) -> None:
        super().__init__(detail)
        self.word = word


def rest_error(status: int, body: Any, *, location: str = "", retry_after: str = "") -> SourceError:
    """The error for an answer that is no page of rows."""
    complaint = _complaint(body)
    if complaint is None or location:
        return http_error(status, location=location, retry_after=retry_after)
    if complaint.code == _BUSY_CODE or status == _TOO_MANY:
        after = float(retry_after) if retry_after.isdecimal() and len(retry_after) < len("100000") else None
        return BusyError(str(complaint), after_seconds=after)
    return _refusal(status, complaint)


def _refusal(status: int, complaint: Complaint) -> SourceError:
    if status == _UNAUTHORIZED:
        return ReauthoriseError(str(complaint))
    if status == _FORBIDDEN or _hides_records(complaint):
        return NotPermittedError(str(complaint))
    if status == _NOT_THERE and complaint.code == _NO_RECORD:
        return GoneError(str(complaint))
    if column := _UNKNOWN_COLUMN.search(complaint.message):
        return UnknownColumnError(str(complaint), column=column[1].lower())
    known = complaint_error(complaint)
    return http_error(status) if status >= _SERVER_ERROR and type(known) is RejectedError else known


def token_error(status: int, body: Any, *, retry_after: str = "") -> SourceError:
    """The error for an answer that is no token: OAuth 2.0 says by one word what it does not like."""
    word = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(word, str) and status < _SERVER_ERROR and status != _TOO_MANY:
        return TokenRefusedError(f"OAuth 2.0 {word[:60]}: {_WORDS.get(word, _OTHER_WORD)}", word=word)
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
