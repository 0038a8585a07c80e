"""Following changed rules, a few customers at a time, so that nobody waits long: killed in the middle, it starts over.

What is written while this goes on goes by the new rules already. The settings are the first word; what they leave open,
people choose in Slack, and that is kept here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, func, select, update

from store.bulk import among
from store.contacts import contacts
from store.crm.accounts import crm_accounts
from store.crm.keys import rekey
from store.crm.links import crm_links, links_of_customers, lock_links, rematch
from store.crm.pages import follow_links
from store.crm.people import bury_contacts, mark_main, remake_people
from store.crm.rules import ContactsFrom, CrmChoices, CrmRules, MatchBy, Policy, crm_rules, keep_rules, related_streams
from store.crm.values import settle
from store.cursors import claim_cursor, forget_cursor, read_cursor
from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.facts import drop_fact, keep_fact, read_fact
from store.records import RecordId
from store.rhythms import SourceRhythm, drop_rhythm, keep_rhythm, rhythm_of
from store.upsert import MANY, chunks

# The streams of a CRM, by the names that its connector gives them.
ACCOUNTS, CONTACTS, NOTES = "accounts", "contacts", "notes"
_CHOSEN, _SWITCHING = "crm.chosen", "crm.switching"
_IS_AWAITED = and_(crm_links.c.account_id == crm_accounts.c.id, crm_links.c.is_awaited.is_(True))


def streams_off(rules: CrmRules) -> frozenset[str]:
    """The streams of the CRM that these rules do not ask for."""
    return frozenset({CONTACTS, NOTES}) - related_streams(rules)


async def skipped_streams(conn: ReadConnection, source: str) -> frozenset[str]:
    """The streams of any source that are not read."""
    rules = await crm_rules(conn)
    return streams_off(rules) if rules and rules.system == source else frozenset()


async def chosen(conn: ReadConnection) -> CrmChoices:
    """What people chose in Slack."""
    told = json.loads(await read_fact(conn, _CHOSEN) or "{}")
    match_by = MatchBy(told["match_by"]) if told.get("match_by") else None
    policies = {name: Policy(value) for name, value in told.get("policies", {}).items()}
    return CrmChoices(**{**told, "match_by": match_by, "policies": policies})


async def keep_chosen(conn: WriteConnection, choices: CrmChoices) -> None:
    """Keep what people chose; the next reading of the CRM begins with following it."""
    await keep_fact(conn, _CHOSEN, json.dumps(asdict(choices)))


async def begin_switch(conn: WriteConnection, rules: CrmRules, *, run_id: str, at: datetime) -> bool:
    """Let these rules hold; whether there is anything to follow. `run_id` takes over the streams to be read anew."""
    before = await crm_rules(conn)
    if before == rules and await read_fact(conn, _SWITCHING) is None:
        return False
    await keep_rules(conn, rules)
    await keep_fact(conn, _SWITCHING, at.isoformat())
    await _keep_rhythm(conn, rules, at)
    for stream in _read_anew(before, rules):
        await read_again(conn, rules.system, stream, run_id=run_id)
    # What is being written by the rules before is there when the first customers are followed with.
    await lock_links(conn)
    return True


async def switch_some(
    conn: WriteConnection, rules: CrmRules, *, after: RecordId | None, limit: int, at: datetime
) -> RecordId | None:
    """Follow with the next customers, in the order of their ids; the last of them, None when there are no more."""
    await lock_links(conn)
    behind = () if after is None else (customers.c.id > after,)
    query = select(customers.c.id).where(*behind).order_by(customers.c.id).limit(limit)
    ids = [RecordId(each) for each in (await conn.execute(query)).scalars()]
    touched = await rekey(conn, rules, ids)
    moved = await rematch(conn, rules, keys=touched, customers=ids, at=at)
    await follow_links(conn, rules, moved, at=at)
    await settle(conn, rules, ids, at=at)
    accounts = (await links_of_customers(conn, ids)).values()
    await remake_people(conn, rules, accounts, at=at)
    await mark_main(conn, rules, accounts, at=at)
    if rules.contacts is not ContactsFrom.MIRRORED:
        await _take_back(conn, tuple(accounts))
    return ids[-1] if ids else None


async def bury_some(
    conn: WriteConnection, rules: CrmRules, *, after: RecordId | None, limit: int, at: datetime
) -> RecordId | None:
    """Where contacts are not asked for (any more), bury so many of the CRM's; the last, None when there are no more."""
    if rules.contacts is not ContactsFrom.OFF:
        return None
    c = contacts.c
    related = (c.origin == rules.system, c.source_field.is_(None), c.deleted_at.is_(None))
    behind = () if after is None else (c.id > after,)
    ids = (await conn.execute(select(c.id).where(*related, *behind).order_by(c.id).limit(limit))).scalars().all()
    await bury_contacts(conn, ids, at=at)
    return RecordId(ids[-1]) if ids else None


