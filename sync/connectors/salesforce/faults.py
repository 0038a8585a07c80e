"""What Salesforce answers when it does not do what it was asked, turned into errors named by what to do next.

Refusals are a JSON list of {errorCode, message}; the status alone is all that a proxy or an error page tells. The codes
that are not listed here mean that the request itself was wrong.
"""

from collections.abc import Mapping
from typing import Any

from sync.errors import (
    BusyError,
    ExpiredPositionError,
    NotPermittedError,
    ReauthoriseError,
    RejectedError,
    RetryError,
    SourceError,
    UnreadableAnswerError,
    UsedUpError,
)

_DETAIL_CHARACTERS = 300
_OK = 200
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _TOO_LONG, _TOO_MANY, _SERVER_ERROR = 401, 403, 404, 414, 429, 500
_REDIRECT = range(300, 400)
# The limit of long requests at a time, not of requests a day.
_CONCURRENT = "concurrent"


class SessionEndedError(SourceError):
    """The session is over; a new login may go on. It stays within the client."""


class TooMuchError(RejectedError):
    """Salesforce gave up on a query that takes too long. Read a smaller span at a time."""


class VanishedFieldError(RejectedError):
    """A field that was asked for is there no more, or our user may not see it."""


class GoneError(RejectedError):
    """Salesforce does not have this record (any more)."""


class UndoneError(RetryError):
    """Somebody else was writing to the same rows, so Salesforce undid all of this write."""


_REAUTHORISE = frozenset(
    "INVALID_LOGIN INVALID_GRANT INVALID_CLIENT INVALID_CLIENT_ID INVALID_CLIENT_CREDENTIALS UNAUTHORIZED_CLIENT "
    "INVALID_ASSERTION_TYPE INACTIVE_USER INACTIVE_ORG PASSWORD_LOCKOUT LOGIN_MUST_USE_SECURITY_TOKEN ORG_LOCKED "
    "UNSUPPORTED_GRANT_TYPE INVALID_REQUEST INVALID_OPERATION UNSUPPORTED_API_VERSION INVALID_AUTH "
    "LOGIN_DURING_RESTRICTED_DOMAIN LOGIN_DURING_RESTRICTED_TIME".split()
)
_NOT_PERMITTED = frozenset(
    "API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY "
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY INVALID_TYPE "
    "INVALID_FIELD_FOR_INSERT_UPDATE FUNCTIONALITY_NOT_ENABLED FEATURENOTENABLED FORBIDDEN NO_ACCESS".split()
)
_RETRY = frozenset(
    "SERVER_UNAVAILABLE REQUEST_RUNNING_TOO_LONG UNKNOWN_EXCEPTION CONCURRENT_MODIFICATION "
    "LOGIN_RATE_EXCEEDED SERVER_ERROR TEMPORARILY_UNAVAILABLE".split()
)
_TOO_MUCH = frozenset("QUERY_TIMEOUT OPERATION_TOO_LARGE QUERY_TOO_COMPLICATED EXCEEDED_ID_LIMIT".split())
_EXPIRED = frozenset("INVALID_QUERY_LOCATOR INVALID_LOCATOR INVALID_REPLICATION_DATE".split())
_GONE = frozenset("ENTITY_IS_DELETED INVALID_CROSS_REFERENCE_KEY NOT_FOUND".split())
_BY_CODE: Mapping[str, type[SourceError]] = {
    **dict.fromkeys(_REAUTHORISE, ReauthoriseError),
    **dict.fromkeys(_NOT_PERMITTED, NotPermittedError),
    **dict.fromkeys(_RETRY, RetryError),
    **dict.fromkeys(_TOO_MUCH, TooMuchError),
    **dict.fromkeys(_EXPIRED, ExpiredPositionError),
    **dict.fromkeys(_GONE, GoneError),
    "INVALID_SESSION_ID": SessionEndedError,
    "INVALID_FIELD": VanishedFieldError,
    "UNABLE_TO_LOCK_ROW": UndoneError,
}
_BY_STATUS: Mapping[int, type[SourceError]] = {
    _UNAUTHORISED: SessionEndedError,
    _FORBIDDEN: NotPermittedError,
    _NOT_FOUND: GoneError,
    _TOO_MANY: BusyError,
}


def refusal(status: int, content: Any) -> SourceError:
    """The error for an answer of this HTTP status; `content` is its JSON, or the text of what is none."""
    first = next((each for each in content if isinstance(each, dict)), {}) if isinstance(content, list) else {}
    code = str(first.get("errorCode") or "")
    return code_error(code, str(first.get("message") or "")) if code else status_error(status)


def code_error(code: str, message: str) -> SourceError:
    """The error for one of Salesforce's own codes, whether of an answer or of one record among several."""
    detail = " ".join(f"{code}: {message}".split()).removesuffix(":")[:_DETAIL_CHARACTERS]
    if code == "REQUEST_LIMIT_EXCEEDED":
        return BusyError(detail) if _CONCURRENT in message.lower() else UsedUpError(detail)
    return _BY_CODE.get(code.upper(), RejectedError)(detail)


def status_error(status: int, location: str = "") -> SourceError:
    """The error for an answer that is none of Salesforce's: a proxy's page, a redirect, a server that is down."""
    detail = f"HTTP {status}"
    if status in _REDIRECT:
        where = f" sends us on to «{location[:100]}»" if location else " sends us on"
        return RejectedError(f"{detail}{where}; check SALESFORCE_DOMAIN and SALESFORCE_URL")
    if status == _TOO_LONG:
        return RejectedError(f"{detail}: too many fields; name those that are wanted in [salesforce] custom_fields")
    if status >= _SERVER_ERROR:
        return RetryError(detail)
    return _BY_STATUS.get(status, RejectedError)(detail)


def login_refusal(code: str | int | None, message: str) -> SourceError:
    """The error for a login that failed; what is neither a passing trouble nor a wrong address is about credentials."""
    if code == _OK:
        return UnreadableAnswerError("the answer to the login is none")
    if isinstance(code, int):
        error = status_error(code)
        return ReauthoriseError(error.detail) if isinstance(error, SessionEndedError | NotPermittedError) else error
    plain = (code or "").removeprefix("sf:")
    error = code_error(plain, message)
    return error if isinstance(error, RetryError | NotPermittedError) else ReauthoriseError(error.detail)
