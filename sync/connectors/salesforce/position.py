"""Where a stream's reading stands, and what to ask next. Pure; its JSON text is the stream's cursor.

A first read, and a sweep now and then, brings everything in the order of ids: what changes meanwhile neither moves nor
hides a row. All other reads bring what has changed since the last one, in the order of the stamps and ids, up to a
ceiling that is fixed when the read begins; then what did not change itself but shows something that did; then what the
log of deletions tells. A stream may be made of several objects, its parts, which are read one after the other.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync.errors import StopError

_SHORTEST_WINDOW = timedelta(minutes=1)
_FEWEST_ROWS = 50
_FORMAT = 1
# Which values of a cursor are instants, per format that can be read.
_READABLE = {_FORMAT: ("ceiling", "covered", "swept", "since", "until", "last_at", "logged", "told")}


class Stage(StrEnum):
    """What the next request belongs to."""

    COUNT = "count"  # how many there are decides how all of them are read
    WHOLE = "whole"
    BULK = "bulk"
    CHANGES = "changes"
    RELATED = "related"
    DELETIONS = "deletions"
    REST = "rest"  # everything up to the ceiling has been read


_ALL = frozenset({Stage.COUNT, Stage.WHOLE, Stage.BULK})


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """All instants are by Salesforce's clock.

    `covered` is up to where reads were complete before this one, `swept` when all was read last, `logged` up to where
    the log of deletions is known, and `told` up to where it is of all parts that this read has come to. `last_id` and
    `last_at` are those of the last row, in `since` to `until`; `job` and `locator` a bulk job's and its next page's.
    `limit` is the rows of a page, 0 for as many as the settings say. `asked` tells what was asked for from what other
    settings, or another organisation, would have been.
    """

    ceiling: datetime
    stage: Stage = Stage.COUNT
    part: int = 0
    covered: datetime | None = None
    swept: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    last_at: datetime | None = None
    last_id: str = ""
    limit: int = 0
    job: str = ""
    locator: str = ""
    is_restarted: bool = False
    expected: int | None = None
    logged: datetime | None = None
    told: datetime | None = None
    asked: str = ""

    @property
    def is_of_all(self) -> bool:
        """Whether this read brings everything."""
        return self.stage in _ALL


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a stream of so many parts is read: how far a read goes back behind the last one, when all is read again."""

    parts: int
    overlap: timedelta
    sweep: timedelta


def next_position(position: Position, ceiling: datetime, plan: Plan) -> Position | None:
    """The beginning of the read after one that has come to its end; None when there is nothing to read.

    Changes come before everything is read again, as that tells of no merger.
    """
    covered, swept = position.covered, position.swept
    if covered is None or ceiling < covered:
        return None
    fresh = Position(ceiling=ceiling, covered=covered, swept=swept, logged=position.logged, asked=position.asked)
    if ceiling > covered:
        return _changes(fresh, plan)
    is_swept = swept is not None and (ceiling <= swept or ceiling - swept < plan.sweep)
    return None if is_swept else fresh


def resumed(position: Position, ceiling: datetime, asked: str) -> Position:
    """The position as a read goes on from it that asks for this: for something else than before, of all there is.

    That comes behind what has changed since, as everything tells of no merger.
    """
    if position.asked in {"", asked}:
        return replace(position, asked=asked)
    if position.covered is None:
        return Position(ceiling=ceiling, asked=asked)
    covered = position.covered
    return Position(ceiling=covered, stage=Stage.REST, covered=covered, logged=position.logged, asked=asked)


def counted(position: Position, rows: int | None, *, bulk_above: int) -> Position:
    """The position once it is known how many rows this part has; None is more than can be counted."""
    if rows is None:
        return replace(position, stage=Stage.BULK, expected=None)
    stage = Stage.BULK if rows > bulk_above else Stage.WHOLE
    return replace(position, stage=stage, expected=rows + (position.expected or 0))


