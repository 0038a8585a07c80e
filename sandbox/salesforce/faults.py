"""Faults on demand: what the next requests run into, in the order in which they were queued.

A fault waits for a request of its operation (any, when none is named; rest/routes.py names them), lets `skip` of them
pass, and then meets `times` of them.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.salesforce.errors import (
    ApiError,
    duplicates_detected,
    limit_exceeded,
    locked_row,
    query_timeout,
    session_expired,
)
from sandbox.salesforce.ids import known_id


class FaultKind(StrEnum):
    ERROR = "error"
    EXPIRED = "expired"
    HTML = "html"
    SLOW = "slow"
    HANG = "hang"
    DROP = "drop"
    TRUNCATE = "truncate"
    LOST_ANSWER = "lost_answer"
    MEANWHILE = "meanwhile"


@dataclass(kw_only=True, slots=True)
class Fault:
    """One queued fault; which of the values matter is a question of its kind."""

    kind: FaultKind
    operation: str | None = None
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    status: int = 200
    error: ApiError | None = None
    happen: Callable[[], object] = lambda: None


class Faults:
    """The queue. Every method takes `operation`, `skip` and `times` as said above."""

    def __init__(self) -> None:
        self._queue: deque[Fault] = deque()
        self._refused: dict[str, tuple[ApiError, int]] = {}
        self._locked_share = 0
        self._written = 0
        self._duplicates: dict[str, int] = {}

    def error(self, error: ApiError, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """This error, and nothing is done."""
        self._add(Fault(kind=FaultKind.ERROR, error=error, operation=operation, skip=skip, times=times))

    def expired_session(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """All sessions end at this moment: INVALID_SESSION_ID until somebody logs in anew."""
        fault = Fault(kind=FaultKind.EXPIRED, error=session_expired(), operation=operation, skip=skip, times=times)
        self._add(fault)

    def limit_reached(
        self, times: int = 1, *, which: str = "TotalRequests", operation: str | None = None, skip: int = 0
    ) -> None:
        """REQUEST_LIMIT_EXCEEDED, with 403; `which` may be ConcurrentRequests as well."""
        self.error(limit_exceeded(which), operation=operation, skip=skip, times=times)

    def query_timeout(self, *, operation: str | None = "query", skip: int = 0, times: int = 1) -> None:
        """QUERY_TIMEOUT, with 400."""
        self.error(query_timeout(), operation=operation, skip=skip, times=times)

    def html(self, status: int, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """A page for human eyes with this HTTP status, as a proxy or a maintenance window answers."""
        self._add(Fault(kind=FaultKind.HTML, status=status, operation=operation, skip=skip, times=times))

    def slow(self, seconds: float, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """The answer comes after `seconds`."""
        self._add(Fault(kind=FaultKind.SLOW, seconds=seconds, operation=operation, skip=skip, times=times))

    def hang(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """Headers are sent and nothing more, until the client gives up or the stand-in stops."""
        self._add(Fault(kind=FaultKind.HANG, operation=operation, skip=skip, times=times))

    def drop(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """Nothing is done, and the connection closes without an answer."""
        self._add(Fault(kind=FaultKind.DROP, operation=operation, skip=skip, times=times))

    def truncate(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """A well-formed HTTP answer whose document stops in the middle."""
        self._add(Fault(kind=FaultKind.TRUNCATE, operation=operation, skip=skip, times=times))

    def lost_answer(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """What was asked for is done, then the connection closes without an answer."""
        self._add(Fault(kind=FaultKind.LOST_ANSWER, operation=operation, skip=skip, times=times))

    def meanwhile(
        self, happen: Callable[[], object], *, operation: str | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """This happens before the request is answered as it should be: a change between two pages."""
        self._add(Fault(kind=FaultKind.MEANWHILE, happen=happen, operation=operation, skip=skip, times=times))

    def lock_rows(self, record_ids: Iterable[str], *, times: int = 1) -> None:
        """UNABLE_TO_LOCK_ROW for the next `times` writes of each of these records, alone or among others."""
        self.refuse_rows(record_ids, locked_row(), times=times)

    def refuse_rows(self, record_ids: Iterable[str], error: ApiError, *, times: int = 1) -> None:
        """This error for the next `times` writes of each of these records, as a validation rule or a trigger gives."""
        for record_id in record_ids:
            self._refused[known_id(record_id) or record_id] = error, times

    def lock_every(self, nth: int) -> None:
        """From now on UNABLE_TO_LOCK_ROW for every nth record that is written; 0 ends it."""
        self._locked_share, self._written = nth, 0

    def duplicates(self, object_name: str, *, times: int = 1) -> None:
        """A duplicate rule meets the next `times` new records of the object, unless they may be saved all the same."""
        self._duplicates[object_name] = times

    def clear(self) -> None:
        """Forgets everything queued."""
        self._queue.clear()
        self._refused.clear()
        self._duplicates.clear()
        self._locked_share = 0

    def take(self, operation: str) -> Fault | None:
        """The fault that this request runs into, counted down; None when it passes."""
        fault = next((queued for queued in self._queue if queued.operation in {None, operation}), None)
        if fault is None:
            return None
        if fault.skip:
            fault.skip -= 1
            return None
        fault.times -= 1
        if not fault.times:
            self._queue.remove(fault)
        return fault

    def check_write(self, record_id: str) -> None:
        """Raises ApiError when the row is not to be written just now."""
        self._written += 1
        if self._locked_share and self._written % self._locked_share == 0:
            raise locked_row(record_id)
        error, left = self._refused.pop(record_id, (None, 0))
        if error and left > 1:
            self._refused[record_id] = error, left - 1
        if error:
            raise error

    def check_new(self, object_name: str, *, may_save: bool) -> None:
        """Raises ApiError when a duplicate rule objects to the record."""
        left = self._duplicates.get(object_name, 0)
        if not left or may_save:
            return
        self._duplicates[object_name] = left - 1
        raise duplicates_detected()

    def _add(self, fault: Fault) -> None:
        self._queue.append(fault)
