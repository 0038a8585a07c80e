"""Contacts and notes of accounts: whose they are follows from the account's link, when it is made, moved or closed.

The account's owner, and whom the account's own fields point at, become contacts too, made anew with each writing of the
account. A related contact of an account that no customer is, is kept, and belongs to nobody.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, Table, and_, case, func, select, update

from store.bulk import among
from store.changes import Change, append_changes
from store.contacts import SALES_REP_ROLE, Contact, contact_row, contacts
from store.crm.accounts import crm_account_from_row, crm_accounts
from store.crm.links import crm_links, links_of_accounts
from store.crm.rules import ContactsFrom, CrmRules
from store.db import ReadConnection, WriteConnection
from store.notes import notes
from store.records import RecordId, record_id
from store.upsert import MANY, chunks, fingerprint, upsert_rows

# In `Contact.source_field` of the account's owner: no field that points at a contact is called so.
OWNER_FIELD = "Owner"


async def fitted_contacts(
    conn: ReadConnection, rules: CrmRules, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """These rows of related contacts as they are written: each with its customer, and without those not asked for."""
    if rules.contacts is ContactsFrom.OFF:
        return []
    known = await _known(conn, contacts, rows)
    kept = await _kept(conn, rows, known)
    customers = await links_of_accounts(conn, {row["account_id"] for row in kept if row["account_id"]})
    return [
        row
        | {
            "customer_id": customers.get(row["account_id"]),
            "is_primary": known[row["id"]]["is_primary"] if row["id"] in known else row["is_primary"],
        }
        for row in kept
    ]


async def fitted_notes(conn: ReadConnection, rules: CrmRules, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same of notes: each is about its customer, or as long as there is none, about its account."""
    if not rules.notes:
        return []
    kept = await _kept(conn, rows, await _known(conn, notes, rows))
    customers = await links_of_accounts(conn, {row["account_id"] for row in kept if row["account_id"]})
    return [row | {"about_id": customers.get(row["account_id"], row["about_id"])} for row in kept]


async def accounts_of_contacts(conn: ReadConnection, ids: Sequence[RecordId]) -> set[RecordId]:
    """To which accounts these contacts belong."""
    found: set[RecordId] = set()
    for chunk in chunks(ids, MANY):
        rows = await conn.execute(select(contacts.c.account_id).where(among(conn, contacts.c.id, chunk)).distinct())
        found.update(RecordId(each) for each in rows.scalars() if each)
    return found


async def adopt(conn: WriteConnection, heirs: Mapping[RecordId, RecordId]) -> None:
    """What belonged to accounts that were merged belongs to those that they were merged into."""
    for loser, heir in heirs.items():
        related = and_(contacts.c.account_id == loser, contacts.c.source_field.is_(None))
        await conn.execute(update(contacts).where(related).values(account_id=heir))
        await conn.execute(update(notes).where(notes.c.account_id == loser).values(account_id=heir))


async def attach(conn: WriteConnection, accounts: Collection[RecordId], *, at: datetime) -> None:
    """Let contacts and notes of these accounts be those of the customers that the accounts are now."""
    for chunk in chunks(sorted(accounts), MANY):
        await _attach(conn, contacts.c.customer_id, crm_links.c.customer_id, chunk, at)
        about = func.coalesce(crm_links.c.customer_id, notes.c.account_id)
        await _attach(conn, notes.c.about_id, about, chunk, at)


async def remake_people(
    conn: WriteConnection, rules: CrmRules, accounts: Collection[RecordId], *, at: datetime
) -> None:
    """Make the contacts anew that stand in the accounts themselves; an account that is no customer's has none."""
    for chunk in chunks(sorted(accounts), MANY):
        customers = await links_of_accounts(conn, chunk)
        linked = select(crm_accounts).where(among(conn, crm_accounts.c.id, sorted(customers)))
        rows = (await conn.execute(linked)).mappings()
        made = [each for row in rows for each in people_in(rules, row, customers[row["id"]])]
        told = [row | {"fingerprint": fingerprint(row)} for row in map(contact_row, made)]
        await upsert_rows(conn, contacts, "contact", told, at=at)
        c = contacts.c
        theirs = (among(conn, c.account_id, chunk), c.source_field.is_not(None), c.deleted_at.is_(None))
        known = set((await conn.execute(select(c.id).where(*theirs))).scalars())
        await bury_contacts(conn, sorted(known - {each.id for each in made}), at=at)


