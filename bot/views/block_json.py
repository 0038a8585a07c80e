"""Blocks as the data that goes to Slack: what the SDK's own `to_dict` gives, without its checks.

These look through every member of every object anew, which takes longer than finding the record. The limits that they
check hold by construction here, and are tested against Slack's.
"""

from typing import Any

from slack_sdk.models.basic_objects import JsonObject

# Slack wants these even when there is nothing in them.
_NEEDED = "elements"
# Which members make up an object is the same for every object of a class.
_names: dict[type, tuple[str, ...]] = {}


def as_json(part: Any) -> Any:
    """A block, a part of one, or several, as lists, mappings and texts; members that are not set are left out."""
    if isinstance(part, list | tuple):
        return [as_json(each) for each in part]
    if isinstance(part, dict):
        return {name: as_json(value) for name, value in part.items()}
    if _is_plain(type(part)):
        values = ((name, getattr(part, name, None)) for name in _members(part))
        return {name: as_json(value) for name, value in values if _is_set(name, value)}
    return as_json(part.to_dict()) if hasattr(part, "to_dict") else part


def _is_plain(kind: type) -> bool:
    """Whether objects of this class are written member by member; a few write themselves."""
    return issubclass(kind, JsonObject) and kind.to_dict is JsonObject.to_dict


def _members(part: JsonObject) -> tuple[str, ...]:
    kind = type(part)
    if kind not in _names:
        _names[kind] = tuple(sorted(part.attributes))
    return _names[kind]


def _is_set(name: str, value: Any) -> bool:
    if value is None:
        return False
    return name == _NEEDED or not hasattr(value, "__len__") or len(value) > 0
