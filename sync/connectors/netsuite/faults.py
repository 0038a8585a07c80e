"""What SuiteTalk answers when it does not do what it was asked, turned into errors named by what to do next.

The real code of a fault sits in its detail: faultcode is always the same. Codes and their meaning are those of
FaultCodeType and StatusDetailCodeType; the ones not listed here mean that the request itself was wrong.
"""

from dataclasses import dataclass

from sync.errors import (
    BusyError,
    ExpiredPositionError,
    NotPermittedError,
    ReauthoriseError,
    RejectedError,
    RetryError,
    SourceError,
)

_DETAIL_CHARACTERS = 300
_HTTP_TOO_MANY = 429
_HTTP_SERVER_ERROR = 500


class TooMuchError(RejectedError):
    """NetSuite gave up on a search that takes too long. Read a smaller span at a time: lower [netsuite] page_size."""


class TimeLimitError(TooMuchError):
    """NetSuite gave up on a request that took too long; what it was to write may have been stored."""


class DuplicateError(RejectedError):
    """NetSuite has a record of this external id, or of this name, already."""


class GoneError(RejectedError):
    """NetSuite does not have this record (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """What one answer complains of. `fault` is the fault element's name, empty for a status with isSuccess=false."""

    code: str
    message: str = ""
    fault: str = ""

    def __str__(self) -> str:
        words = " ".join(f"{self.fault} {self.code}: {self.message}".split())
        return words.removesuffix(":")[:_DETAIL_CHARACTERS]


_BUSY = frozenset(
    "WS_REQUEST_BLOCKED WS_CONCUR_SESSION_DISALLWD CONCUR_SEARCH_DISALLWD SSS_REQUEST_LIMIT_EXCEEDED".split()
)
_RETRY = frozenset("UNEXPECTED_ERROR SESSION_TIMED_OUT ACCT_TEMP_UNAVAILABLE JOB_NOT_COMPLETE".split())
_EXPIRED = frozenset("INVALID_JOB_ID INVALID_PAGE_INDEX INVALID_SEARCH_PAGE_INDEX INVALID_SEARCH_MORE".split())
_REAUTHORISE = frozenset(
    "INVALID_LOGIN_CREDENTIALS INVALID_LOGIN INVALID_LOGIN_ATTEMPT LOGIN_DISABLED INVALID_ACCT INVALID_ROLE "
    "ROLE_REQUIRED WS_LOG_IN_REQD EMAIL_ADDRS_REQD PSWD_REQD".split(),
)
_NOT_PERMITTED = frozenset(
    "INSUFFICIENT_PERMISSION WS_PERMISSION_REQD OI_PERMISSION_REQD WS_FEATURE_REQD OI_FEATURE_REQD "
    "RCRD_ACCESS_DISALLWD".split(),
)
_TIME_LIMIT = frozenset(
    "ABORT_SEARCH_EXCEEDED_MAX_TIME EXCEEDED_MAX_TIME SEARCH_TIMED_OUT SSS_TIME_LIMIT_EXCEEDED".split()
)
_GONE = frozenset("RCRD_DSNT_EXIST RCRD_NOT_FOUND RCRD_PREVSLY_DELETED".split())

_BY_CODE: dict[str, type[SourceError]] = {
    **dict.fromkeys(_BUSY, BusyError),
    **dict.fromkeys(_RETRY, RetryError),
    **dict.fromkeys(_EXPIRED, ExpiredPositionError),
    **dict.fromkeys(_REAUTHORISE, ReauthoriseError),
    **dict.fromkeys(_NOT_PERMITTED, NotPermittedError),
    **dict.fromkeys(_TIME_LIMIT, TimeLimitError),
    "MAX_RCRDS_EXCEEDED": TooMuchError,
    "DUP_RCRD": DuplicateError,
    **dict.fromkeys(_GONE, GoneError),
}
# A fault's name decides when its code is a general one: InvalidCredentialsFault comes with USER_ERROR, too.
_BY_FAULT: dict[str, type[SourceError]] = {
    "ExceededConcurrentRequestLimitFault": BusyError,
    "ExceededRequestLimitFault": BusyError,
    "ExceededRecordCountFault": TooMuchError,
    "InsufficientPermissionFault": NotPermittedError,
    "InvalidAccountFault": ReauthoriseError,
    "InvalidCredentialsFault": ReauthoriseError,
    "InvalidSessionFault": RetryError,
    "UnexpectedErrorFault": RetryError,
}
_BY_HTTP_STATUS: dict[int, type[SourceError]] = {
    401: ReauthoriseError,
    403: ReauthoriseError,
    _HTTP_TOO_MANY: BusyError,
}


def complaint_error(complaint: Complaint) -> SourceError:
    """The error for what an answer complains of."""
    kind = _BY_CODE.get(complaint.code) or _BY_FAULT.get(complaint.fault) or RejectedError
    return kind(str(complaint))


def http_error(status: int, *, location: str = "", retry_after: str = "") -> SourceError:
    """The error for an answer that is no SOAP: a proxy's page, a redirect, a server that is down."""
    detail = f"HTTP {status}"
    if location:
        return RejectedError(
            f"{detail} sends us on to «{location[:100]}»; check NETSUITE_ACCOUNT_ID and NETSUITE_SOAP_URL"
        )
    after = float(retry_after) if retry_after.isdecimal() and len(retry_after) < len("100000") else None
    if status == _HTTP_TOO_MANY:
        return BusyError(detail, after_seconds=after)
    if status >= _HTTP_SERVER_ERROR:
        return RetryError(detail, after_seconds=after)
    return _BY_HTTP_STATUS.get(status, RejectedError)(detail)
