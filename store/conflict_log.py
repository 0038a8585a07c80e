"""The conflict log as a whole: what is undecided and what was decided, field by field; deciding many, and reopening.

Of one customer's field `store.crm.conflicts` decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true

from store.crm.conflicts import (
    STATES,
    Choice,
    Conflict,
    conflicts_of,
    conflicts_of_columns,
    conflicts_where,
    is_undecided,
)
from store.crm.decide import FieldState
from store.crm.links import lock_links
from store.crm.rules import crm_rules
from store.crm.values import crm_fields, keep_standings, settle, standings_of
from store.db import ReadConnection, WriteConnection
from store.records import RecordId


async def count_undecided(conn: ReadConnection, *, until: datetime | None = None) -> Mapping[str, int]:
    """How many fields of each name nobody has decided; only those that differ since then, if an instant is given."""
    return await _counts(conn, is_undecided() & _since(until))


async def count_decided(conn: ReadConnection) -> Mapping[str, int]:
    """How many fields of each name a person has decided."""
    return await _counts(conn, _is_decided())


async def undecided(conn: ReadConnection, field: str, *, limit: int, offset: int) -> tuple[Conflict, ...]:
    """What nobody has decided, of one field or, with «», of all; the oldest first."""
    return await conflicts_where(conn, is_undecided() & _is_of(field), limit=limit, offset=offset)


async def decided_by_people(conn: ReadConnection, field: str, *, limit: int, offset: int) -> tuple[Conflict, ...]:
    """What people have decided, likewise; the newest first."""
    newest = crm_fields.c.decided_at.desc()
    return await conflicts_where(conn, _is_decided() & _is_of(field), newest, limit=limit, offset=offset)


async def decide_some(
    conn: WriteConnection,
    choice: Choice,
    field: str,
    *,
    until: datetime,
    after: RecordId | None,
    limit: int,
    by: str,
    at: datetime,
) -> tuple[int, RecordId | None]:
    """Decide what differs since `until` at the latest, of the next customers by their ids.

    How many fields it was, and the last of these customers: None when there are no more. Done again it changes nothing.
    """
    rules = await crm_rules(conn)
    if rules is None:
        return 0, None
    await lock_links(conn)
    wanted = is_undecided() & _since(until) & _is_of(field)
    ids = await _next_customers(conn, wanted, after=after, limit=limit)
    found = await _fields_of(conn, wanted, ids)
    before = await standings_of(conn, ids)
    state = STATES[choice]
    chosen = {
        each: before[each]
        | {name: replace(before[each][name], state=state, decided_by=by, decided_at=at) for name in found[each]}
        for each in ids
    }
    await keep_standings(conn, chosen, before=before)
    await settle(conn, rules, ids, at=at)
    return sum(map(len, found.values())), ids[-1] if len(ids) == limit else None


async def count_decided_at(conn: ReadConnection, choice: Choice, *, by: str, at: datetime) -> int:
    """How many fields one decision was about that stand as it left them."""
    c = crm_fields.c
    made = (c.state == STATES[choice].value, c.decided_by == by, c.decided_at == at)
    return int((await conn.execute(select(func.count()).select_from(crm_fields).where(*made))).scalar_one())


async def reopen_conflict(conn: WriteConnection, customer_id: RecordId, field: str, *, at: datetime) -> Conflict | None:
    """Take a person's choice back: the rules decide, and where both still differ it is asked anew.

    The conflict as it was; None when nobody had decided it.
    """
    rules = await crm_rules(conn)
    if rules is None:
        return None
    await lock_links(conn)
    known = (one for one in await conflicts_of(conn, customer_id) if one.field == field)
    was = next((one for one in known if one.standing.state in STATES.values()), None)
    if was is None:
        return None
    before = await standings_of(conn, [customer_id])
    reopened = replace(was.standing, state=FieldState.OPEN, since=at, decided_by=None, decided_at=None)
    await keep_standings(conn, {customer_id: before[customer_id] | {field: reopened}}, before=before)
    await settle(conn, rules, [customer_id], at=at)
    return was


async def _next_customers(
    conn: ReadConnection, wanted: ColumnElement[bool], *, after: RecordId | None, limit: int
) -> list[RecordId]:
    customer = crm_fields.c.customer_id
    behind = true() if after is None else customer > after
    query = conflicts_of_columns(customer).where(wanted, behind).distinct().order_by(customer).limit(limit)
    return [RecordId(each) for each in (await conn.execute(query)).scalars()]


async def _fields_of(
    conn: ReadConnection, wanted: ColumnElement[bool], ids: Sequence[RecordId]
) -> Mapping[RecordId, Sequence[str]]:
    c = crm_fields.c
    found: dict[RecordId, list[str]] = {each: [] for each in ids}
    for customer_id, name in await conn.execute(select(c.customer_id, c.field).where(wanted, c.customer_id.in_(ids))):
        found[customer_id].append(name)
    return found


async def _counts(conn: ReadConnection, condition: ColumnElement[bool]) -> Mapping[str, int]:
    query = conflicts_of_columns(crm_fields.c.field, func.count()).where(condition).group_by(crm_fields.c.field)
    rows = await conn.execute(query.order_by(crm_fields.c.field))
    return {str(field): int(number) for field, number in rows}


def _is_decided() -> ColumnElement[bool]:
    c = crm_fields.c
    return and_(c.state.in_([state.value for state in STATES.values()]), c.crm_value != "", c.erp_value != "")


def _is_of(field: str) -> ColumnElement[bool]:
    return crm_fields.c.field == field if field else true()


def _since(until: datetime | None) -> ColumnElement[bool]:
    return crm_fields.c.since <= until if until else true()
