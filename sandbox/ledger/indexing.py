"""What the book keeps of its records besides: who has which, what they are called, and where to find them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_NAMINGS = ("number", "name", "title", "subject")


def by_customer(records: Iterable[Any]) -> dict[int, list[int]]:
    """The ids of the records of each customer."""
    found: dict[int, list[int]] = defaultdict(list)
    for record in records:
        found[record.customer_id].append(record.id)
    return found


def name_of(record: Any) -> str:
    """What people call the record; a person is called by both names, and has a title too."""
    if first_name := getattr(record, "first_name", ""):
        return f"{first_name} {record.last_name}"
    return next((str(named) for naming in _NAMINGS if (named := getattr(record, naming, ""))), str(record.id))


def only(found: Iterable[T], wanted: str) -> T:
    """The first of them. Raises KeyError with what was wanted when there is none."""
    for record in found:
        return record
    raise KeyError(wanted)


def index_of(records: Iterable[Any], keys: Callable[[Any], Iterable[Hashable]]) -> dict[Hashable, tuple[int, ...]]:
    """The ids of the records by each of their keys, in ascending order."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for record in records:
        for key in keys(record):
            found[key].append(record.id)
    return {key: tuple(sorted(ids)) for key, ids in found.items()}
