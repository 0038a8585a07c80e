"""The conflict log: fields of customers of which the ERP and the CRM say different things, and what people chose."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from store.crm.accounts import crm_accounts
from store.crm.decide import FieldState, Standing, is_conflict
from store.crm.links import crm_links, lock_links
from store.crm.rules import crm_rules
from store.crm.values import crm_fields, keep_standings, settle, standing_of_row, standings_of
from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.records import RecordId


class Choice(StrEnum):
    """What a person may do with a conflict: let the ERP's value stay, or the CRM's show from now on."""

    KEEP = "keep"
    ACCEPT = "accept"


STATES = {Choice.KEEP: FieldState.KEPT, Choice.ACCEPT: FieldState.ACCEPTED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """A field of a customer on which two systems differ: `origin` and `crm`. `customer_name` is the one that shows."""

    customer_id: RecordId
    customer_name: str
    origin: str
    crm: str
    field: str
    standing: Standing

    @property
    def seen(self) -> str:
        """Both values in a few characters, by which a choice is told from one between others."""
        told = repr((self.standing.erp_value, self.standing.crm_value))
        return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


async def open_conflicts(conn: ReadConnection, *, limit: int, offset: int = 0) -> tuple[Conflict, ...]:
    """Those that nobody has decided yet, the oldest first."""
    return await conflicts_where(conn, is_undecided(), limit=limit, offset=offset)


async def count_open_conflicts(conn: ReadConnection) -> int:
    """How many they are."""
    query = select(func.count()).select_from(crm_fields).where(is_undecided())
    return int((await conn.execute(query)).scalar_one())


async def conflicts_of(conn: ReadConnection, customer_id: RecordId) -> tuple[Conflict, ...]:
    """All of one customer, whatever was decided."""
    return await conflicts_where(
        conn, (crm_fields.c.customer_id == customer_id) & _differs(), limit=len(FieldState) ** 2
    )


async def decide_conflict(
    conn: WriteConnection,
    customer_id: RecordId,
    field: str,
    choice: Choice,
    *,
    by: str,
    at: datetime,
    seen: str | None = None,
) -> Conflict | None:
    """Do what a person chose, now and for what comes; the conflict as it was. None when there is none (any more).

    Likewise when it is not between the values that the person saw, `Conflict.seen`: one of them has changed meanwhile.
    """
    rules = await crm_rules(conn)
    if rules is None:
        return None
    await lock_links(conn)
    found = next((one for one in await conflicts_of(conn, customer_id) if one.field == field), None)
    if found is None or not is_conflict(field, found.standing) or seen not in {None, found.seen}:
        return None
    standings = await standings_of(conn, [customer_id])
    state = replace(found.standing, state=STATES[choice], decided_by=by, decided_at=at)
    await keep_standings(conn, {customer_id: standings[customer_id] | {field: state}}, before=standings)
    await settle(conn, rules, [customer_id], at=at)
    return found


def is_undecided() -> ColumnElement[bool]:
    """Whether a row of `crm_fields` is a conflict that nobody has decided yet."""
    return crm_fields.c.state == FieldState.OPEN.value


def conflicts_of_columns(*columns: Any) -> Select[Any]:
    """These columns of the conflicts of customers who have an account: `crm_fields` joined with both sides."""
    return (
        select(*columns)
        .select_from(crm_fields)
        .join(customers, customers.c.id == crm_fields.c.customer_id)
        .join(crm_links, crm_links.c.customer_id == crm_fields.c.customer_id)
        .join(crm_accounts, crm_accounts.c.id == crm_links.c.account_id)
    )


def _differs() -> ColumnElement[bool]:
    c = crm_fields.c
    return (c.state != FieldState.FILLED.value) & (c.crm_value != "") & (c.erp_value != "")


async def conflicts_where(
    conn: ReadConnection, condition: ColumnElement[bool], *first: ColumnElement[Any], limit: int, offset: int = 0
) -> tuple[Conflict, ...]:
    """Those of which this is so, the oldest first, but for what comes `first`."""
    c = crm_fields.c
    query = conflicts_of_columns(crm_fields, customers.c.name, customers.c.origin, crm_accounts.c.origin.label("crm"))
    ordered = query.where(condition).order_by(*first, c.since, c.customer_id, c.field).limit(limit).offset(offset)
    rows = (await conn.execute(ordered)).mappings()
    return tuple(
        Conflict(
            customer_id=RecordId(row["customer_id"]),
            customer_name=row["name"],
            origin=row["origin"],
            crm=row["crm"],
            field=row["field"],
            standing=standing_of_row(row),
        )
        for row in rows
    )
