"""How long to wait before the next try: longer each time, scattered, and never less than we were asked to."""

import random

_FACTOR = 2.0
_MAX_DOUBLINGS = 20
_MAX_ASKED_SECONDS = 900.0


class Backoff:
    """Counts failures. Waits lie a fifth around `first`, `first` times two, …, `longest`, all in seconds."""

    def __init__(self, *, first: float, longest: float, dice: random.Random | None = None) -> None:
        self._first, self._longest = first, longest
        self._dice = dice or random.SystemRandom()
        self._failures = 0
        self._asked = 0.0

    def failed(self, *, asked_seconds: float = 0.0) -> None:
        """One more try was in vain; the other side may have asked to be left alone for so long."""
        self._failures += 1
        self._asked = min(asked_seconds, _MAX_ASKED_SECONDS)

    def worked(self) -> None:
        """The next try need not wait."""
        self._failures, self._asked = 0, 0.0

    def wait_seconds(self) -> float:
        """How long to wait now; 0 when nothing has failed."""
        if not self._failures:
            return 0.0
        grown = self._first * _FACTOR ** min(self._failures - 1, _MAX_DOUBLINGS)
        return max(min(grown, self._longest) * self._dice.uniform(0.8, 1.2), self._asked)
