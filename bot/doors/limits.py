"""How much one person may ask for: a bucket of requests for each, refilled with time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bot.access import SlackPerson

_SECONDS = 60.0
# Buckets that nobody draws from are full again, and a full one need not be kept.
_KEPT = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`wait_seconds` is 0 when the request may be served; `is_first` when the person has not been told yet."""

    wait_seconds: int = 0
    is_first: bool = False

    @property
    def allowed(self) -> bool:
        return self.wait_seconds == 0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    is_told: bool = False


class Limiter:
    """Lets everybody have `per_minute` requests at once, and as many more a minute, whatever the others do."""

    def __init__(self, *, per_minute: int, clock: Callable[[], datetime]) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: dict[SlackPerson, _Bucket] = {}

    def ask(self, person: SlackPerson) -> Verdict:
        """Whether one more request of this person may be served now; it is counted if so."""
        now = self._clock()
        if len(self._buckets) >= _KEPT:
            self._tidy(now)
        bucket = self._buckets.setdefault(person, _Bucket(left=self._per_minute, at=now))
        bucket.left, bucket.at = self._left(bucket, now), now
        if bucket.left >= 1:
            bucket.left -= 1
            bucket.is_told = False
            return Verdict()
        is_first, bucket.is_told = not bucket.is_told, True
        return Verdict(wait_seconds=max(1, ceil((1 - bucket.left) * _SECONDS / self._per_minute)), is_first=is_first)

    def _left(self, bucket: _Bucket, now: datetime) -> float:
        # A clock that was set back gives nothing and takes nothing.
        passed = max(0.0, (now - bucket.at).total_seconds())
        return min(float(self._per_minute), bucket.left + passed * self._per_minute / _SECONDS)

    def _tidy(self, now: datetime) -> None:
        full = [who for who, bucket in self._buckets.items() if self._left(bucket, now) >= self._per_minute]
        for who in full:
            del self._buckets[who]
