"""Faults on demand: what the next requests run into, in the order in which they were queued.

A fault waits for a request of its operation (any, when none is named), lets `skip` of them pass, and then meets
`times` of them. Broken records stay broken until they are mended.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.netsuite.errors import SoapFaultError, request_blocked, session_expired


class FaultKind(StrEnum):
    SLOW = "slow"
    HANG = "hang"
    HTTP = "http"
    SOAP = "soap"
    SOAP_WITH_200 = "soap_with_200"
    DROP = "drop"
    TRUNCATE = "truncate"
    WRONG_CHARSET = "wrong_charset"
    HUGE = "huge"
    LOST_ANSWER = "lost_answer"
    AFTER_SUBMIT = "after_submit"


@dataclass(kw_only=True, slots=True)
class Fault:
    """One queued fault; which of the values matter is a question of its kind."""

    kind: FaultKind
    operation: str | None = None
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    status: int = 200
    mebibytes: int = 0
    soap_fault: SoapFaultError = field(default_factory=session_expired)


class Faults:
    """The queue. Every method takes `operation`, `skip` and `times` as said above."""

    def __init__(self) -> None:
        self._queue: deque[Fault] = deque()
        self._broken: set[int] = set()

    def slow(self, seconds: float, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """The answer comes after `seconds`; until then the request counts as running."""
        self._add(Fault(kind=FaultKind.SLOW, seconds=seconds, operation=operation, skip=skip, times=times))

    def hang(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """Headers are sent and nothing more, until the client gives up or the stand-in stops."""
        self._add(Fault(kind=FaultKind.HANG, operation=operation, skip=skip, times=times))

    def http(self, status: int, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """An HTML page with this HTTP status, as a proxy in front of the service would answer."""
        self._add(Fault(kind=FaultKind.HTTP, status=status, operation=operation, skip=skip, times=times))

    def soap(self, fault: SoapFaultError, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """This SOAP fault, with HTTP 500."""
        self._add(Fault(kind=FaultKind.SOAP, soap_fault=fault, operation=operation, skip=skip, times=times))

    def expired_session(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """InvalidSessionFault, SESSION_TIMED_OUT."""
        self.soap(session_expired(), operation=operation, skip=skip, times=times)

    def blocked(self, times: int = 1, *, operation: str | None = None, skip: int = 0) -> None:
        """ExceededConcurrentRequestLimitFault, WS_REQUEST_BLOCKED, for this many requests."""
        self.soap(request_blocked(), operation=operation, skip=skip, times=times)

    def fault_with_200(
        self, fault: SoapFaultError, *, operation: str | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """This SOAP fault, with HTTP 200."""
        self._add(Fault(kind=FaultKind.SOAP_WITH_200, soap_fault=fault, operation=operation, skip=skip, times=times))

    def drop(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """The connection is closed without an answer."""
        self._add(Fault(kind=FaultKind.DROP, operation=operation, skip=skip, times=times))

    def truncate(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """A well-formed HTTP answer whose XML stops in the middle."""
        self._add(Fault(kind=FaultKind.TRUNCATE, operation=operation, skip=skip, times=times))

    def wrong_charset(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """Windows-1252 bytes under a declaration of UTF-8, with at least one that UTF-8 does not have."""
        self._add(Fault(kind=FaultKind.WRONG_CHARSET, operation=operation, skip=skip, times=times))

    def huge(self, mebibytes: int, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """An answer with one text of this size in it."""
        self._add(Fault(kind=FaultKind.HUGE, mebibytes=mebibytes, operation=operation, skip=skip, times=times))

    def lost_answer(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """The operation is carried out, then the connection closes without an answer."""
        self._add(Fault(kind=FaultKind.LOST_ANSWER, operation=operation, skip=skip, times=times))

    def after_submit(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """What is written is saved; isSuccess is false, and afterSubmitFailed true."""
        self._add(Fault(kind=FaultKind.AFTER_SUBMIT, operation=operation, skip=skip, times=times))

    def break_record(self, internal_id: int) -> None:
        """From now on the record's amounts are NaN and its days nonsense, wherever it is answered."""
        self._broken.add(internal_id)

    def mend_record(self, internal_id: int) -> None:
        """The record is answered as it is again. Raises KeyError when it was not broken."""
        self._broken.remove(internal_id)

    def clear(self) -> None:
        """Forgets everything queued and mends all records."""
        self._queue.clear()
        self._broken.clear()

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

    def damaged(self, internal_id: int, record: str) -> str:
        """The record's text, spoiled when it is one of the broken ones."""
        return _spoiled(record) if internal_id in self._broken else record

    def _add(self, fault: Fault) -> None:
        self._queue.append(fault)


_AMOUNTS = re.compile(r"(<\w+:(?:total|amountRemaining|creditLimit|payment)>)[^<]*")
_DAYS = re.compile(r"(<\w+:(?:dueDate|tranDate|dateCreated)>)[^<]*")


def _spoiled(record: str) -> str:
    return _DAYS.sub(r"\g<1>31/02/soon", _AMOUNTS.sub(r"\g<1>NaN", record))
