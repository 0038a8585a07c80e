"""How many requests the org has answered within a day of those that it may, as every answer tells."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.salesforce.errors import limit_exceeded

HEADER = "Sforce-Limit-Info"
DAILY = 100_000
_DAY, _STEP = timedelta(days=1), timedelta(minutes=1)


class Usage:
    """The requests of the last 24 hours. `limit` may be set, and so may `used`, as if they had been sent just now.

    A request beyond the limit is refused until enough of the others are a day old.
    """

    def __init__(self, now: Callable[[], datetime], limit: int = DAILY) -> None:
        self.limit = limit
        self._now = now
        self._counts: deque[tuple[datetime, int]] = deque()

    @property
    def used(self) -> int:
        while self._counts and self._now() - self._counts[0][0] >= _DAY:
            self._counts.popleft()
        return sum(count for _, count in self._counts)

    @used.setter
    def used(self, count: int) -> None:
        self._counts = deque([(self._now(), count)])

    @property
    def header(self) -> dict[str, str]:
        return {HEADER: f"api-usage={self.used}/{self.limit}"}

    def count(self) -> None:
        """One more request. Raises ApiError, REQUEST_LIMIT_EXCEEDED, when there are no more."""
        if self.used >= self.limit:
            raise limit_exceeded()
        at = self._now()
        since, count = self._counts[-1] if self._counts else (at, 0)
        if count and at - since < _STEP:
            self._counts[-1] = since, count + 1
        else:
            self._counts.append((at, 1))

    def limits(self) -> dict[str, dict[str, int]]:
        """What the limits resource says."""
        left = max(0, self.limit - self.used)
        return {
            "DailyApiRequests": {"Max": self.limit, "Remaining": left},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            "DataStorageMB": {"Max": 1_024, "Remaining": 871},
        }