def people_in(rules: CrmRules, row: RowMapping, customer_id: RecordId) -> Iterator[Contact]:
    """The contacts that stand in a row of `crm_accounts`: its owner, and whom its fields point at. Pure."""
    account = crm_account_from_row(row)
    if account.name is None:
        return
    kept = {"origin": account.origin, "seen_at": account.seen_at, "customer_id": customer_id, "account_id": account.id}
    if rules.owner_contact and (owner := account.owner):
        named = f"{account.source_id} {OWNER_FIELD}"
        told = {"name": owner.name, "email": owner.email, "phone": owner.phone, "title": owner.title}
        yield _person(
            named, role=SALES_REP_ROLE, source_field=OWNER_FIELD, is_inactive=not owner.is_active, **told, **kept
        )
    for each in account.lookups if rules.lookup_contacts else ():
        named = f"{account.source_id} {each.field} {each.contact_id}"
        told = {"name": each.name, "email": each.email, "phone": each.phone, "title": each.title}
        yield _person(named, role=each.label, source_field=each.field, **told, **kept)


async def mark_main(conn: WriteConnection, rules: CrmRules, accounts: Collection[RecordId], *, at: datetime) -> None:
    """Let the oldest of each account's related contacts be its primary one, if the rules say so; else none is."""
    c = contacts.c
    age = (c.created_at.is_(None), c.created_at, c.source_id)
    place = func.row_number().over(partition_by=c.account_id, order_by=age).label("place")
    for chunk in chunks(sorted(accounts), MANY):
        living = (c.source_field.is_(None), c.deleted_at.is_(None), c.is_inactive.is_(False))
        related = (among(conn, c.account_id, chunk), *living)
        ranked = select(c.id, c.is_primary, place).where(*related).subquery()
        is_main = case((ranked.c.place == 1, rules.oldest_is_main), else_=False)
        rows = (await conn.execute(select(ranked.c.id, is_main).where(ranked.c.is_primary != is_main))).all()
        for wanted in (False, True):
            ids = sorted(row[0] for row in rows if bool(row[1]) is wanted)
            await conn.execute(update(contacts).where(among(conn, c.id, ids)).values(is_primary=wanted))
            fields = {"is_primary": (not wanted, wanted)}
            changes = [Change(kind="contact", record_id=each, action="changed", fields=fields) for each in ids]
            await append_changes(conn, changes, at=at)


async def bury_contacts(conn: WriteConnection, ids: Sequence[RecordId], *, at: datetime) -> None:
    """These contacts are none any more; of what comes back the fingerprint is another, so that it is written."""
    for chunk in chunks(ids, MANY):
        theirs = among(conn, contacts.c.id, chunk)
        await conn.execute(update(contacts).where(theirs).values(deleted_at=at, fingerprint=""))
    await append_changes(conn, [Change(kind="contact", record_id=each, action="tombstoned") for each in ids], at=at)


async def _known(conn: ReadConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for chunk in chunks([row["id"] for row in rows], MANY):
        living = select(table).where(among(conn, table.c.id, chunk), table.c.deleted_at.is_(None))
        found.update((row["id"], row) for row in (await conn.execute(living)).mappings())
    return found


async def _kept(
    conn: ReadConnection, rows: Sequence[dict[str, Any]], known: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The rows of accounts of which more than the key is kept, and those that are here already."""
    c = crm_accounts.c
    whole: set[str] = set()
    for chunk in chunks(sorted({row["account_id"] for row in rows if row["account_id"]}), MANY):
        whole.update((await conn.execute(select(c.id).where(among(conn, c.id, chunk), c.name.is_not(None)))).scalars())
    return [row for row in rows if row["account_id"] in whole or row["id"] in known]


async def _attach(
    conn: WriteConnection,
    owner: Column[str],
    wanted: ColumnElement[str],
    accounts: Sequence[RecordId],
    at: datetime,
) -> None:
    """Write into the column whose the rows of these accounts are, where that is not what it says."""
    table = owner.table
    c = table.c
    linked = table.outerjoin(crm_links, crm_links.c.account_id == c.account_id)
    query = select(c.id, c.account_id, owner.label("was"), wanted.label("now")).select_from(linked)
    rows = (await conn.execute(query.where(among(conn, c.account_id, accounts), owner.is_distinct_from(wanted)))).all()
    now = {row.account_id: row.now for row in rows}
    for account in sorted(now):
        theirs = and_(c.account_id == account, owner.is_distinct_from(now[account]))
        await conn.execute(update(table).where(theirs).values({owner: now[account]}))
    kind = "note" if table is notes else "contact"
    changes = [
        Change(kind=kind, record_id=row.id, action="changed", fields={owner.name: (row.was, row.now)}) for row in rows
    ]
    await append_changes(conn, changes, at=at)


def _person(named: str, **values: Any) -> Contact:
    return Contact(id=record_id(values["origin"], "contact", named), source_id=named, **values)
