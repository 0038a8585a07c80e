"""What people record here and end once, such as promises and disputes: added and ended with a change row each."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, update

from store.changes import Change, append_changes
from store.db import WriteConnection
from store.records import RecordId
from store.upsert import conflict_insert

_OPEN = "open"


async def add_once(conn: WriteConnection, table: Table, kind: str, row: dict[str, Any], *, at: datetime) -> None:
    """Add the row of a record of this kind; one whose id is there already stays as it is."""
    statement = conflict_insert(conn, table).values(row)
    added = await conn.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
    if added.rowcount:
        await append_changes(conn, [Change(kind=kind, record_id=RecordId(row["id"]), action="inserted")], at=at)


async def open_again(
    conn: WriteConnection, table: Table, kind: str, record_id: str, state: str, *, at: datetime, **values: object
) -> bool:
    """Let a record in this state wait again, with these values; False when it is in that state no more."""
    is_in_it = (table.c.state == state, table.c.id == record_id)
    moved = await conn.execute(update(table).where(*is_in_it).values(state=_OPEN, **values))
    if not moved.rowcount:
        return False
    change = Change(kind=kind, record_id=RecordId(record_id), action="changed", fields={"state": (state, _OPEN)})
    await append_changes(conn, [change], at=at)
    return True


async def end_open(
    conn: WriteConnection, table: Table, kind: str, record_id: str, state: str, *, at: datetime, **values: object
) -> bool:
    """Put an open record into another state, with these values; False when it is open no more."""
    is_open = (table.c.state == _OPEN, table.c.id == record_id)
    ended = await conn.execute(update(table).where(*is_open).values(state=state, **values))
    if not ended.rowcount:
        return False
    moved = Change(kind=kind, record_id=RecordId(record_id), action="changed", fields={"state": (_OPEN, state)})
    await append_changes(conn, [moved], at=at)
    return True
