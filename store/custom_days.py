"""The day on which an instant in a custom field falls, in Python and in SQL alike.

Sources keep a date in a custom field as a day, or as an instant of any offset; what is neither falls on no day.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

_DAY_CHARACTERS = len("2026-11-22")
# Only days that the calendar has, as PostgreSQL refuses a statement that meets another one.
_LEAP = r"(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY = (
    r"(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    rf"|02-(?:0[1-9]|1\d|2[0-8]))|{_LEAP}-02-29)"
)
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?"
_INSTANT = rf"^(?!0000){_DAY}T{_CLOCK}(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$"
_IS_INSTANT = re.compile(_INSTANT)
_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"
_FIRST, _LAST = "0000", "9999-12-31T24"


def day_of(text: str, zone: str) -> str:
    """The ISO date of a day or an instant in this time zone; «» for what is neither."""
    try:
        local = ZoneInfo(zone)
        if len(text) == _DAY_CHARACTERS:
            return date.fromisoformat(text).isoformat()
        if _IS_INSTANT.match(text):
            return datetime.fromisoformat(text).astimezone(local).date().isoformat()
    except (ValueError, OverflowError, KeyError, OSError):
        # No zone, or a day at the very end of the calendar that another zone knows no more.
        return ""
    return ""


def falls_on(value: ColumnElement[str], day: str, zone: str) -> ColumnElement[bool] | None:
    """The same of a column's text: whether it falls on this day; None when that is no day, or no time zone."""
    try:
        wanted, local = date.fromisoformat(day), ZoneInfo(zone)
    except (ValueError, KeyError, OSError):
        return None
    instant = _Instant(value)
    return (value == day) | ((instant >= _start_of(wanted, local)) & (instant < _end_of(wanted, local)))


def _start_of(day: date, zone: ZoneInfo) -> str:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC).strftime(_WRITTEN)
    except OverflowError:
        return _FIRST


def _end_of(day: date, zone: ZoneInfo) -> str:
    try:
        return _start_of(day + timedelta(days=1), zone)
    except OverflowError:
        return _LAST


class _Instant(GenericFunction[str]):
    """The instant in UTC, in a form that sorts; NULL for what is none."""

    type = String()
    inherit_cache = True


@compiles(_Instant, "sqlite")
def _for_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    (value,) = (compiler.process(each, **more) for each in element.clauses)
    # A text without an offset is none: which zone it means nobody knows.
    ends = f"{value} GLOB '*Z' OR {value} GLOB '*[-+][0-9][0-9]:[0-9][0-9]'"
    return f"CASE WHEN {value} GLOB '????-??-??T*' AND ({ends}) THEN strftime('%Y-%m-%dT%H:%M:%SZ', {value}) END"


@compiles(_Instant, "postgresql")
def _for_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    (value,) = (compiler.process(each, **more) for each in element.clauses)
    form = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""
    as_utc = f"to_char(({value})::timestamptz AT TIME ZONE 'UTC', {form})"
    return f"CASE WHEN ({value}) ~ '{_INSTANT}' THEN {as_utc} END"
