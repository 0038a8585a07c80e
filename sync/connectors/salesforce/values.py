"""Values of a row, as Salesforce's JSON has them and as the text of a bulk file does."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sync.connectors.salesforce.client import Tree

_SHOWN = 60
_WHOLE = re.compile(r"(-?\d+)\.0+")
# Ten millions and more may be written so.
_POWER = re.compile(r"-?\d+(?:\.\d+)?[Ee]\+?\d{1,2}")


class UnreadableFieldError(ValueError):
    """A field holds what cannot be read; the message names the field and the value."""


def value_at(row: Tree, path: str) -> Any:
    """The value of a field, or of one that is reached over relationships: «Owner.Name», nested or in a column."""
    found: Any = row.get(path)
    if found is not None or "." not in path:
        return found
    found = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text(row: Tree, path: str) -> str | None:
    """A text without what surrounds it; None when it is empty. Raises UnreadableFieldError."""
    value = value_at(row, path)
    if value is None:
        return None
    # Nearly all are, and there are many of them.
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool | dict | list):
        raise _unreadable(path, value)
    return _written(value)


def identifier(row: Tree, path: str, *, is_number: bool) -> str | None:
    """A text that names something; of a number without the decimal that Salesforce gives to whole ones, too."""
    found = text(row, path)
    return whole(found) if found and is_number else found


def whole(number: str) -> str:
    """A number as people write it: «7» of «7.0», «12345678» of «1.2345678E7», any other as it is."""
    if _POWER.fullmatch(number):
        number = f"{Decimal(number):f}"
    found = _WHOLE.fullmatch(number)
    return found[1] if found else number


def required(row: Tree, path: str) -> str:
    """A text that has to be there. Raises UnreadableFieldError."""
    found = text(row, path)
    if found is None:
        raise UnreadableFieldError(f"{path} is empty")
    return found


def boolean(row: Tree, path: str, *, default: bool = False) -> bool:
    """A check box; `default` where our user may not see it. Raises UnreadableFieldError."""
    value = value_at(row, path)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _unreadable(path, value)
    return value


def instant(row: Tree, path: str) -> datetime:
    """A date with its time, in UTC. Raises UnreadableFieldError."""
    value = value_at(row, path)
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _unreadable(path, value) from None
    if found.tzinfo is None:
        raise _unreadable(path, value)
    return found.astimezone(UTC)


def plain(value: Any) -> str | list[str] | None:
    """A custom field's value as the store keeps it: a text, or several that were selected; None when it is empty."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, list):
        return [str(each) for each in value] or None
    if isinstance(value, dict):
        return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _unreadable(path: str, value: Any) -> UnreadableFieldError:
    return UnreadableFieldError(f"{path} is «{str(value)[:_SHOWN]}»")
