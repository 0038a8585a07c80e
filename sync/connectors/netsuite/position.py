"""Where a stream's reading stands, and what to ask next. Pure; its JSON text is the stream's cursor.

A read covers the span from `floor` to `ceiling`, two instants fixed when it begins, and goes backwards in windows of
the stream's date, newest first: a window is closed at both ends before it is read, because NetSuite runs a search anew
for every page and shifts rows when the data changes. A first read of transactions begins with a stage that brings the
open ones. The next read starts `overlap` before this one's ceiling.

Two other ways of reading are the same walk with other measures: what has no date at all is one window over all time in
every read; what has only a date of its own (the day from which a rate holds) is read by that date and, in a last stage,
by the ids that have come since, and all of it again now and then.
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
# halved (the stage of open items, or one crowded minute) is tried this often before it is read otherwise (see slices).
_MOST_RESTARTS = 3
_FORMAT = 1


class Stage(StrEnum):
    """What the current request belongs to."""

    OPEN = "open"  # open items of a first read, whenever they last changed
    WINDOWS = "windows"
    NEW = "new"  # records with higher ids than any that were known
    JOINED = "joined"  # records by the date of what they are joined to
    CHANGED = "changed"  # records of which the script in the account says that they have changed
    REST = "rest"  # everything up to the ceiling has been read


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a stream is read.

    `overlap` is how far a read goes back behind the last one, `reach` how far beyond now dates may lie. `first` is how
    far a first read goes back (None: to the beginning), and after `sweep` all of it is read again (None: never).
    """

    overlap: timedelta
    has_open: bool = False
    has_new: bool = False
    has_joined: bool = False
    has_changed: bool = False
    is_divisible: bool = True
    reach: timedelta = timedelta()
    first: timedelta | None = None
    sweep: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A read in progress. What is left of it lies between `floor` and `until`; `seconds` is the next window's length.

    `search_id`, `next_page` and `total` are set in the middle of a window; `covered` is the instant up to which the
    stream is complete already; `expected` counts the records of the whole read, as far as NetSuite said. `top_id` is
    the highest id of the reads before, `seen_id` that of this one; `swept` is when all was read the last time.
    `changed_at` and `changed_id` are of the last changed record that the script told. `by_ids` says that of the window
    only records with internal ids above `above`, up to `upto` where that is set, are asked for now.
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
    top_id: int = 0
    seen_id: int = 0
    swept: datetime | None = None
    changed_at: datetime | None = None
    changed_id: str = ""
    by_ids: bool = False
    above: int = 0
    upto: int | None = None

    @property
    def is_midway(self) -> bool:
        """Whether some pages of the current window have been read."""
        return self.next_page > 1

    @property
    def is_of_all(self) -> bool:
        """Whether the read brings everything, and not only what has changed."""
        return self.floor == BEGINNING

    @property
    def since(self) -> datetime:
        """Where the current window starts; it ends at `until`."""
        if self.stage is Stage.OPEN:
            return self.floor
        return max(self.floor, self.until - timedelta(seconds=self.seconds))


def first_position(ceiling: datetime, plan: Plan) -> Position:
    """The start of a first read: everything up to the ceiling, or what of it the plan wants."""
    end = _whole_seconds(ceiling)
    floor = BEGINNING if plan.first is None else end - plan.first
    return _start(floor, end, plan, stage=Stage.OPEN if plan.has_open else Stage.WINDOWS)


def next_position(position: Position, ceiling: datetime, plan: Plan) -> Position | None:
    """The start of the read that follows one that has come to rest; None when no time has passed."""
    end = _whole_seconds(ceiling)
    if end <= position.ceiling:
        return None
    floor = BEGINNING if _is_sweep_due(position, end, plan) else position.ceiling - plan.overlap
    start = _start(floor, end, plan, stage=Stage.WINDOWS)
    return replace(
        start, covered=position.covered, top_id=position.top_id, seen_id=position.top_id, swept=position.swept
    )


def sweeping(position: Position, plan: Plan, every: timedelta) -> Position | None:
    """A read of everything in the place of the changes that nobody tells; None when the last one is not so long ago."""
    if position.swept is not None and position.ceiling - position.swept < every:
        return None
    start = _start(BEGINNING, position.ceiling, plan, stage=Stage.WINDOWS)
    return replace(start, covered=position.covered, top_id=position.top_id, seen_id=position.top_id)


