"""How accounts and customers were matched, in figures and lists, and what of the CRM's data wants a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from store.contacts import contacts
from store.crm.accounts import CrmAccount, crm_account_from_row, crm_accounts
from store.crm.keys import claim_of, customer_keys
from store.crm.links import crm_links, crm_past_links
from store.crm.rules import CrmRules
from store.crm.switch import count_awaited
from store.custom_fields import custom_fields
from store.customers import customers
from store.db import ReadConnection
from store.records import RecordId

# Accounts that are looked through at a time.
_PAGE = 500
_VANISHED_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchFigures:
    """How many accounts the CRM has, and what became of them; and how many of the ERP's customers have one.

    `keyless` accounts have nothing in the field of the key. `awaited` ones have a customer, and are read with the next
    reading of the CRM.
    """

    accounts: int
    matched: int
    ambiguous: int
    unmatched: int
    keyless: int
    awaited: int
    customers: int
    customers_with_key: int
    customers_without_account: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Matched:
    """A customer and its account; `name` is None of an account that is not read yet."""

    customer_id: RecordId
    customer: str
    account_id: str
    account: str | None
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ambiguous:
    """A key that more than one account or customer has: all of them match nobody. The lists may be shorter."""

    key: str
    accounts: tuple[str, ...]
    customers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmatched:
    """An account by its id in the CRM, or a customer by its name, with the key that nobody has on the other side."""

    id: str
    key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastLink:
    """A customer that an account was until then; `now` is the customer that it is today, if any."""

    account_id: str
    was: str
    now: str | None
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Remarks:
    """What of the CRM's data wants a look, in numbers.

    Contacts without an address, addresses that two contacts of a customer share, accounts with an owner who is no
    active user, accounts that point at contacts of each other, and links that were closed or moved. `vanished` are the
    names of the accounts' own fields that are there no more, or hidden from us, a few at most.
    """

    contacts_without_email: int
    shared_emails: int
    inactive_owners: int
    looped_lookups: int
    moved: int
    vanished: tuple[str, ...] = ()


async def match_figures(conn: ReadConnection, rules: CrmRules) -> MatchFigures:
    """The figures of all accounts and customers as the store has them."""
    accounts = await _count(conn, select(crm_accounts.c.id).where(*_living()))
    matched = await _count(conn, select(crm_links.c.account_id))
    ambiguous = await _count(conn, _ambiguous_accounts(rules))
    keyless = await _count(conn, select(crm_accounts.c.id).where(*_living(), claim_of(rules).is_(None)))
    erp = select(customers.c.id).where(*_of_erp(rules))
    linked = exists().where(crm_links.c.customer_id == customers.c.id)
    return MatchFigures(
        accounts=accounts,
        matched=matched,
        ambiguous=ambiguous,
        unmatched=accounts - matched - ambiguous,
        keyless=keyless,
        awaited=await count_awaited(conn),
        customers=await _count(conn, erp),
        customers_with_key=await _count(conn, select(customer_keys.c.customer_id)),
        customers_without_account=await _count(conn, erp.where(~linked)),
    )


async def matched_pairs(conn: ReadConnection, *, limit: int, offset: int = 0) -> tuple[Matched, ...]:
    """Customers with their accounts, by name."""
    a, c, link = crm_accounts.c, customers.c, crm_links.c
    query = (
        select(c.id, c.name, a.source_id, a.name.label("account"), link.key)
        .select_from(crm_links)
        .join(customers, c.id == link.customer_id)
        .join(crm_accounts, a.id == link.account_id)
        .order_by(c.name, c.id)
    )
    rows = await conn.execute(query.limit(limit).offset(offset))
    return tuple(
        Matched(customer_id=row.id, customer=row.name, account_id=row.source_id, account=row.account, key=row.key)
        for row in rows
    )


async def ambiguous_keys(conn: ReadConnection, rules: CrmRules, *, limit: int, each: int = 5) -> tuple[Ambiguous, ...]:
    """Keys that more than one has, with `each` so many of the accounts and customers that do."""
    keys = await conn.execute(_ambiguous_accounts(rules, claim_of(rules)).distinct().order_by("key").limit(limit))
    return tuple([await _ambiguous(conn, rules, key, each) for key in keys.scalars().all()])


async def unmatched_accounts(conn: ReadConnection, rules: CrmRules, *, limit: int) -> tuple[Unmatched, ...]:
    """Accounts whose key no customer has, or who have none; those with a key first."""
    claim, c = claim_of(rules), crm_accounts.c
    known = exists().where(customer_keys.c.key == claim)
    linked = exists().where(crm_links.c.account_id == c.id)
    query = select(c.source_id, claim.label("key")).where(*_living(), ~known, ~linked)
    rows = await conn.execute(query.order_by(claim.is_(None), c.source_id).limit(limit))
    return tuple(Unmatched(id=row.source_id, key=row.key) for row in rows)


async def customers_alone(conn: ReadConnection, rules: CrmRules, *, limit: int) -> tuple[Unmatched, ...]:
    """The ERP's customers without an account, those with a key first, by name."""
    c, key = customers.c, customer_keys.c.key
    linked = exists().where(crm_links.c.customer_id == c.id)
    query = select(c.name, key).outerjoin(customer_keys, customer_keys.c.customer_id == c.id)
    rows = await conn.execute(query.where(*_of_erp(rules), ~linked).order_by(key.is_(None), c.name, c.id).limit(limit))
    return tuple(Unmatched(id=row.name, key=row.key) for row in rows)


