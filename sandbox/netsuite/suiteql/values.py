"""What a value is worth: functions, comparisons, and the texts of an answer.

Instants are stored with their zone and are read in the session's, that of the token's user: a timestamp without a zone
means that one, so only SYS_EXTRACT_UTC makes a comparison that does not depend on who asks.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.netsuite.suiteql.grammar import QueryError

_FORMAT = re.compile(r'"([^"]*)"|YYYY|MM|DD|HH24|MI|SS|FF3|TZH|TZM|[-/:. ]|.')
_PARTS: Mapping[str, str] = {
    "YYYY": r"(?P<Y>\d{4})",
    "MM": r"(?P<m>\d\d)",
    "DD": r"(?P<d>\d\d)",
    "HH24": r"(?P<H>\d\d)",
    "MI": r"(?P<M>\d\d)",
    "SS": r"(?P<S>\d\d)",
    "FF3": r"(?P<f>\d{1,3})",
    "TZH": r"(?P<zh>[+-]\d\d)",
    "TZM": r"(?P<zm>\d\d)",
}


def formatted(value: date | datetime, mask: str, zone: ZoneInfo) -> str:
    """A date or an instant by an Oracle mask; an instant with a zone is read in the session's."""
    instant = value if isinstance(value, datetime) else datetime.combine(value, time())
    shown = instant.astimezone(zone) if instant.tzinfo else instant
    offset = f"{shown:%z}" or "+0000"
    texts = {
        "YYYY": f"{shown.year:04}",
        "MM": f"{shown:%m}",
        "DD": f"{shown:%d}",
        "HH24": f"{shown:%H}",
        "MI": f"{shown:%M}",
        "SS": f"{shown:%S}",
        "FF3": f"{shown.microsecond // 1000:03}",
        "TZH": offset[:3],
        "TZM": offset[3:],
    }
    return "".join(_piece(found, texts) for found in _FORMAT.finditer(mask))


def _piece(found: re.Match[str], texts: Mapping[str, str]) -> str:
    if found[1] is not None:
        return found[1]
    if found[0] not in texts and found[0].isalnum():
        raise QueryError(f"date format not recognized: {found[0]!r}")
    return texts.get(found[0], found[0])


def parsed_instant(text: str, mask: str, zone: ZoneInfo, *, with_zone: bool) -> datetime:
    """The instant that a text says by a mask; without a zone in the mask it has none, or the session's."""
    pattern = "".join(_pattern(found) for found in _FORMAT.finditer(mask))
    found = re.fullmatch(pattern, text)
    if not found:
        raise QueryError(f"literal {text!r} does not match format string {mask!r}")
    said = {"m": "1", "d": "1", "H": "0", "M": "0", "S": "0", "f": "0", **found.groupdict()}
    try:
        day = datetime(int(said["Y"]), int(said["m"]), int(said["d"]))  # noqa: DTZ001 - its zone comes below
        instant = day.replace(hour=int(said["H"]), minute=int(said["M"]), second=int(said["S"]))
    except (KeyError, ValueError):
        raise QueryError(f"{text!r} is no instant") from None
    if not with_zone:
        return instant
    if "zh" not in said:
        return instant.replace(tzinfo=zone)
    return datetime.fromisoformat(f"{instant.isoformat()}{said['zh']}:{said.get('zm', '00')}")


def _pattern(found: re.Match[str]) -> str:
    if found[1] is not None:
        return re.escape(found[1])
    if found[0] not in _PARTS and found[0].isalnum():
        raise QueryError(f"date format not recognized: {found[0]!r}")
    return _PARTS.get(found[0], re.escape(found[0]))


def extract_utc(value: Any) -> datetime | None:
    """An instant with a zone as the time of day in UTC."""
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise QueryError("SYS_EXTRACT_UTC needs a timestamp with a time zone")
    return value.astimezone(UTC).replace(tzinfo=None)


def comparable(left: Any, right: Any, zone: ZoneInfo) -> tuple[Any, Any]:
    """Both in one type, converted as Oracle does it. Raises QueryError where it would refuse."""
    if isinstance(left, date) and isinstance(right, date):
        return _timestamps(left, right, zone)
    if isinstance(left, date) or isinstance(right, date):
        raise QueryError("inconsistent datatypes: a date is compared with TO_DATE or TO_TIMESTAMP")
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    return _number(left), _number(right)


def _timestamps(left: date, right: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    both = [one if isinstance(one, datetime) else datetime.combine(one, time()) for one in (left, right)]
    if all(one.tzinfo is None for one in both):
        return both[0], both[1]
    aware = [one if one.tzinfo else one.replace(tzinfo=zone) for one in both]
    return aware[0], aware[1]


class Members:
    """The literals of a list, looked up at once; a number is compared with a text as a number."""

    def __init__(self, literals: tuple[tuple[str, bool], ...]) -> None:
        self._literals = literals
        self._texts = {text for text, is_text in literals if is_text}
        self._numbers = {_number(text) for text, is_text in literals if not is_text}

    def __contains__(self, value: Any) -> bool:
        if isinstance(value, date):
            raise QueryError("inconsistent datatypes: a date is compared with TO_DATE or TO_TIMESTAMP")
        if isinstance(value, str):
            return value in self._texts or (bool(self._numbers) and _number(value) in self._numbers)
        return _number(value) in self._all_numbers

    @cached_property
    def _all_numbers(self) -> set[Decimal]:
        return {_number(text) for text, _ in self._literals}


def _number(value: Any) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise QueryError(f"invalid number: {value!r}") from None


def shown(value: Any, zone: ZoneInfo) -> str:
    """The text of a value in an answer: everything is one, a date in the user's format and without its time."""
    match value:
        case datetime():
            day = value.astimezone(zone).date() if value.tzinfo else value.date()
            return f"{day.month}/{day.day}/{day.year}"
        case date():
            return f"{value.month}/{value.day}/{value.year}"
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)
