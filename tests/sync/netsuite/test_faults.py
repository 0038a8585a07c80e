import pytest

from sync.connectors.netsuite.faults import (
    Complaint,
    GoneError,
    TimeLimitError,
    TooMuchError,
    complaint_error,
    http_error,
)
from sync.errors import (
    BusyError,
    ExpiredPositionError,
    NotPermittedError,
    ReauthoriseError,
    RejectedError,
    RetryError,
    SourceError,
)


class TestComplaintError:
    @pytest.mark.parametrize(
        ("fault", "code", "expected"),
        [
            ("ExceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", BusyError),
            ("ExceededRequestLimitFault", "WS_CONCUR_SESSION_DISALLWD", BusyError),
            ("", "SSS_REQUEST_LIMIT_EXCEEDED", BusyError),
            ("UnexpectedErrorFault", "UNEXPECTED_ERROR", RetryError),
            ("InvalidSessionFault", "SESSION_TIMED_OUT", RetryError),
            ("", "INVALID_JOB_ID", ExpiredPositionError),
            ("InvalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS", ReauthoriseError),
            ("InvalidCredentialsFault", "USER_ERROR", ReauthoriseError),
            ("InvalidAccountFault", "INVALID_ACCT", ReauthoriseError),
            ("InsufficientPermissionFault", "INSUFFICIENT_PERMISSION", NotPermittedError),
            ("", "INSUFFICIENT_PERMISSION", NotPermittedError),
            ("", "RCRD_DSNT_EXIST", GoneError),
            ("", "ABORT_SEARCH_EXCEEDED_MAX_TIME", TimeLimitError),
            ("RESTlet", "SSS_TIME_LIMIT_EXCEEDED", TimeLimitError),
            ("ExceededRecordCountFault", "MAX_RCRDS_EXCEEDED", TooMuchError),
            ("InvalidVersionFault", "UNSUPPORTED_WS_VERSION", RejectedError),
            ("", "WS_INVALID_SEARCH_OPERATN", RejectedError),
            ("Fault", "", RejectedError),
        ],
    )
    def test_is_named_by_what_to_do_next(self, fault: str, code: str, expected: type[SourceError]) -> None:
        assert type(complaint_error(Complaint(code=code, fault=fault))) is expected

    def test_says_what_netsuite_said_in_one_line(self) -> None:
        error = complaint_error(Complaint(code="USER_ERROR", message="Please\n enter a value", fault=""))
        assert error.detail == "USER_ERROR: Please enter a value"

    def test_cuts_a_message_without_end(self) -> None:
        assert len(complaint_error(Complaint(code="X", message="y" * 10_000)).detail) == 300


class TestHttpError:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (401, ReauthoriseError),
            (403, ReauthoriseError),
            (404, RejectedError),
            (429, BusyError),
            (500, RetryError),
            (503, RetryError),
        ],
    )
    def test_is_named_by_what_to_do_next(self, status: int, expected: type[SourceError]) -> None:
        assert type(http_error(status)) is expected

    def test_keeps_how_long_to_wait(self) -> None:
        busy, down = http_error(429, retry_after="7"), http_error(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
        assert isinstance(busy, BusyError)
        assert isinstance(down, RetryError)
        assert (busy.after_seconds, down.after_seconds) == (7.0, None)

    def test_names_where_a_redirect_leads(self) -> None:
        error = http_error(302, location="https://elsewhere.example/")
        assert isinstance(error, RejectedError)
        assert "elsewhere.example" in error.detail
