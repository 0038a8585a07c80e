"""The two ways in which the service says no: a fault refuses the request, a status refuses the operation."""


class SoapFaultError(Exception):
    """The whole request is refused: HTTP 500 with a SOAP fault, `name` being the element in its detail."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


class RefusalError(Exception):
    """The operation is refused: HTTP 200 with isSuccess=false and one statusDetail of type ERROR."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid_login(message: str = "Invalid login attempt.") -> SoapFaultError:
    return SoapFaultError("InvalidCredentialsFault", "USER_ERROR", message)


def session_expired() -> SoapFaultError:
    return SoapFaultError(
        "InvalidSessionFault", "SESSION_TIMED_OUT", "Your connection has timed out. Please log in again."
    )


def request_blocked() -> SoapFaultError:
    message = "SuiteTalk concurrent request limit exceeded. Request blocked."
    return SoapFaultError("ExceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", message)


def wrong_version(message: str) -> SoapFaultError:
    return SoapFaultError("InvalidVersionFault", "INVALID_WS_VERSION", message)


def unexpected(message: str) -> SoapFaultError:
    return SoapFaultError("UnexpectedErrorFault", "UNEXPECTED_ERROR", message)
