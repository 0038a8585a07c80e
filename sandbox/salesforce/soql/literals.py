"""What a query compares with: texts, numbers, instants, days, and the days that a name such as TODAY means."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_PARTS = re.compile(r"\\(?P<code>u[0-9A-Fa-f]{4}|.)|(?P<plain>[^\\]+)", re.DOTALL)
_DECEMBER = 12
# No value lies further from today, and the calendar does not end before.
_MOST_DAYS = 700_000


class LiteralError(ValueError):
    """A literal is not one, at this place of the query."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text; `pattern` is what it means after LIKE, where alone it may hold escaped wildcards."""

    plain: str
    pattern: re.Pattern[str]
    has_wildcard_escape: bool
    at: int


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `start` on and before `end`, counted from today."""

    name: str
    count: int = 0

    def bounds(self, today: date) -> tuple[date, date]:
        """The first day, and the first one after."""
        return _bounds(self.name, self.count, today)


def text(quoted: str, at: int) -> Text:
    """Raises LiteralError for an escape that there is not."""
    plain, pattern, escaped = [], [], False
    for found in _PARTS.finditer(quoted[1:-1]):
        code = found["code"]
        if code is None:
            plain.append(found["plain"])
            pattern.append(_wild(found["plain"]))
            continue
        letter = code if code in {"%", "_"} else _unescaped(code, quoted, at)
        escaped = escaped or code in {"%", "_"}
        plain.append(letter)
        pattern.append(re.escape(letter))
    matching = re.compile("".join(pattern), re.IGNORECASE | re.DOTALL)
    return Text("".join(plain), matching, escaped, at)


def _wild(plain: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in plain)


def _unescaped(code: str, quoted: str, at: int) -> str:
    if code[0] == "u" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code not in _ESCAPES:
        message = f"Invalid string literal {quoted}. Illegal character sequence '\\{code}' in string literal."
        raise LiteralError(message, at)
    return _ESCAPES[code]


def number(said: str) -> Decimal:
    return Decimal(said)


def whole(said: Decimal, at: int) -> int:
    """A count. Raises LiteralError for what is none."""
    if said < 0 or said != said.to_integral_value():
        raise LiteralError(f"unexpected token: '{said}'", at)
    return int(said)


def instant(said: str, at: int) -> datetime:
    """Raises LiteralError for a moment that no calendar has."""
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        raise LiteralError(f"invalid date: {said}", at) from None


def day(said: str, at: int) -> date:
    """Raises LiteralError for a day that no calendar has."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise LiteralError(f"invalid date: {said}", at) from None


def midnight(of: date) -> datetime:
    """When the day begins for the API user, who lives in UTC."""
    return datetime.combine(of, time(), UTC)


_COUNTED = frozenset({"LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO"})
_PLAIN = frozenset("TODAY YESTERDAY TOMORROW THIS_WEEK LAST_WEEK THIS_MONTH LAST_MONTH THIS_YEAR LAST_YEAR".split())


def span_named(name: str, count: Any, at: int) -> Span:
    """Raises LiteralError for a name that means no days."""
    upper = name.upper()
    if upper in _COUNTED and count is not None:
        return Span(upper, min(whole(count, at), _MOST_DAYS))
    if upper in _PLAIN and count is None:
        return Span(upper)
    raise LiteralError(f"unexpected token: '{name}'", at)


def _bounds(name: str, count: int, today: date) -> tuple[date, date]:
    one = timedelta(days=1)
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    first, january = today.replace(day=1), today.replace(month=1, day=1)
    found = {
        "TODAY": (today, today + one),
        "YESTERDAY": (today - one, today),
        "TOMORROW": (today + one, today + 2 * one),
        "LAST_N_DAYS": (today - count * one, today + one),
        "NEXT_N_DAYS": (today + one, today + (count + 1) * one),
        "N_DAYS_AGO": (today - count * one, today - (count - 1) * one),
        "THIS_WEEK": (sunday, sunday + 7 * one),
        "LAST_WEEK": (sunday - 7 * one, sunday),
        "THIS_MONTH": (first, _next_month(first)),
        "LAST_MONTH": ((first - one).replace(day=1), first),
        "THIS_YEAR": (january, january.replace(year=january.year + 1)),
        "LAST_YEAR": (january.replace(year=january.year - 1), january),
    }
    return found[name]


def _next_month(first: date) -> date:
    if first.month == _DECEMBER:
        return first.replace(year=first.year + 1, month=1)
    return first.replace(month=first.month + 1)
