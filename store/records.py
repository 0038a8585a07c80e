"""What every record that came from outside carries: its identity and where and when it came from."""

from datetime import UTC, datetime
from typing import NewType

RecordId = NewType("RecordId", str)


def record_id(origin: str, kind: str, source_id: str) -> RecordId:
    """The store's id of a record: fixed by the system it came from, so that a reference can precede its record.

    An invoice may arrive before its customer; it points at the id that the customer will have, and the reference
    is whole the moment the customer lands.
    """
    return RecordId(f"{origin}:{kind}:{source_id}")


def aware_utc(value: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: its zone would be a guess."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place in the store")
    return value.astimezone(UTC)