def _start(floor: datetime, end: datetime, plan: Plan, *, stage: Stage) -> Position:
    until = end + plan.reach
    return Position(stage=stage, floor=floor, until=until, ceiling=end, seconds=_seconds(until - floor))


def _is_sweep_due(position: Position, end: datetime, plan: Plan) -> bool:
    if plan.sweep is None:
        return False
    return position.swept is None or end - position.swept >= plan.sweep


def is_first_of_all(position: Position, plan: Plan) -> bool:
    """Whether the first page of a read is asked for that brings everything once."""
    is_first_window = position.stage is Stage.WINDOWS and position.until == position.ceiling + plan.reach
    return position.is_of_all and is_first_window and not position.is_midway and not position.above


def has_shifted(position: Position, heading: Heading) -> bool:
    """Whether the search has another number of records than on its first page, so that rows may have been skipped."""
    known = position.is_midway and position.total is not None and heading.total_records is not None
    return known and heading.total_records != position.total


def may_restart(position: Position) -> bool:
    """Whether the current window may be read from its first page once more."""
    return position.restarts < _MOST_RESTARTS


def restarted(position: Position) -> Position:
    """The current window from its first page again, because its search is gone or has shifted."""
    return replace(position, search_id=None, next_page=1, total=None, restarts=position.restarts + 1)


def is_divisible(position: Position, plan: Plan) -> bool:
    """Whether a window half as long can be asked for."""
    is_window = plan.is_divisible and position.stage is Stage.WINDOWS
    return is_window and position.until - position.since > _SHORTEST_WINDOW


def halved(position: Position, heading: Heading | None = None) -> Position:
    """The same place with a window half as long. What the first search of a read counted is what the read expects."""
    length = _seconds(position.until - position.since) // 2
    return replace(restarted(position), seconds=length, restarts=0, expected=_expected(position, heading))


def advanced(position: Position, heading: Heading, plan: Plan) -> Position:
    """The position after a page was read: within the window, at the next window or stage, or at rest."""
    page, pages = position.next_page, heading.total_pages or 0
    if page < pages:
        total = heading.total_records if position.total is None else position.total
        return replace(
            position,
            search_id=heading.search_id,
            next_page=page + 1,
            total=total,
            expected=_expected(position, heading),
        )
    counted = replace(position, expected=_expected(position, heading))
    if position.by_ids and position.upto is not None:
        return replace(restarted(counted), restarts=0, above=position.upto, upto=None)
    return _after_window(counted, plan, few=pages <= 1)


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
_READABLE = {_FORMAT: ("floor", "until", "ceiling", "covered", "swept", "changed_at")}


def _after_window(position: Position, plan: Plan, *, few: bool) -> Position:
    done = replace(position, search_id=None, next_page=1, total=None, restarts=0, by_ids=False, above=0)
    if position.stage is Stage.OPEN:
        return replace(done, stage=Stage.WINDOWS, covered=position.ceiling)
    until = position.since
    if position.stage is Stage.WINDOWS and until > position.floor:
        return replace(done, until=until, seconds=position.seconds * (2 if few else 1))
    if position.stage is Stage.WINDOWS and plan.has_new:
        # After everything, only what came meanwhile is new.
        known = position.seen_id if position.floor == BEGINNING else position.top_id
        return replace(done, stage=Stage.NEW, until=until, top_id=known)
    if position.stage is Stage.WINDOWS and plan.has_joined and not position.is_of_all:
        return replace(done, stage=Stage.JOINED, until=until)
    if position.stage is not Stage.CHANGED and plan.has_changed and not position.is_of_all:
        return replace(done, stage=Stage.CHANGED, until=until)
    swept = position.ceiling if position.is_of_all else position.swept
    return replace(
        done,
        stage=Stage.REST,
        until=until,
        changed_at=None,
        changed_id="",
        covered=position.ceiling,
        swept=swept,
        top_id=max(position.top_id, position.seen_id),
    )


def _expected(position: Position, heading: Heading | None) -> int | None:
    counted = None if heading is None else heading.total_records
    is_first = position.next_page == 1 and position.restarts == 0 and not position.by_ids
    is_whole = is_first and position.until >= position.ceiling and position.since == position.floor
    if counted is None or not is_whole:
        return position.expected
    return counted + (position.expected or 0)


def _whole_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
