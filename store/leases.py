"""Leases: who may do a thing that must not be done twice at once, across processes and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, delete, select

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to do `name`, held by one run until it lets go or stops renewing."""

    name: str
    holder: str
    since: datetime
    until: datetime


leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)


async def take_lease(
    conn: WriteConnection, name: str, holder: str, *, now: datetime, lasting: timedelta
) -> Lease | None:
    """The lease if it is free, ran out, or is ours already (then renewed); None while somebody else holds it."""
    known = await read_lease(conn, name)
    if known is not None and known.holder != holder and known.until > now:
        return None
    since = known.since if known is not None and known.holder == holder else now
    lease = Lease(name=name, holder=holder, since=since, until=now + lasting)
    values = {field: getattr(lease, field) for field in Lease.__dataclass_fields__}
    statement = conflict_insert(conn, leases).values(values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
    return lease


async def release_lease(conn: WriteConnection, name: str, holder: str) -> None:
    """Let go, if it is ours."""
    await conn.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


async def read_lease(conn: ReadConnection, name: str) -> Lease | None:
    """Who holds the lease, or held it last."""
    row = (await conn.execute(select(leases).where(leases.c.name == name))).mappings().first()
    return Lease(**{field: row[field] for field in Lease.__dataclass_fields__}) if row else None
