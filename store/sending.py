"""What may come of sending a delivery, and what follows from it: the retry policy. Pure.

Nothing is sent again while it may have arrived: it is looked up first, and where that is impossible a person says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from store.deliveries import Delivery, DeliveryState

# About a day with waits that double up to a quarter of an hour.
MAX_ATTEMPTS = 100
LONGEST_WAIT = timedelta(minutes=15)
# So long a receiver may take to show what it has stored.
SETTLING = timedelta(seconds=5)
ANSWER_AWAITED = timedelta(hours=24)
FINAL = frozenset({DeliveryState.SENT, DeliveryState.REJECTED, DeliveryState.DEAD, DeliveryState.DROPPED})
UNDELIVERED = tuple(state for state in DeliveryState if state not in FINAL)

# Seconds to wait after so many attempts, at least what the receiver asked for, up to LONGEST_WAIT.
Backoff = Callable[[int, float | None], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """It is there, under this id of the receiver's."""

    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """It is not there, and another try changes nothing. `reason` starts with the receiver's own code."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """It is not there (or, of a look-up, nobody could say), and another try may succeed."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InDoubt:
    """It was sent and no answer came."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Absent:
    """It was looked for and is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Untraceable:
    """It cannot be looked up: only a person can say whether it arrived."""


Outcome = Arrived | Refused | Later | InDoubt
Trace = Arrived | Absent | Later | Untraceable


class Sender(Protocol):
    """Brings deliveries to one kind of receiver. Neither method raises but for errors of ours."""

    @property
    def spacing(self) -> timedelta:
        """How long a lane rests between the starts of two deliveries, taken over a few of them."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Send it once."""

    async def find(self, delivery: Delivery) -> Trace:
        """Look for it, by its id, where it was sent."""


def after_sending(delivery: Delivery, outcome: Outcome, now: datetime, backoff: Backoff) -> Delivery:
    """The delivery once an attempt has come to this. `attempts` counts that attempt already."""
    if isinstance(outcome, Arrived):
        return _ended(delivery, DeliveryState.SENT, now, external_id=outcome.external_id)
    if isinstance(outcome, Refused):
        return _ended(delivery, DeliveryState.REJECTED, now, reason=outcome.reason)
    if isinstance(outcome, InDoubt):
        unknown = replace(delivery, state=DeliveryState.UNKNOWN, in_doubt=True, updated_at=now, reason=outcome.reason)
        return replace(unknown, not_before=now + SETTLING)
    return _later(replace(delivery, state=DeliveryState.QUEUED, in_doubt=False), outcome, now, backoff)


def after_finding(delivery: Delivery, trace: Trace, now: datetime, backoff: Backoff) -> Delivery:
    """The delivery in doubt once it was looked for."""
    if isinstance(trace, Arrived):
        return _ended(delivery, DeliveryState.SENT, now, external_id=trace.external_id)
    if isinstance(trace, Later):
        counted = replace(delivery, attempts=delivery.attempts + 1, state=DeliveryState.UNKNOWN)
        return _later(counted, trace, now, backoff)
    if isinstance(trace, Untraceable):
        if not delivery.author:
            return _given_up(delivery, "it may have arrived, and there is nobody to ask", now)
        asking = replace(delivery, state=DeliveryState.UNKNOWN, updated_at=now, asked_at=now)
        return replace(asking, not_before=now + ANSWER_AWAITED)
    wait = timedelta(seconds=backoff(delivery.attempts, None))
    queued = replace(delivery, state=DeliveryState.QUEUED, in_doubt=False, updated_at=now, not_before=now + wait)
    return _given_up(queued, "it never arrived", now) if delivery.attempts >= MAX_ATTEMPTS else queued


def after_silence(delivery: Delivery, now: datetime) -> Delivery:
    """The delivery that nobody said anything about: it is sent no more, and what waits behind it goes on."""
    return _given_up(delivery, "it may have arrived, and nobody said whether it has", now)


def held_back(delivery: Delivery, age: timedelta, now: datetime) -> Delivery:
    """The delivery that waited too long for being news: a person has to say that it may still go out."""
    hours = int(age.total_seconds() // 3600)
    return _given_up(delivery, f"too_old: it waited {hours} hours, or comes from a restored backup", now)


def waiting_since(delivery: Delivery) -> datetime:
    """From when on it could have been sent. Once tried, it is `not_before` of the next try and says nothing of that."""
    planned = delivery.not_before if delivery.attempts == 0 else None
    return max(filter(None, (delivery.created_at, planned, delivery.decided_at)))


def _later(delivery: Delivery, later: Later, now: datetime, backoff: Backoff) -> Delivery:
    asks_too_much = (later.after_seconds or 0) > LONGEST_WAIT.total_seconds() and _has_waited_longest(delivery)
    if delivery.attempts >= MAX_ATTEMPTS or asks_too_much:
        return _given_up(delivery, later.reason, now)
    wait = timedelta(seconds=backoff(delivery.attempts, later.after_seconds))
    return replace(delivery, updated_at=now, not_before=now + wait, reason=later.reason)


def _has_waited_longest(delivery: Delivery) -> bool:
    """Whether the wait before this attempt was as long as one may be."""
    if delivery.not_before is None or delivery.updated_at is None:
        return False
    return delivery.not_before - delivery.updated_at >= LONGEST_WAIT


def _given_up(delivery: Delivery, reason: str, now: datetime) -> Delivery:
    return replace(delivery, state=DeliveryState.DEAD, updated_at=now, not_before=None, asked_at=None, reason=reason)


def _ended(
    delivery: Delivery, state: DeliveryState, now: datetime, *, reason: str = "", external_id: str = ""
) -> Delivery:
    known = replace(delivery, state=state, updated_at=now, in_doubt=False, not_before=None, asked_at=None)
    return replace(known, reason=reason, external_id=external_id)
