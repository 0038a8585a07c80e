"""The time of day, which everything else is handed."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The one place where the product reads the clock."""
    return datetime.now(UTC)
