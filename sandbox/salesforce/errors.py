"""How the service says no: a JSON list of one error with its code, under an HTTP status."""

from typing import Any


class ApiError(Exception):
    """A request is refused; `fields` are those that the refusal is about."""

    def __init__(self, code: str, message: str, status: int = 400, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields

    @property
    def body(self) -> list[dict[str, Any]]:
        """What a single request is answered with."""
        found: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return [found | {"fields": list(self.fields)} if self.fields else found]

    @property
    def in_collection(self) -> dict[str, Any]:
        """What stands for one record among several."""
        error = {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}
        return {"success": False, "errors": [error]}


def session_expired() -> ApiError:
    return ApiError("INVALID_SESSION_ID", "Session expired or invalid", 401)


def not_found() -> ApiError:
    return ApiError("NOT_FOUND", "The requested resource does not exist", 404)


def deleted_entity() -> ApiError:
    return ApiError("ENTITY_IS_DELETED", "entity is deleted", 404)


def limit_exceeded(which: str = "TotalRequests") -> ApiError:
    return ApiError("REQUEST_LIMIT_EXCEEDED", f"{which} Limit exceeded.", 403)


def locked_row(record_id: str = "") -> ApiError:
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return ApiError("UNABLE_TO_LOCK_ROW", message)


def query_timeout() -> ApiError:
    return ApiError("QUERY_TIMEOUT", "Your query request was running for too long.")


def duplicates_detected() -> ApiError:
    return ApiError("DUPLICATES_DETECTED", "Use one of these records?")


def no_access(record_id: str) -> ApiError:
    return ApiError("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object id: {record_id}", 403)


def malformed_id(text: str, field: str = "Id") -> ApiError:
    return ApiError("MALFORMED_ID", f"{field}: id value of incorrect type: {text}", 400, (field,))


def json_parser_error(message: str) -> ApiError:
    return ApiError("JSON_PARSER_ERROR", message)


def server_error() -> ApiError:
    return ApiError("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 1", 500)