async def end_switch(conn: WriteConnection) -> None:
    """All customers have been followed with."""
    await drop_fact(conn, _SWITCHING)


async def hand_over(conn: WriteConnection, rules: CrmRules, *, limit: int) -> bool:
    """The CRM's contacts have been read: so many customers have theirs from it now; whether more may be left."""
    if rules.contacts is not ContactsFrom.MIRRORED:
        return False
    c = crm_links.c
    query = select(c.account_id).where(c.gives_contacts.is_(False), c.is_awaited.is_(False)).limit(limit)
    ids = (await conn.execute(query)).scalars().all()
    for chunk in chunks(ids, MANY):
        await conn.execute(update(crm_links).where(among(conn, c.account_id, chunk)).values(gives_contacts=True))
    return len(ids) == limit


async def awaited(conn: ReadConnection, *, limit: int) -> tuple[str, ...]:
    """The CRM's ids of accounts that turned out to have a customer, and are to be asked for with all that is theirs."""
    c = crm_accounts.c
    query = select(c.source_id).join(crm_links, _IS_AWAITED).order_by(c.id).limit(limit)
    return tuple((await conn.execute(query)).scalars())


async def count_awaited(conn: ReadConnection) -> int:
    """How many they are."""
    query = select(func.count()).select_from(crm_accounts).join(crm_links, _IS_AWAITED)
    return int((await conn.execute(query)).scalar_one())


async def end_waiting(conn: WriteConnection, account_ids: Sequence[RecordId] | None = None) -> None:
    """These accounts have been asked for; None: all of them come anyway, as everything is read anew."""
    c = crm_links.c
    waiting = c.is_awaited.is_(True)
    theirs = waiting if account_ids is None else and_(waiting, among(conn, c.account_id, account_ids))
    await conn.execute(update(crm_links).where(theirs).values(is_awaited=False))


async def read_again(conn: WriteConnection, source: str, stream: str, *, run_id: str) -> None:
    """Let a stream be read from its beginning; a run that is reading it can write no more."""
    if await read_cursor(conn, source, stream) is not None:
        await forget_cursor(conn, await claim_cursor(conn, source, stream, run_id))


def _read_anew(before: CrmRules | None, rules: CrmRules) -> tuple[str, ...]:
    """What was left out by the rules before, and is asked for now. Pure."""
    if before is None:
        return ()
    accounts = (ACCOUNTS,) if before.account_field != rules.account_field else ()
    return accounts + tuple(sorted(streams_off(before) - streams_off(rules)))


async def _keep_rhythm(conn: WriteConnection, rules: CrmRules, at: datetime) -> None:
    if rules.every_hours is None:
        await drop_rhythm(conn, rules.system)
        return
    known = await rhythm_of(conn, rules.system)
    since = known.since if known else at
    await keep_rhythm(conn, SourceRhythm(source=rules.system, since=since, every_hours=rules.every_hours))


async def _take_back(conn: WriteConnection, accounts: Sequence[RecordId]) -> None:
    for chunk in chunks(accounts, MANY):
        c = crm_links.c
        given = (among(conn, c.account_id, chunk), c.gives_contacts.is_(True))
        await conn.execute(update(crm_links).where(*given).values(gives_contacts=False))
