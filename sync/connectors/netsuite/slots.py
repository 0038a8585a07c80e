"""How many requests may be under way at once: an account-wide limit that yields when NetSuite says it is busy."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

# After so many answers in a row without «busy» one more request at a time is tried again.
_CALM_ANSWERS = 10


class Slots:
    """A limit shared by the worker threads; it halves on `busy` down to one and grows back with `calm` answers."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.allowed = limit
        self._active = 0
        self._calm = 0
        self._change = Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a free slot and hold it for the length of the block."""
        with self._change:
            self._change.wait_for(lambda: self._active < self.allowed)
            self._active += 1
        try:
            yield
        finally:
            with self._change:
                self._active -= 1
                self._change.notify_all()

    def keep_to(self, limit: int) -> None:
        """From now on use at most so many, however many were wished for."""
        with self._change:
            self.limit = min(self.limit, limit)
            self.allowed = min(self.allowed, self.limit)

    def busy(self) -> None:
        """NetSuite refused a request because too many run at once."""
        with self._change:
            self.allowed = max(1, self.allowed // 2)
            self._calm = 0

    def calm(self) -> None:
        """NetSuite answered a request."""
        with self._change:
            self._calm += 1
            if self._calm >= _CALM_ANSWERS and self.allowed < self.limit:
                self.allowed += 1
                self._calm = 0
                self._change.notify_all()
