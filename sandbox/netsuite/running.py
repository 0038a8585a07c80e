"""How many requests run at once, of every kind together: the service counts all clients of an account as one."""

from collections.abc import Iterator
from contextlib import contextmanager


class Running:
    """`peak` is the most that ran at once since the start."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.peak = 0
        self._count = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether more run now than the account allows."""
        return self._count > self.limit

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Counts what runs inside."""
        self._count += 1
        self.peak = max(self.peak, self._count)
        try:
            yield
        finally:
            self._count -= 1
