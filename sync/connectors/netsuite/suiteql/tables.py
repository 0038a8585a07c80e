"""What a table of SuiteQL is read for, and which query a search for records becomes. Pure.

Amounts are those in the transaction's currency. Every query has one order, by ids that no two rows share, and begins
after the last id that is known: no row can come twice or be skipped because others come and go meanwhile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sync.connectors.netsuite.request import Criterion, Search
from sync.connectors.netsuite.suiteql.literals import Value, filled
from sync.errors import RejectedError

# A timestamp of SuiteQL is shown in the zone and form that its user prefers; so none is left to choose.
UTC_TEXT = 'TO_CHAR(SYS_EXTRACT_UTC({0}), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') AS {1}'
DAY_TEXT = "TO_CHAR({0}, 'YYYY-MM-DD') AS {1}"
CHANGED = UTC_TEXT.format("lastmodifieddate", "changed")
WINDOW = "SYS_EXTRACT_UTC(lastmodifieddate) >= :since AND SYS_EXTRACT_UTC(lastmodifieddate) <= :until"

_ID_NUMBER = "internalIdNumber"
# The slices of ids in which a window is read that cannot be divided otherwise.
_SLICES = {"greaterThan": "id > :values", "between": "id >= :since AND id <= :until"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Select:
    """A query: what is read of a table, where, and in which order.

    `where` has places for literals (:ids, :after); `conditions` are whole already, so that nothing that a literal
    says becomes a place. `optional` are the columns that an account may lack, as a feature is off or its role may not
    see them: what is made of one is then left out.
    """

    table: str
    columns: tuple[str, ...]
    where: str = "id > :after"
    conditions: tuple[str, ...] = ()
    order: str = "id"
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What the records of one kind are read from.

    `columns` are the values of the body; `conditions` say per field of a SuiteTalk search what it is in SuiteQL, with
    places :values, or :since and :until. `words` translates values that are words of SuiteTalk. `optional` is as above.
    """

    name: str
    columns: tuple[str, ...]
    conditions: Mapping[str, str]
    words: Mapping[str, str]
    optional: frozenset[str] = frozenset()


def shown(column: str, name: str = "") -> str:
    """The name that people see of what a column points at."""
    return f"BUILTIN.DF({column}) AS {name or column}_name"


def select_for(table: Table, search: Search, custom_columns: tuple[str, ...], custom: frozenset[str]) -> Select:
    """The query for the records that the search finds, after the one with the id :after. Raises RejectedError.

    `custom_columns` are made of the columns `custom`, which the account may lack. All else are constants, and literals
    that `filled` made.
    """
    return Select(
        table=table.name,
        columns=(*table.columns, *custom_columns),
        conditions=tuple(_condition(table, one) for one in search.criteria if one.field != "mainLine"),
        optional=table.optional | custom,
    )


def text_of(select: Select, values: Mapping[str, Value]) -> str:
    """The query as it is sent, with these values in its places."""
    columns, where = ", ".join(select.columns), (*select.conditions, filled(select.where, values))
    return " ".join(("SELECT", columns, "FROM", select.table, "WHERE", " AND ".join(where), "ORDER BY", select.order))


def without(select: Select, column: str) -> Select | None:
    """The query without what is made of the column; None where it cannot do without."""
    if column not in select.optional:
        return None
    named = re.compile(rf"\b{re.escape(column)}\b", re.IGNORECASE)
    return replace(select, columns=tuple(one for one in select.columns if not named.search(one)))


def _condition(table: Table, criterion: Criterion) -> str:
    template = (
        _SLICES.get(criterion.operator) if criterion.field == _ID_NUMBER else table.conditions.get(criterion.field)
    )
    if template is None:
        raise RejectedError(f"a {table.name} is not found by its {criterion.field} in SuiteQL")
    return filled(template, _values(table, criterion))


def _values(table: Table, criterion: Criterion) -> dict[str, Value]:
    if criterion.operator in {"within", "between"}:
        since, until = criterion.values
        return {"since": _plain(since), "until": _plain(until)}
    words = (table.words.get(str(value), value) for value in criterion.values)
    return {"values": tuple(value if isinstance(value, int) else str(value) for value in words)}


def _plain(value: object) -> Value:
    if isinstance(value, bool | float) or not isinstance(value, str | int | datetime):
        raise RejectedError("a query compares with texts, whole numbers and instants")
    return value
