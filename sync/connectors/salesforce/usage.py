"""How much of the organisation's daily allowance of API requests is left to us, as its answers tell."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from sync.errors import UsedUpError

# Once it is used up to our share, one request in so many seconds finds out whether there is room again.
_PROBE_SECONDS = 900.0
_USAGE = re.compile(r"(?:^|[;,\s])api-usage=(\d{1,12})/(\d{1,12})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """The requests that all programs together have sent in the last 24 hours, and how many they may."""

    used: int
    allowed: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where there is no limit."""
        return self.used / self.allowed if self.allowed else 0.0

    def __str__(self) -> str:
        return f"{self.used:,} of {self.allowed:,} API requests of the last 24 hours"


def usage_in(header: str) -> Usage | None:
    """The usage in a header Sforce-Limit-Info; None when it does not tell."""
    found = _USAGE.search(header)
    return Usage(used=int(found[1]), allowed=int(found[2])) if found else None


class Allowance:
    """What is known of the usage, shared by the worker threads. `share` is how far reading may go."""

    def __init__(self, share: float, unix_time: Callable[[], float]) -> None:
        self._share = share
        self._unix_time = unix_time
        self._asked_at = 0.0
        self._is_refused = False
        self._lock = Lock()
        self.usage: Usage | None = None

    def note(self, header: str) -> None:
        """What an answer tells."""
        found = usage_in(header)
        if found is not None:
            with self._lock:
                self.usage = found

    def answered(self, *, is_refused: bool) -> None:
        """Whether a request was refused for the limit, or not."""
        with self._lock:
            self._is_refused = is_refused

    def require_room(self) -> None:
        """Raises UsedUpError when our share is used up, but now and then lets a request find out."""
        with self._lock:
            now = self._unix_time()
            if self._has_room() or not 0 <= now - self._asked_at < _PROBE_SECONDS:
                self._asked_at = now
                return
            raise UsedUpError(f"{self.usage or 'all API requests'} are used; reading stops at {self._share:.0%}")

    def _has_room(self) -> bool:
        return not self._is_refused and (self.usage is None or self.usage.share < self._share)
