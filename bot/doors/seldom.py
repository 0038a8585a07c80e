"""Log lines about trouble that lasts: one in ten seconds, with how many were left out."""

import logging
import time
from collections.abc import Callable

_SECONDS = 10.0


class Seldom:
    """Writes to `log` at most once in `seconds`; what comes in between is counted and told with the next line."""

    def __init__(
        self, log: logging.Logger, *, seconds: float = _SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log, self._seconds, self._clock = log, seconds, clock
        self._next_at: float | None = None
        self._left_out = 0

    def warning(self, text: str, *args: object) -> None:
        """See `logging.Logger.warning`."""
        now = self._clock()
        if self._next_at is not None and now < self._next_at:
            self._left_out += 1
            return
        more = f" (and {self._left_out} more lines like this)" if self._left_out else ""
        self._next_at, self._left_out = now + self._seconds, 0
        self._log.warning(f"{text}%s", *args, more)
