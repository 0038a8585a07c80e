"""Faults on demand: what the next mails run into at a stage of their sending, first queued, first met."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a mail can be refused."""

    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


@dataclass(kw_only=True, slots=True)
class MailFault:
    """`reply` is the line of the refusal; without one the connection is lost, after the mail was taken or before."""

    stage: Stage
    reply: str | None
    address: str | None = None
    times: int = 1
    is_taken: bool = False
    seconds: float = 0.0


class MailFaults:
    """The queue."""

    def __init__(self) -> None:
        self._queue: deque[MailFault] = deque()

    def refuse(
        self, stage: Stage, reply: str = "550 5.1.1 No such user here", *, address: str | None = None, times: int = 1
    ) -> None:
        """This reply at this stage; a code of 4xx says to come again. `address` names the one that it is for."""
        self._queue.append(MailFault(stage=stage, reply=reply, address=address, times=times))

    def lose_connection(self, stage: Stage = Stage.DATA, *, is_taken: bool = True, times: int = 1) -> None:
        """The connection is lost without a reply; after DATA the mail was taken all the same, if `is_taken`."""
        self._queue.append(MailFault(stage=stage, reply=None, is_taken=is_taken, times=times))

    def slow(self, seconds: float, *, times: int = 1) -> None:
        """The reply to DATA comes after `seconds`."""
        self._queue.append(MailFault(stage=Stage.DATA, reply="", is_taken=True, seconds=seconds, times=times))

    def clear(self) -> None:
        self._queue.clear()

    def take(self, stage: Stage, address: str | None = None) -> MailFault | None:
        """The fault that is met here, counted down; None when there is none."""
        fault = next((one for one in self._queue if one.stage is stage and one.address in {None, address}), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times == 0:
            self._queue.remove(fault)
        return fault
