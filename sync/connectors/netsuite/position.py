"""Where a stream's reading stands, and what to ask next. Pure; its JSON text is the stream's cursor.

A read covers the span from `floor` to `ceiling`, two instants fixed when it begins, and goes backwards in windows of
lastModifiedDate, newest first: a window is closed at both ends before it is read, because NetSuite runs a search anew
for every page and shifts rows when the data changes. A first read of invoices begins with a stage that brings the open
ones. The next read starts `overlap` before this one's ceiling.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sync.connectors.netsuite.pages import Heading
from sync.errors import StopError

# NetSuite was founded in 1998; nothing there was changed before.
BEGINNING = datetime(1998, 1, 1, tzinfo=UTC)
_SHORTEST_WINDOW = timedelta(minutes=1)
# Rows shift while people work. A window is then halved until it fits on one page, which cannot shift; what cannot be
# halved (the stage of open items, which is read again by the windows, or one crowded minute) is tried this often.
_MOST_RESTARTS = 3
_FORMAT = 1


class Stage(StrEnum):
    """What the current request belongs to."""

    OPEN = "open"  # open items of a first read, whenever they last changed
    WINDOWS = "windows"
    REST = "rest"  # everything up to the ceiling has been read


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A read in progress. What is left of it lies between `floor` and `until`; `seconds` is the next window's length.

    `search_id`, `next_page` and `total` are set in the middle of a window; `covered` is the instant up to which the
    stream is complete already; `expected` counts the records of the whole read, as far as NetSuite said.
    """

    stage: Stage
    floor: datetime
    until: datetime
    ceiling: datetime
    seconds: int
    covered: datetime | None = None
    search_id: str | None = None
    next_page: int = 1
    total: int | None = None
    restarts: int = 0
    expected: int | None = None

    @property
    def since(self) -> datetime:
        """Where the current window starts; it ends at `until`."""
        if self.stage is Stage.OPEN:
            return self.floor
        return max(self.floor, self.until - timedelta(seconds=self.seconds))


def first_position(ceiling: datetime, *, open_first: bool) -> Position:
    """The start of a first read: everything up to the ceiling."""
    stage = Stage.OPEN if open_first else Stage.WINDOWS
    end = _whole_seconds(ceiling)
    return Position(stage=stage, floor=BEGINNING, until=end, ceiling=end, seconds=_seconds(end - BEGINNING))


def next_position(position: Position, ceiling: datetime, *, overlap: timedelta) -> Position | None:
    """The start of the read that follows one that has come to rest; None when no time has passed."""
    end = _whole_seconds(ceiling)
    if end <= position.ceiling:
        return None
    floor = position.ceiling - overlap
    return Position(
        stage=Stage.WINDOWS,
        floor=floor,
        until=end,
        ceiling=end,
        seconds=_seconds(end - floor),
        covered=position.covered,
    )


def has_shifted(position: Position, heading: Heading) -> bool:
    """Whether the search has another number of records than on its first page, so that rows may have been skipped."""
    known = position.search_id is not None and position.total is not None and heading.total_records is not None
    return known and heading.total_records != position.total


def may_restart(position: Position) -> bool:
    """Whether the current window may be read from its first page once more."""
    return position.restarts < _MOST_RESTARTS


def restarted(position: Position) -> Position:
    """The current window from its first page again, because its search is gone or has shifted."""
    return replace(position, search_id=None, next_page=1, total=None, restarts=position.restarts + 1)


def is_divisible(position: Position) -> bool:
    """Whether a window half as long can be asked for."""
    return position.stage is Stage.WINDOWS and position.until - position.since > _SHORTEST_WINDOW


def halved(position: Position, heading: Heading | None = None) -> Position:
    """The same place with a window half as long. What the first search of a read counted is what the read expects."""
    length = _seconds(position.until - position.since) // 2
    return replace(restarted(position), seconds=length, restarts=0, expected=_expected(position, heading))


def advanced(position: Position, heading: Heading) -> Position:
    """The position after a page was read: within the window, at the next window, or at rest."""
    page, pages = position.next_page, heading.total_pages or 0
    if page < pages and heading.search_id:
        total = heading.total_records if position.total is None else position.total
        return replace(
            position,
            search_id=heading.search_id,
            next_page=page + 1,
            total=total,
            expected=_expected(position, heading),
        )
    return _after_window(replace(position, expected=_expected(position, heading)), few=pages <= 1)


def encode(position: Position) -> str:
    """The cursor text of a position."""
    # A run that takes over gets restarts of its own.
    values = {key: value for key, value in asdict(replace(position, restarts=0)).items() if value is not None}
    return json.dumps({"format": _FORMAT} | values, default=datetime.isoformat, separators=(",", ":"))


def decode(cursor: str) -> Position:
    """The position of a cursor text. Raises StopError for one that this version did not write."""
    try:
        values = json.loads(cursor)
        known = _READABLE[values.pop("format")]
        instants = {key: datetime.fromisoformat(values[key]) for key in known if key in values}
        return Position(**values | instants | {"stage": Stage(values["stage"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise StopError("the saved place cannot be read; run `tesorio sync netsuite --full` to read all anew") from None


# Which values of a cursor are instants, per format that can be read.
_READABLE = {_FORMAT: ("floor", "until", "ceiling", "covered")}


def _after_window(position: Position, *, few: bool) -> Position:
    done = replace(position, search_id=None, next_page=1, total=None, restarts=0)
    if position.stage is Stage.OPEN:
        return replace(done, stage=Stage.WINDOWS, covered=position.ceiling)
    until = position.since
    if until > position.floor:
        return replace(done, until=until, seconds=position.seconds * (2 if few else 1))
    return replace(done, stage=Stage.REST, until=until, covered=position.ceiling)


def _expected(position: Position, heading: Heading | None) -> int | None:
    counted = None if heading is None else heading.total_records
    is_first = position.next_page == 1 and position.restarts == 0
    is_whole = is_first and position.until == position.ceiling and position.since == position.floor
    if counted is None or not is_whole:
        return position.expected
    return counted + (position.expected or 0)


def _whole_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