async def past_links(conn: ReadConnection, *, since: datetime, limit: int) -> tuple[PastLink, ...]:
    """Accounts that have left a customer since then, the latest first."""
    p = crm_past_links.c
    was, now = customers.alias(), customers.alias()
    query = (
        select(p.account_id, was.c.name.label("was"), now.c.name.label("now"), p.until)
        .join(was, was.c.id == p.customer_id)
        .outerjoin(crm_links, crm_links.c.account_id == p.account_id)
        .outerjoin(now, now.c.id == crm_links.c.customer_id)
        .where(p.until >= since)
        .order_by(p.until.desc(), p.account_id)
    )
    rows = await conn.execute(query.limit(limit))
    return tuple(
        PastLink(account_id=row.account_id.rpartition(":")[2], was=row.was, now=row.now, until=row.until)
        for row in rows
    )


async def remarks_of(conn: ReadConnection, rules: CrmRules, *, since: datetime) -> Remarks:
    """What wants a look; of accounts that left their customer, and of fields that vanished, those since then."""
    c = contacts.c
    theirs = (c.origin == rules.system, c.deleted_at.is_(None), c.customer_id.is_not(None))
    related = (*theirs, c.source_field.is_(None), c.email != "")
    owners = select(crm_links.c.account_id).join(crm_accounts, crm_accounts.c.id == crm_links.c.account_id)
    shared = select(c.customer_id).where(*related).group_by(c.customer_id, func.lower(c.email))
    return Remarks(
        contacts_without_email=await _count(conn, select(c.id).where(*theirs, func.coalesce(c.email, "") == "")),
        shared_emails=await _count(conn, shared.having(func.count() > 1)),
        inactive_owners=await _count(conn, owners.where(crm_accounts.c.owner_is_active.is_(False))),
        looped_lookups=await _count_loops(conn),
        moved=await _count(conn, select(crm_past_links.c.until).where(crm_past_links.c.until >= since)),
        vanished=await _vanished(conn, rules, since),
    )


async def _vanished(conn: ReadConnection, rules: CrmRules, since: datetime) -> tuple[str, ...]:
    c = custom_fields.c
    query = select(c.source_id).where(c.origin == rules.system, c.deleted_at >= since)
    return tuple((await conn.execute(query.order_by(c.source_id).limit(_VANISHED_SHOWN))).scalars())


async def _ambiguous(conn: ReadConnection, rules: CrmRules, key: str, each: int) -> Ambiguous:
    claim, a, c = claim_of(rules), crm_accounts.c, customers.c
    name = func.coalesce(a.name, a.source_id)
    accounts = select(name).where(claim == key, *_living()).order_by(a.id).limit(each)
    of_key = customer_keys.c.customer_id == c.id
    owners = select(c.name).join(customer_keys, of_key).where(customer_keys.c.key == key).order_by(c.name).limit(each)
    return Ambiguous(
        key=key,
        accounts=tuple((await conn.execute(accounts)).scalars()),
        customers=tuple((await conn.execute(owners)).scalars()),
    )


def _ambiguous_accounts(rules: CrmRules, column: ColumnElement[Any] | None = None) -> Select[Any]:
    """The accounts whose key some customer has, and that are linked with none."""
    claim, c = claim_of(rules), crm_accounts.c
    known = exists().where(customer_keys.c.key == claim)
    linked = exists().where(crm_links.c.account_id == c.id)
    what = c.id if column is None else column.label("key")
    return select(what).where(*_living(), known, ~linked)


def _living() -> tuple[ColumnElement[bool], ...]:
    return (crm_accounts.c.deleted_at.is_(None),)


def _of_erp(rules: CrmRules) -> tuple[ColumnElement[bool], ...]:
    return customers.c.origin != rules.system, customers.c.deleted_at.is_(None)


async def _count_loops(conn: ReadConnection) -> int:
    """How many accounts point at a contact of an account that points back at one of theirs."""
    c = crm_accounts.c
    points = c.lookups_json.contains('"account_id": "', autoescape=True)
    found, after = 0, ""
    while True:
        query = select(crm_accounts).where(c.id > after, points, *_living()).order_by(c.id).limit(_PAGE)
        page = [crm_account_from_row(row) for row in (await conn.execute(query)).mappings()]
        if not page:
            return found
        found += await _loops_in(conn, page)
        after = page[-1].id


async def _loops_in(conn: ReadConnection, page: Sequence[CrmAccount]) -> int:
    c = crm_accounts.c
    wanted = {other for one in page for other in _others(one)}
    rows = (await conn.execute(select(crm_accounts).where(c.source_id.in_(wanted), *_living()))).mappings()
    back = {one.source_id: _others(one) for one in map(crm_account_from_row, rows)}
    return sum(any(one.source_id in back.get(other, ()) for other in _others(one)) for one in page)


def _others(account: CrmAccount) -> frozenset[str]:
    """The other accounts at whose contacts an account's fields point."""
    return frozenset(
        each.account_id for each in account.lookups if each.account_id and each.account_id != account.source_id
    )


async def _count(conn: ReadConnection, query: Select[Any]) -> int:
    return int((await conn.execute(select(func.count()).select_from(query.subquery()))).scalar_one())
