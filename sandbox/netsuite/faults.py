"""Faults on demand: what the next requests run into, in the order in which they were queued.

A fault waits for a request of its operation (any, when none is named), lets `skip` of them pass, and then meets
`times` of them. Broken records stay broken until they are mended.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sandbox.netsuite.damage import Damage, Wound
from sandbox.netsuite.errors import RefusalError, SoapFaultError, request_blocked, session_expired
from sandbox.netsuite.hostile import Prolog


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
    STALL = "stall"
    HOSTILE = "hostile"
    REFUSED = "refused"
    MEANWHILE = "meanwhile"


@dataclass(kw_only=True, slots=True)
class Fault:
    """One queued fault; which of the values matter is a question of its kind."""

    kind: FaultKind
    operation: str | None = None
    holding: bytes = b""
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    status: int = 200
    mebibytes: int = 0
    soap_fault: SoapFaultError = field(default_factory=session_expired)
    prolog: Prolog = field(default_factory=lambda: Prolog(doctype=""))
    refusal: RefusalError | None = None
    happen: Callable[[], object] = lambda: None


class Faults:
    """The queue. Every method takes `operation`, `skip` and `times` as said above."""

    def __init__(self) -> None:
        self.damage = Damage()
        self.schema_host: str | None = None
        self._queue: deque[Fault] = deque()
        self._share = 0
        self._toss = random.Random()  # noqa: S311 -- repeatable trouble, not a secret

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

    def blocked(self, times: int = 1, *, operation: str | None = None, skip: int = 0, holding: bytes = b"") -> None:
        """ExceededConcurrentRequestLimitFault, WS_REQUEST_BLOCKED, for this many requests with these bytes in them."""
        blocked = request_blocked()
        fault = Fault(kind=FaultKind.SOAP, soap_fault=blocked, operation=operation, skip=skip, times=times)
        self._add(replace(fault, holding=holding))

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

    def stall(self, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """The first half of the answer and nothing more, until the client gives up or the stand-in stops."""
        self._add(Fault(kind=FaultKind.STALL, operation=operation, skip=skip, times=times))

    def hostile(self, prolog: Prolog, *, operation: str | None = None, skip: int = 0, times: int = 1) -> None:
        """A right answer under this document type, with a reference to what it declares in its header."""
        self._add(Fault(kind=FaultKind.HOSTILE, prolog=prolog, operation=operation, skip=skip, times=times))

    def refused(
        self,
        code: str,
        message: str,
        *,
        operation: str | None = None,
        skip: int = 0,
        times: int = 1,
        holding: bytes = b"",
    ) -> None:
        """isSuccess=false with this code, as ABORT_SEARCH_EXCEEDED_MAX_TIME for a search that took too long.

        Only requests with these bytes in them are meant.
        """
        refusal = RefusalError(code, message)
        fault = Fault(kind=FaultKind.REFUSED, refusal=refusal, operation=operation, skip=skip, times=times)
        self._add(replace(fault, holding=holding))

    def meanwhile(
        self, happen: Callable[[], object], *, operation: str | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """This happens before the request is answered as it should be: a change between two pages of a search."""
        self._add(Fault(kind=FaultKind.MEANWHILE, happen=happen, operation=operation, skip=skip, times=times))

    def block_share(self, percent: int, *, seed: int = 1) -> None:
        """From now on WS_REQUEST_BLOCKED for so many of a hundred requests, by a repeatable chance."""
        self._share, self._toss = percent, random.Random(seed)  # noqa: S311 -- likewise

    def break_record(self, internal_id: int, *, amount: str | None = "NaN", day: str | None = "31/02/soon") -> None:
        """From now on these stand where the record's amounts and days should, wherever it is answered.

        None stands for xsi:nil, damage.KEEP for the right value.
        """
        self.damage.wound(internal_id, Wound(amount=amount, day=day))

    def mend_record(self, internal_id: int) -> None:
        """The record is answered as it is again. Raises KeyError when it was not broken."""
        self.damage.heal(internal_id)

    def lead_astray(self, host: str) -> None:
        """From now on the WSDL says that its schemas lie at this host."""
        self.schema_host = host

    def clear(self) -> None:
        """Forgets everything queued, lets every request pass, and mends all records and the WSDL."""
        self._queue.clear()
        self._share, self.schema_host = 0, None
        self.damage.clear()

    def take(self, operation: str, body: bytes = b"") -> Fault | None:
        """The fault that this request runs into, counted down; None when it passes."""
        meant = (queued for queued in self._queue if queued.operation in {None, operation} and queued.holding in body)
        fault = next(meant, None)
        if fault is None:
            return Fault(kind=FaultKind.SOAP, soap_fault=request_blocked()) if self._is_tossed() else None
        if fault.skip:
            fault.skip -= 1
            return None
        fault.times -= 1
        if not fault.times:
            self._queue.remove(fault)
        return fault

    def _is_tossed(self) -> bool:
        return self._toss.random() * 100 < self._share

    def _add(self, fault: Fault) -> None:
        self._queue.append(fault)
