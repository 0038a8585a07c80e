"""Which rows a query has to look at: an index finds them, and its conditions still decide on each."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sandbox.salesforce.field import IDS, ObjectType, Row
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.soql.literals import Text
from sandbox.salesforce.soql.tree import Among, Compare, Condition, Junction, Path, Query, SemiJoin
from sandbox.salesforce.table import Table


def candidates(query: Query, type_: ObjectType, table: Table) -> Iterable[Row]:
    """All rows that can be in the answer, in the query's own order when that is the order of stamps."""
    since, until = _window(query.where)
    if is_stamp_order(query):
        return table.by_stamp(since, until)
    for field, wanted in equalities(query.where):
        known = type_.field(field)
        if known and (known.is_external_id or known.type in IDS):
            return table.holding(known.name, [known_id(one) or one if known.type in IDS else one for one in wanted])
    return table.by_stamp(since, until) if since or until else table.rows.values()


def is_stamp_order(query: Query) -> bool:
    """Whether the rows are wanted in the order in which the table keeps them anyway."""
    wanted = [(str(order.path).lower(), order.is_descending) for order in query.order]
    return wanted == [("systemmodstamp", False), ("id", False)]


def equalities(where: Condition | None) -> Iterator[tuple[str, list[str]]]:
    """The object's own fields that have to say one of a few texts, in lower case, with these texts."""
    for part in _required(where):
        if not isinstance(part, Compare | Among) or len(part.path.names) > 1:
            continue
        literals = part.literals if isinstance(part, Among) else (part.literal,)
        is_equal = part.sign == "=" if isinstance(part, Compare) else not part.is_negated
        texts = [literal.plain for literal in literals if isinstance(literal, Text)]
        if is_equal and len(texts) == len(literals):
            yield part.path.names[0].lower(), texts


def semi_joined(where: Condition | None) -> Iterator[str]:
    """The object's own fields that have to point at a record that another query selects, in lower case."""
    for part in _required(where):
        if isinstance(part, SemiJoin) and not part.is_negated and len(part.path.names) == 1:
            yield part.path.names[0].lower()


def _required(where: Condition | None) -> Iterator[Condition]:
    """The conditions that every row has to meet."""
    if isinstance(where, Junction) and not where.is_any:
        for part in where.parts:
            yield from _required(part)
    elif where is not None:
        yield where


def _window(where: Condition | None) -> tuple[datetime | None, datetime | None]:
    """Stamps between which all rows of the answer lie."""
    if isinstance(where, Junction):
        bounds = [_window(part) for part in where.parts]
        sinces, untils = [since for since, _ in bounds], [until for _, until in bounds]
        return (_bound(sinces, min), _bound(untils, max)) if where.is_any else (_tightest(sinces), _earliest(untils))
    if isinstance(where, Compare) and _is_stamp(where.path) and isinstance(where.literal, datetime):
        since = where.literal if where.sign in {">", ">=", "="} else None
        return since, where.literal if where.sign == "<" else None
    return None, None


def _bound(bounds: list[datetime | None], widest: Callable[[list[datetime]], datetime]) -> datetime | None:
    """What holds for every part: nothing, when one of them is open on this side."""
    known = [bound for bound in bounds if bound is not None]
    return widest(known) if len(known) == len(bounds) else None


def _tightest(sinces: list[datetime | None]) -> datetime | None:
    return max((bound for bound in sinces if bound is not None), default=None)


def _earliest(untils: list[datetime | None]) -> datetime | None:
    return min((bound for bound in untils if bound is not None), default=None)


def _is_stamp(path: Path) -> bool:
    return len(path.names) == 1 and path.names[0].lower() == "systemmodstamp"
