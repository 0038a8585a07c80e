"""Reading a window that cannot be divided in time any more in slices of internal ids. Pure.

A bulk edit stamps thousands of records with one minute, and while their pages are read, people work on. A slice that
fits on one page cannot shift. Slices go from the lowest ids to the highest; one that is too large is cut at the middle
of the ids that it was seen to have.
"""

from collections.abc import Iterable
from dataclasses import replace

from sync.connectors.netsuite.position import Plan, Position, Stage, halved, is_divisible, restarted

# Above every internal id: NetSuite counts them, for all transactions of an account together.
_HIGHEST = 1 << 40
_SLICED = frozenset({Stage.WINDOWS, Stage.NEW})


def smaller(position: Position, plan: Plan) -> Position | None:
    """What to read instead of a span that is too much or keeps shifting; None when it cannot be divided.

    Open items are all in the windows, too, so that nothing is complete before these have been read.
    """
    if position.stage is Stage.OPEN:
        return replace(restarted(position), stage=Stage.WINDOWS, restarts=0)
    if position.by_ids:
        return _bisected(position)
    if is_divisible(position, plan):
        return halved(position)
    return _begun(position) if position.stage in _SLICED else None


def cut(position: Position, ids: Iterable[int]) -> Position | None:
    """The lower part of a slice that has these ids, and more; None when all that is known of it is one id."""
    known = sorted({one for one in ids if one > position.above})
    return replace(position, upto=known[(len(known) - 1) // 2]) if len(known) > 1 else None


def _begun(position: Position) -> Position:
    first = position.top_id if position.stage is Stage.NEW else 0
    return replace(restarted(position), restarts=0, by_ids=True, above=first, upto=None)


def _bisected(position: Position) -> Position | None:
    """The lower half of a slice of which nothing could be seen."""
    highest = _HIGHEST if position.upto is None else position.upto
    middle = (position.above + highest) // 2
    return replace(position, upto=middle) if position.above < middle < highest else None
