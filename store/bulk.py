"""Inserting many rows at once.

SQLAlchemy looks at every value of every row one by one. Here its statement and its types are kept, and the values go to
the driver column by column, which takes half the time; a first load is millions of rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Insert, Table

from store.db import WriteConnection


async def insert_rows(
    conn: WriteConnection, table: Table, rows: Sequence[Mapping[str, Any]], statement: Insert | None = None
) -> None:
    """Insert rows that all have the same columns, with `statement` where a plain INSERT will not do."""
    if not rows:
        return
    compiled = (table.insert() if statement is None else statement).compile(
        dialect=conn.dialect, column_keys=list(rows[0])
    )
    written = str(compiled)
    # Both drivers are given values by their place.
    columns = [_column(table, name, rows, conn.dialect) for name in compiled.positiontup or ()]
    await conn.exec_driver_sql(written, list(zip(*columns, strict=True)))


def _column(table: Table, name: str, rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[Any]:
    found: Callable[[Any], Any] | None = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return [row[name] for row in rows] if found is None else [found(row[name]) for row in rows]
