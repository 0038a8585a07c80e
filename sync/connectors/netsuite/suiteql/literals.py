"""The one way in which a value gets into a query: as a literal. The texts of the queries are constants. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from sync.errors import RejectedError

Value: TypeAlias = str | int | datetime | tuple[str | int, ...]

# The masks of times hold colons before capitals only.
_PLACE = re.compile(r":([a-z_]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MASK = "YYYY-MM-DD HH24:MI:SS"


def filled(query: str, values: Mapping[str, Value]) -> str:
    """The query with the literals of these values in the places that are named after them (:id).

    Every place is filled once, so that what a value says is no place. Raises RejectedError for a text that no query
    can hold, KeyError for a place without a value.
    """
    return _PLACE.sub(lambda found: literal(values[found[1]]), query)


def literal(value: Value) -> str:
    """A value as SuiteQL writes it. In a text only the quote that ends it means something: backslashes do not."""
    match value:
        case str():
            return _text(value)
        case bool():
            raise TypeError("SuiteQL has no literal of yes and no")
        case int():
            return str(value)
        case datetime():
            return f"TO_TIMESTAMP({_text(value.astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S'))}, {_text(_MASK)})"
        case _:
            return _several(value, literal)


def _several(values: tuple[str | int, ...], written: Callable[[str | int], str]) -> str:
    if not values:
        raise RejectedError("a list of a query needs a value")
    return ", ".join(written(one) for one in values)


def _text(value: str) -> str:
    if _CONTROL.search(value):
        raise RejectedError("a control character cannot stand in a query")
    return "'" + value.replace("'", "''") + "'"
