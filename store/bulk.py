"""Inserting many rows at once, and finding many rows by what they are called.

SQLAlchemy looks at every value of every row one by one. Here its statement and its types are kept, and the values go to
the driver column by column, each different one converted once; a first load is millions of rows. In the same way a
search for hundreds of ids binds one value and not hundreds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Dialect, String, Table, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.db import ReadConnection, WriteConnection

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as the driver takes it: its columns by their place, and what makes the driver's value of each."""

    sql: str
    columns: tuple[tuple[str, Convert | None], ...]


def _as_it_is(statement: Any) -> Any:
    return statement


async def insert_rows(
    conn: WriteConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    on_conflict: Callable[[Any], Any] = _as_it_is,
) -> None:
    """Insert rows that all have the same columns; `on_conflict` adds to the INSERT what a plain one lacks.

    It must be a function of a module: the statement that it makes for a table is kept.
    """
    if rows:
        names = tuple(rows[0])
        # Twice the same name: of a single one it would tell the bare value.
        values = zip(*map(itemgetter(*names, names[0]), rows), strict=True)
        await insert_columns(conn, table, dict(zip(names, values, strict=False)), on_conflict)


async def insert_columns(
    conn: WriteConnection,
    table: Table,
    values: Mapping[str, Sequence[Any]],
    on_conflict: Callable[[Any], Any] = _as_it_is,
) -> None:
    """Likewise of rows that are told column by column; some of them at least."""
    kept = _written(table, on_conflict, conn.dialect, tuple(values))
    columns = [_converted(values[name], convert) for name, convert in kept.columns]
    written = kept.sql
    await conn.exec_driver_sql(written, list(zip(*columns, strict=True)))


def insert_of(table: Table, dialect: Dialect) -> Any:
    """An INSERT of this database's dialect, which takes an ON CONFLICT clause."""
    return (sqlite_insert if dialect.name == "sqlite" else postgres_insert)(table)


def among(conn: ReadConnection, column: ColumnElement[str] | Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether the column's text is one of these, however many they are."""
    if conn.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(each.c.value))
        return found
    is_one: ColumnElement[bool] = column == any_(bindparam(None, list(values), type_=ARRAY(String)))
    return is_one


@lru_cache(maxsize=256)
def _written(table: Table, on_conflict: Callable[[Any], Any], dialect: Dialect, columns: tuple[str, ...]) -> _Written:
    compiled = on_conflict(insert_of(table, dialect)).compile(dialect=dialect, column_keys=list(columns))
    # Both drivers are given values by their place.
    places = tuple((name, _convert(table, name, dialect)) for name in compiled.positiontup or ())
    return _Written(str(compiled), places)


def _convert(table: Table, name: str, dialect: Dialect) -> Convert | None:
    found: Convert | None = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return found


def _converted(values: Sequence[Any], convert: Convert | None) -> Sequence[Any]:
    if convert is None:
        return values
    # Dates, instants and truths: a page has few different ones in most columns.
    converted = {value: convert(value) for value in set(values)}
    return [converted[value] for value in values]
