"""How long to wait before something that failed is tried again. Pure: the dice are an argument."""

from collections.abc import Callable

_FIRST_SECONDS = 2.0
_CAP_SECONDS = 15 * 60.0


def wait_seconds(attempt: int, *, asked: float | None, dice: Callable[[], float]) -> float:
    """Seconds to wait after the given attempt (1 is the first).

    Doubles from 2 s to 15 min, spread over the upper half by `dice` (0 to 1) so that many do not come back at once.
    What the other side asked for counts when it is longer, never beyond the cap.
    """
    doubled: float = min(_CAP_SECONDS, _FIRST_SECONDS * 2.0 ** min(attempt - 1, 16))
    spread = doubled * (0.5 + dice() / 2)
    wanted = asked if asked is not None and asked > 0 else 0.0
    return min(_CAP_SECONDS, max(spread, wanted))
