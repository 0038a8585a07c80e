"""Faults on demand: what the next calls of a Web API method, or of a response URL, run into."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

RESPONSE_URL = "response_url"  # the name under which posts to response URLs are looked up
UPLOAD_URL = "upload_url"  # likewise the bytes of a file
EVERY_METHOD = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One trouble, for `times` calls of `method` (or `EVERY_METHOD`) whose arguments contain `only`.

    `status` (with `retry_after` as its header and `body`) or `error` (a Slack code) answer instead of the method, which
    then does nothing. `stalls_seconds` holds the answer back after the method has done its work, and `resets` cuts the
    connection instead of answering: both leave the caller in doubt. `resets_before` cuts it before any work.
    """

    method: str
    times: int = 1
    only: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    retry_after: str | None = None
    body: str = ""
    error: str | None = None
    stalls_seconds: float = 0.0
    resets: bool = False
    resets_before: bool = False


class Faults:
    """A queue; the first fault that fits a call is used, and removed when its times are over."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._queue.append(fault)

    def rate_limit(self, method: str, retry_after: str | None = "1", *, times: int = 1, **only: str) -> None:
        """429, with `Retry-After` as given (any text; None leaves it out)."""
        body = '{"ok":false,"error":"ratelimited"}'
        self.add(Fault(method=method, times=times, only=only, status=429, retry_after=retry_after, body=body))

    def fail(self, method: str, status: int = 500, *, times: int = 1) -> None:
        self.add(Fault(method=method, times=times, status=status, body="<html>Server Error</html>"))

    def refuse(self, method: str, error: str, *, times: int = 1, **only: str) -> None:
        self.add(Fault(method=method, times=times, only=only, error=error))

    def stall(self, method: str, seconds: float, *, times: int = 1) -> None:
        self.add(Fault(method=method, times=times, stalls_seconds=seconds))

    def reset(self, method: str, *, times: int = 1, before: bool = False) -> None:
        self.add(Fault(method=method, times=times, resets=not before, resets_before=before))

    def clear(self) -> None:
        self._queue.clear()

    def take(self, method: str, arguments: Mapping[str, Any]) -> Fault | None:
        for position, fault in enumerate(self._queue):
            if _fits(fault, method, arguments):
                self._use(position, fault)
                return fault
        return None

    def _use(self, position: int, fault: Fault) -> None:
        if fault.times > 1:
            self._queue[position] = replace(fault, times=fault.times - 1)
        else:
            del self._queue[position]


def _fits(fault: Fault, method: str, arguments: Mapping[str, Any]) -> bool:
    if fault.method not in (method, EVERY_METHOD):
        return False
    return all(str(arguments.get(name)) == value for name, value in fault.only.items())
