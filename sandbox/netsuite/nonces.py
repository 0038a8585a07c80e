"""Nonces: each serves once, and is remembered for as long as its timestamp would still pass."""

from datetime import datetime, timedelta

TIMESTAMP_TOLERANCE = timedelta(minutes=5)


class Nonces:
    """Those that were used."""

    def __init__(self) -> None:
        self._used: dict[str, datetime] = {}

    def take(self, nonce: str, timestamp: str, at: datetime) -> bool:
        """Uses the nonce; False when it was used before, or the Unix seconds are too far from now."""
        if abs(at - instant_of(timestamp, at)) > TIMESTAMP_TOLERANCE or nonce in self._used:
            return False
        self._used = {known: seen for known, seen in self._used.items() if at - seen <= 2 * TIMESTAMP_TOLERANCE}
        self._used[nonce] = at
        return True


def instant_of(timestamp: str, at: datetime) -> datetime:
    """The instant of Unix seconds; the beginning of time when they are none."""
    try:
        return datetime.fromtimestamp(int(timestamp), at.tzinfo)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=at.tzinfo)
