"""What every record that came from outside carries: its identity and where and when it came from."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

RecordId = NewType("RecordId", str)
# The origin of what was made here.
OWN = "tesorio"
# The key of what is sent to other systems, which take it as a part of their external id.
OWN_KEY = re.compile(r"[a-z0-9_-]{1,60}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """A record of a system outside: which one, and when that changed it, when we saw and when we last asked for it.

    `deleted_at` makes it a tombstone: the source has it no more. `refreshed_at` is when a person last had it, with what
    its card shows, read anew; a sync leaves it alone.
    """

    id: RecordId
    origin: str
    source_id: str
    seen_at: datetime
    source_changed_at: datetime | None = None
    deleted_at: datetime | None = None
    refreshed_at: datetime | None = None


def record_id(origin: str, kind: str, source_id: str) -> RecordId:
    """The store's id of a record: fixed by the system it came from, so that a reference can precede its record.

    An invoice may arrive before its customer; it points at the id that the customer will have, and the reference
    is whole the moment the customer lands.
    """
    return RecordId(f"{origin}:{kind}:{source_id}")


def own_key(record: str) -> str | None:
    """The key of a record that was made here, from its id; None of any other record."""
    origin, _, rest = record.partition(":")
    return rest.partition(":")[2] or None if origin == OWN else None


def aware_utc(value: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: its zone would be a guess."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place in the store")
    return value.astimezone(UTC)
