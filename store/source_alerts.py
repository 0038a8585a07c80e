"""What was told of each source's troubles: since when it has any, and when people last heard of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceAlert:
    """How a source stands with those whom its troubles are told.

    `trouble` is a sentence, «» while all is well; `since` when it began. `told_at` is when an alert last went out, and
    `is_open` whether no «works again» has followed it. `version` counts the changes.
    """

    source: str
    trouble: str = ""
    since: datetime | None = None
    told_at: datetime | None = None
    is_open: bool = False
    version: int = 0


source_alerts = Table(
    "source_alerts",
    metadata,
    Column("source", String, primary_key=True),
    Column("trouble", Text, nullable=False),
    Column("since", Instant),
    Column("told_at", Instant),
    Column("is_open", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)


async def source_alert(conn: ReadConnection, source: str) -> SourceAlert:
    """How a source stands; all is well with one that was never in trouble."""
    row = (await conn.execute(select(source_alerts).where(source_alerts.c.source == source))).mappings().first()
    return SourceAlert(**row) if row else SourceAlert(source=source)


async def move_alert(conn: WriteConnection, before: SourceAlert, after: SourceAlert) -> bool:
    """Replace what is kept, if it is still what the caller read; False when another replica was first."""
    values: dict[str, Any] = asdict(after) | {"version": before.version + 1}
    if before.version == 0:
        made = conflict_insert(conn, source_alerts).values(values).on_conflict_do_nothing(index_elements=["source"])
        return bool((await conn.execute(made)).rowcount == 1)
    c = source_alerts.c
    same = update(source_alerts).where(c.source == before.source, c.version == before.version)
    return bool((await conn.execute(same.values(values))).rowcount == 1)


async def alerts_since(conn: ReadConnection, instant: datetime) -> tuple[tuple[str, datetime], ...]:
    """The sources of whose trouble people were last told from then on, with when."""
    c = source_alerts.c
    rows = await conn.execute(select(c.source, c.told_at).where(c.told_at >= instant).order_by(c.source))
    return tuple((row.source, row.told_at) for row in rows)