def after_rows(position: Position, plan: Plan, *, last_id: str, last_at: datetime | None, is_last: bool) -> Position:
    """The position behind a page of rows; `is_last` says that its window, or all there is, was read to its end."""
    if not is_last:
        at = last_at if position.stage is Stage.CHANGES else None
        return replace(position, last_id=last_id, last_at=at)
    done = replace(position, last_id="", last_at=None, limit=0)
    if position.stage is Stage.CHANGES and position.until is not None and position.until < position.ceiling:
        return replace(done, since=position.until, until=position.ceiling)
    if position.stage is Stage.CHANGES:
        return replace(done, stage=Stage.RELATED, since=_from(position, plan))
    return replace(done, stage=Stage.DELETIONS) if position.stage is Stage.RELATED else after_part(done, plan)


def after_bulk(position: Position, plan: Plan, locator: str) -> Position:
    """The position behind a page of a bulk job's results; no locator says that it was the last one."""
    return replace(position, locator=locator) if locator else after_part(position, plan)


def after_log(position: Position, plan: Plan, *, latest: datetime, is_whole: bool) -> Position:
    """The position once the log was read up to `latest`; with a gap in it everything is read again."""
    told = latest if position.told is None else min(position.told, latest)
    return after_part(replace(position, told=told, swept=position.swept if is_whole else None), plan)


def after_part(position: Position, plan: Plan) -> Position:
    """The beginning of the next part, or the end of the read."""
    clean = replace(position, last_id="", last_at=None, limit=0, job="", locator="", is_restarted=False)
    if position.part + 1 < plan.parts:
        following = replace(clean, part=position.part + 1)
        return replace(following, stage=Stage.COUNT) if position.is_of_all else _changes(following, plan)
    swept, logged = (position.ceiling, None) if position.is_of_all else (position.swept, position.told)
    done = replace(clean, stage=Stage.REST, part=0, since=None, until=None, told=None)
    return replace(done, covered=position.ceiling, swept=swept, logged=logged)


def restarted(position: Position, stage: Stage) -> Position | None:
    """The beginning of this part's bulk read, by a new job or row by row; None when it was begun anew before."""
    if position.is_restarted:
        return None
    return replace(position, stage=stage, job="", locator="", last_id="", is_restarted=True)


def smaller(position: Position, page_size: int) -> Position | None:
    """A shorter window, or fewer rows at a time; None when there is nothing left to divide."""
    start = position.last_at or position.since
    if position.stage is Stage.CHANGES and start is not None and position.until is not None:
        half = (position.until - start) / 2
        if half >= _SHORTEST_WINDOW:
            return replace(position, until=(start + half).replace(microsecond=0))
    limit = (position.limit or page_size) // 2
    return replace(position, limit=limit) if limit >= _FEWEST_ROWS else None


def encode(position: Position) -> str:
    """The cursor text of a position."""
    # A run that takes over may begin anew once itself.
    told = asdict(replace(position, is_restarted=False))
    values = {key: value for key, value in told.items() if value not in {None, "", 0}}
    return json.dumps({"format": _FORMAT} | values, default=datetime.isoformat, separators=(",", ":"))


def decode(cursor: str) -> Position:
    """The position of a cursor text. Raises StopError for one that this version did not write."""
    try:
        values = json.loads(cursor)
        known = _READABLE[values.pop("format")]
        instants = {key: datetime.fromisoformat(values[key]) for key in known if key in values}
        return Position(**values | instants | {"stage": Stage(values["stage"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        message = "the saved place cannot be read; run `tesorio sync salesforce --full` to read all anew"
        raise StopError(message) from None


def _changes(position: Position, plan: Plan) -> Position:
    return replace(position, stage=Stage.CHANGES, since=_from(position, plan), until=position.ceiling)


def _from(position: Position, plan: Plan) -> datetime | None:
    return None if position.covered is None else position.covered - plan.overlap
