"""Leases: who may do a thing that must not be done twice at once, across processes and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, RowMapping, String, Table, case, delete, or_, select

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
    c, fresh = leases.c, Lease(name=name, holder=holder, since=now, until=now + lasting)
    values = {field: getattr(fresh, field) for field in Lease.__dataclass_fields__}
    # One statement decides, so of two programs that ask at once only one is answered with a row.
    statement = conflict_insert(conn, leases).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "since": case((c.holder == holder, c.since), else_=now), "until": fresh.until},
        where=or_(c.holder == holder, c.until <= now),
    )
    row = (await conn.execute(statement.returning(*c))).mappings().first()
    return _lease(row) if row else None


async def release_lease(conn: WriteConnection, name: str, holder: str) -> None:
    """Let go, if it is ours."""
    await conn.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


async def release_all(conn: WriteConnection, names: str, holders_: str) -> None:
    """Let go of every lease whose name and whose holder begin so."""
    c = leases.c
    its_own = c.name.startswith(names, autoescape=True) & c.holder.startswith(holders_, autoescape=True)
    await conn.execute(delete(leases).where(its_own))


async def read_lease(conn: ReadConnection, name: str) -> Lease | None:
    """Who holds the lease, or held it last."""
    row = (await conn.execute(select(leases).where(leases.c.name == name))).mappings().first()
    return _lease(row) if row else None


async def holders(conn: ReadConnection, prefix: str, *, now: datetime) -> frozenset[str]:
    """Who holds a lease whose name begins so, and has not let it run out."""
    query = select(leases.c.holder).where(leases.c.name.startswith(prefix, autoescape=True), leases.c.until > now)
    return frozenset((await conn.execute(query)).scalars())


def _lease(row: RowMapping) -> Lease:
    return Lease(**{field: row[field] for field in Lease.__dataclass_fields__})
