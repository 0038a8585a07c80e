"""How long one request is tried: a number of failures, and apart from these a number of «busy» answers."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import stamina

from sync.errors import BusyError, RetryError, UsedUpError

_T = TypeVar("_T")

_MAX_SECONDS = 120.0


class Pauses(Protocol):
    """What a connector's settings say of trying again; the waits are seconds, and grow from the first to the last."""

    @property
    def retry_attempts(self) -> int: ...
    @property
    def busy_attempts(self) -> int: ...
    @property
    def retry_wait_seconds(self) -> float: ...
    @property
    def retry_wait_max_seconds(self) -> float: ...


async def patiently(settings: Pauses, ask: Callable[[], Awaitable[_T]]) -> _T:
    """What `ask` brings, which is called again with growing pauses while that may help. Raises SourceError."""
    async for attempt in stamina.retry_context(
        on=_Patience(attempts=settings.retry_attempts),
        attempts=settings.retry_attempts + settings.busy_attempts,
        timeout=None,
        wait_initial=settings.retry_wait_seconds,
        wait_max=settings.retry_wait_max_seconds,
        wait_jitter=settings.retry_wait_seconds,
    ):
        with attempt:
            return await ask()
    raise AssertionError("the last attempt either returned or raised")


class _Patience:
    """Whether an error is worth another try, and after how many seconds when the account said so.

    Being busy is the account's normal state at some hours: it is waited out for longer than a failure is.
    """

    def __init__(self, *, attempts: int) -> None:
        self._left = attempts

    def __call__(self, error: Exception) -> bool | float:
        if not isinstance(error, RetryError) or isinstance(error, UsedUpError):
            return False
        if not isinstance(error, BusyError):
            self._left -= 1
        if self._left <= 0:
            return False
        if error.after_seconds is not None:
            return min(error.after_seconds, _MAX_SECONDS)
        return True
