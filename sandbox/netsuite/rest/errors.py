"""How a RESTlet and the REST services say no: by JSON, each in a form of its own."""

from typing import Any


class RestletError(Exception):
    """A RESTlet call is refused; what a script throws, and the account's limits too, is answered with 400."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message}}


def invalid_login() -> RestletError:
    return RestletError("INVALID_LOGIN_ATTEMPT", "Invalid login attempt.", 401)


def too_many_requests() -> RestletError:
    return RestletError("SSS_REQUEST_LIMIT_EXCEEDED", "The maximum number of concurrent requests is exceeded.")


class RestError(Exception):
    """A call of the REST services is refused, with the problem's details."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status

    @property
    def body(self) -> dict[str, Any]:
        return {
            "type": f"https://www.rfc-editor.org/rfc/rfc9110.html#status.{self.status}",
            "title": _TITLES[self.status],
            "status": self.status,
            "o:errorDetails": [{"detail": self.detail, "o:errorCode": self.code}],
        }


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
