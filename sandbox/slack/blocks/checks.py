"""Small checks that make up the rules: each looks at one value and yields what Slack would complain about."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.records import Json

Check = Callable[[Any, str], Iterator[str]]
NO_SCHEMA = "failed to match all allowed schemas"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The members of one kind of object: those it needs, those it may have. `rule` sees the whole, once each is fit."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    rule: Check | None = None


def at(text: str, pointer: str) -> str:
    return f"{text} [json-pointer:{pointer}]"


def check_shape(value: Json, pointer: str, shape: Shape) -> Iterator[str]:
    """Missing members, members that do not belong (besides `type`), each member's own check, then the rule."""
    found = list(_check_members(value, pointer, shape))
    yield from found
    if shape.rule is not None and not found:
        yield from shape.rule(value, pointer)


def _check_members(value: Json, pointer: str, shape: Shape) -> Iterator[str]:
    members = {**shape.required, **shape.optional}
    for name in shape.required:
        if value.get(name) is None:
            yield at(f"missing required field: {name}", pointer)
    for name, member in value.items():
        if name not in members and name != "type":
            yield at(f"invalid additional property: {name}", pointer)
        elif name != "type" and member is not None:
            yield from members[name](member, f"{pointer}/{name}")


def shaped(shape: Shape) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, dict):
            yield from check_shape(value, pointer, shape)
        else:
            yield at("must be an object", pointer)

    return check


def string(*, most: int, least: int = 0) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield at("must be a string", pointer)
        elif len(value) > most:
            yield at(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield at(f"must be more than {least - 1} characters", pointer)

    return check


def matching(pattern: str, meaning: str) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield at(f"must be {meaning}", pointer)

    return check


def flag(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield at("must be a boolean", pointer)


def anything(_value: Any, _pointer: str) -> Iterator[str]:
    yield from ()


def number(*, least: float | None = None, most: float | None = None, above: float | None = None) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield at("must be a number", pointer)
        elif (least is not None and value < least) or (above is not None and value <= above):
            yield at(f"must be {'more than' if above is not None else 'at least'} {above or least or 0}", pointer)
        elif most is not None and value > most:
            yield at(f"must be at most {most}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield at(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def items(each: Check, *, least: int = 0, most: int) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield at("must be an array", pointer)
            return
        if len(value) > most:
            yield at(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield at(f"must provide at least {least} items", pointer)
        for position, item in enumerate(value):
            yield from each(item, f"{pointer}/{position}")

    return check


def typed(shapes: Mapping[str, Shape], allowed: tuple[str, ...] | None = None) -> Check:
    """An object whose `type` is one of the allowed keys of `shapes` (all of them by default)."""
    known = shapes if allowed is None else {name: shapes[name] for name in allowed}

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield at("must be an object", pointer)
        elif "type" not in value:
            yield at("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in known:
            yield at(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            yield from check_shape(value, pointer, known[value["type"]])

    return check


def either(check_all: Check) -> Check:
    """Where Slack accepts several schemas it first says that none fits."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        found = list(check_all(value, pointer))
        if found:
            yield at(NO_SCHEMA, pointer)
        yield from found

    return check
