"""A CRM that a person has switched on or off: who, when and of which organisation, and what that came to.

What they chose with it is kept by `store.crm.switch`, and the rhythm in which it is read by `store.rhythms`. The last
decision counts, whichever of two is carried out later.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from store.contacts import contacts
from store.crm.keys import OWN_FIELDS
from store.crm.rules import FIELDS, CrmChoices, Policy, chosen_over, rules_of
from store.crm.switch import chosen, keep_chosen
from store.custom_values import single_values
from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.facts import keep_fact, read_fact
from store.records import RecordId
from store.rhythms import SourceRhythm, drop_rhythm, keep_rhythm

_FACT = "crm.switched"
_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Switched:
    """The last decision about the CRM `system`.

    `at` is when it was taken and `since` when the CRM was switched on, from which its 24 hours count; `by` is the name
    of whoever did. `organisation` is the CRM's own id of the account that was allowed. `key` names the decision: the
    same one is carried out once.
    """

    system: str
    key: str
    is_on: bool
    at: datetime
    since: datetime
    by: str
    organisation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmCounts:
    """What a CRM gives: its contacts of our customers, and the customers with an account manager."""

    contacts: int
    account_managers: int


async def switched(conn: ReadConnection) -> Switched | None:
    """The last decision; None where nobody took one."""
    found = await read_fact(conn, _FACT)
    if found is None:
        return None
    told = json.loads(found)
    return Switched(**told | {name: datetime.fromisoformat(told[name]) for name in ("at", "since")})


async def switch_on(conn: WriteConnection, settled: CrmChoices, choices: CrmChoices, decision: Switched) -> bool:
    """Let these choices count from here on, as far as `settled` leaves them open; False when there is nothing to do.

    A CRM that is on already keeps the moment from which its rhythm counts.
    """
    known = await switched(conn)
    if not _is_next(known, decision):
        return False
    since = known.since if known and known.is_on else decision.at
    await keep_chosen(conn, choices)
    await _keep(conn, replace(decision, since=since))
    every_hours = rules_of(chosen_over(settled, choices)).every_hours
    if every_hours is None:
        await drop_rhythm(conn, decision.system)
    else:
        await keep_rhythm(conn, SourceRhythm(source=decision.system, since=since, every_hours=every_hours))
    return True


async def switch_off(conn: WriteConnection, decision: Switched) -> bool:
    """Take nothing from the CRM any more, as far as the settings leave that open; False likewise.

    Which account is which customer stays known, so that switching it on again starts where it ended.
    """
    if not _is_next(await switched(conn), decision):
        return False
    nothing = dict.fromkeys(FIELDS, Policy.OFF)
    before = await chosen(conn)
    await keep_chosen(
        conn,
        replace(
            before,
            contacts=False,
            account_managers=False,
            lookup_contacts=False,
            owner_contact=False,
            notes=False,
            policies=nothing,
        ),
    )
    await _keep(conn, decision)
    return True


async def crm_counts(conn: ReadConnection, system: str) -> CrmCounts:
    """The counts as the store has them now."""
    c = contacts.c
    related = (c.origin == system, c.deleted_at.is_(None), c.customer_id.is_not(None), c.source_field.is_(None))
    managed = (customers.c.account_manager.is_not(None), customers.c.deleted_at.is_(None))
    return CrmCounts(
        contacts=int((await conn.execute(select(func.count()).select_from(contacts).where(*related))).scalar_one()),
        account_managers=int(
            (await conn.execute(select(func.count()).select_from(customers).where(*managed))).scalar_one()
        ),
    )


async def values_of_customers(
    conn: ReadConnection, crm: str, *, after: RecordId | None
) -> tuple[tuple[Mapping[str, str], ...], RecordId | None]:
    """What the next customers of the ERP hold that they may be matched by, and the last one's id: None at the end.

    By the names that `CrmRules.customer_field` has; «source_id» is the ERP's own id.
    """
    c = customers.c
    columns = (c.id, c.custom_fields_json, *(c[name] for name in sorted(OWN_FIELDS)))
    living = (c.origin != crm, c.deleted_at.is_(None), *(() if after is None else (c.id > after,)))
    rows = (await conn.execute(select(*columns).where(*living).order_by(c.id).limit(_PAGE))).mappings().all()
    found = tuple(
        single_values(row["custom_fields_json"]) | {name: row[name] for name in OWN_FIELDS if row[name]} for row in rows
    )
    return found, RecordId(rows[-1]["id"]) if len(rows) == _PAGE else None


def _is_next(known: Switched | None, decision: Switched) -> bool:
    """Whether the decision is neither carried out already nor older than one that is. Pure."""
    return known is None or (known.key != decision.key and known.at <= decision.at)


async def _keep(conn: WriteConnection, decision: Switched) -> None:
    told = asdict(decision) | {"at": decision.at.isoformat(), "since": decision.since.isoformat()}
    await keep_fact(conn, _FACT, json.dumps(told))
