"""Which customer an account of the CRM is: one account to one customer, by a key that both have exactly.

Two accounts with the key of one customer, or two customers with that of one account, are linked with none. An account
that was merged into another leaves its key to that one, as long as no account has the key of its own and the other's
own key names no customer: one that others claim as well is nobody's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, Index, String, Table, and_, delete, func, insert, select, text

from store.bulk import among
from store.crm.accounts import crm_accounts
from store.crm.keys import claim_of, known_keys, only_customers
from store.crm.rules import CrmRules
from store.db import ReadConnection, WriteConnection
from store.records import RecordId
from store.refs import ExternalRef, add_refs, remove_ref
from store.schema import Instant, metadata
from store.upsert import MANY, chunks

crm_links = Table(
    "crm_links",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("customer_id", String, nullable=False, unique=True),
    Column("key", String, nullable=False, index=True),
    Column("since", Instant, nullable=False),
    # The customer's contacts are the account's, and the ERP's are not shown.
    Column("gives_contacts", Boolean, nullable=False),
    # The account is to be asked for with its contacts and notes: when these came, it was nobody's, and they were left.
    Column("is_awaited", Boolean, nullable=False),
)

crm_past_links = Table(
    "crm_past_links",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("customer_id", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, primary_key=True),
    Index("ix_crm_past_links_until", "until"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An account and the customer that it is."""

    account_id: RecordId
    customer_id: RecordId
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A link that is not what it was: `was` and `now` are customers, None for none."""

    account_id: RecordId
    was: RecordId | None
    now: RecordId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """An account with one of its keys, its own or one that it has from an account that was merged into it."""

    account_id: RecordId
    key: str
    is_own: bool


async def lock_links(conn: WriteConnection) -> None:
    """Match alone until the transaction ends; to be called before it writes to customers or accounts.

    Two sources that are read at once would each miss what the other is about to link.
    """
    if conn.dialect.name == "postgresql":
        await conn.execute(text("LOCK TABLE crm_links IN EXCLUSIVE MODE"))


async def links_of_accounts(conn: ReadConnection, ids: Collection[RecordId]) -> dict[RecordId, RecordId]:
    """The customers of these accounts."""
    c = crm_links.c
    found: dict[RecordId, RecordId] = {}
    for chunk in chunks(sorted(ids), MANY):
        rows = await conn.execute(select(c.account_id, c.customer_id).where(among(conn, c.account_id, chunk)))
        found.update((RecordId(row[0]), RecordId(row[1])) for row in rows)
    return found


async def links_of_customers(conn: ReadConnection, ids: Collection[RecordId]) -> dict[RecordId, RecordId]:
    """The accounts of these customers."""
    c = crm_links.c
    found: dict[RecordId, RecordId] = {}
    for chunk in chunks(sorted(ids), MANY):
        rows = await conn.execute(select(c.customer_id, c.account_id).where(among(conn, c.customer_id, chunk)))
        found.update((RecordId(row[0]), RecordId(row[1])) for row in rows)
    return found


async def gives_contacts(conn: ReadConnection, customer_id: RecordId) -> bool:
    """Whether the customer's contacts are its account's, and the ERP's are not shown."""
    c = crm_links.c
    query = select(c.account_id).where(c.customer_id == customer_id, c.gives_contacts.is_(True))
    return (await conn.execute(query)).first() is not None


async def forget_past_links(conn: WriteConnection, *, before: datetime) -> None:
    """Forget which customers accounts were until then and earlier."""
    await conn.execute(delete(crm_past_links).where(crm_past_links.c.until < before))


async def rematch(
    conn: WriteConnection,
    rules: CrmRules,
    *,
    keys: Collection[str],
    accounts: Collection[RecordId] = (),
    customers: Collection[RecordId] = (),
    at: datetime,
) -> tuple[Moved, ...]:
    """Link anew what these keys, accounts and customers have to do with; say what is linked otherwise than before."""
    keys = {*keys, *(each.key for each in await _claims(conn, rules, accounts))}
    pairs = await _pairs(conn, rules, keys)
    known = await _links(conn, rules, keys, {*accounts, *(link.account_id for link in pairs.values())}, customers)
    roots = {link.account_id for link in known} | {link.account_id for link in pairs.values()} | set(accounts)
    claims = await _claims(conn, rules, roots)
    pairs |= await _pairs(conn, rules, {each.key for each in claims} - keys)
    before = {link.account_id: link for link in known}
    named = await known_keys(conn, {each.key for each in claims if each.is_own})
    wanted = {root: _wanted(root, of_root, pairs, named) for root, of_root in _by_account(roots, claims).items()}
    moved = [root for root in sorted(roots) if _customer(wanted[root]) != _customer(before.get(root))]
    await _close(conn, rules, [before[root] for root in moved if root in before], at)
    await _open(conn, rules, [link for root in moved if (link := wanted[root])], at)
    return tuple(Moved(account_id=root, was=_customer(before.get(root)), now=_customer(wanted[root])) for root in moved)


def _by_account(roots: Collection[RecordId], claims: Sequence[_Claim]) -> dict[RecordId, list[_Claim]]:
    found: dict[RecordId, list[_Claim]] = {root: [] for root in roots}
    for claim in claims:
        found[claim.account_id].append(claim)
    return found


def _wanted(root: RecordId, claims: Sequence[_Claim], pairs: Mapping[str, Link], named: Collection[str]) -> Link | None:
    """The link of an account: by its own key, else by the only customer that inherited keys name.

    `named` are own keys that customers have.
    """
    fitting = [(each, pairs[each.key]) for each in claims if each.key in pairs and pairs[each.key].account_id == root]
    own = [link for claim, link in fitting if claim.is_own]
    inherited = {link.customer_id: link for _, link in fitting}
    if own or any(each.is_own and each.key in named for each in claims):
        return next(iter(own), None)
    return next(iter(inherited.values())) if len(inherited) == 1 else None


def _customer(link: Link | None) -> RecordId | None:
    return link.customer_id if link else None


async def _pairs(conn: ReadConnection, rules: CrmRules, keys: Collection[str]) -> dict[str, Link]:
    """The account and the customer of each key that exactly one account and one customer has."""
    customers = await only_customers(conn, keys)
    owners = await _owners(conn, rules, tuple(customers))
    heirs = await _heirs(conn, rules, [key for key in customers if key not in owners])
    return {
        key: Link(account_id=account, customer_id=customers[key], key=key)
        for key, (account, number) in {**heirs, **owners}.items()
        if number == 1
    }


async def _owners(conn: ReadConnection, rules: CrmRules, keys: Sequence[str]) -> dict[str, tuple[RecordId, int]]:
    """Of each key the accounts that have it themselves: one of them, and how many they are."""
    key, c = claim_of(rules), crm_accounts.c
    found: dict[str, tuple[RecordId, int]] = {}
    for chunk in chunks(keys, MANY):
        living = (among(conn, key, chunk), c.deleted_at.is_(None))
        query = select(key, func.min(c.id), func.count()).where(*living).group_by(key)
        found.update((row[0], (RecordId(row[1]), row[2])) for row in await conn.execute(query))
    return found


async def _heirs(conn: ReadConnection, rules: CrmRules, keys: Sequence[str]) -> dict[str, tuple[RecordId, int]]:
    """Of each key the accounts into which those were merged that had it, likewise."""
    key, c = claim_of(rules), crm_accounts.c
    heir = crm_accounts.alias()
    found: dict[str, tuple[RecordId, int]] = {}
    for chunk in chunks(keys, MANY):
        query = (
            select(key, func.min(heir.c.id), func.count(heir.c.id.distinct()))
            .join_from(crm_accounts, heir, and_(heir.c.id == c.master_id, heir.c.deleted_at.is_(None)))
            .where(among(conn, key, chunk))
            .group_by(key)
        )
        found.update((row[0], (RecordId(row[1]), row[2])) for row in await conn.execute(query))
    return found


async def _claims(conn: ReadConnection, rules: CrmRules, roots: Collection[RecordId]) -> list[_Claim]:
    key, c = claim_of(rules), crm_accounts.c
    found: list[_Claim] = []
    for chunk in chunks(sorted(roots), MANY):
        own = select(c.id, key).where(among(conn, c.id, chunk), c.deleted_at.is_(None), key.is_not(None))
        found += [_Claim(account_id=RecordId(row[0]), key=row[1], is_own=True) for row in await conn.execute(own)]
        merged = (among(conn, c.master_id, chunk), c.master_id.is_not(None), key.is_not(None))
        left = select(c.master_id, key).where(*merged).order_by(c.id)
        found += [_Claim(account_id=RecordId(row[0]), key=row[1], is_own=False) for row in await conn.execute(left)]
    return found


async def _links(
    conn: ReadConnection,
    rules: CrmRules,
    keys: Collection[str],
    accounts: Collection[RecordId],
    customers: Collection[RecordId],
) -> list[Link]:
    """The links that may not hold any more: of these accounts and customers, and of whoever has these keys."""
    c, claim = crm_links.c, claim_of(rules)
    with_own = select(crm_links).join(crm_accounts, crm_accounts.c.id == c.account_id)
    found: dict[RecordId, Link] = {}
    queries = [select(crm_links).where(among(conn, c.account_id, chunk)) for chunk in chunks(sorted(accounts), MANY)]
    queries += [select(crm_links).where(among(conn, c.customer_id, chunk)) for chunk in chunks(sorted(customers), MANY)]
    queries += [select(crm_links).where(among(conn, c.key, chunk)) for chunk in chunks(sorted(keys), MANY)]
    queries += [with_own.where(among(conn, claim, chunk)) for chunk in chunks(sorted(keys), MANY)]
    for query in queries:
        for row in await conn.execute(query):
            link = Link(account_id=RecordId(row.account_id), customer_id=RecordId(row.customer_id), key=row.key)
            found[link.account_id] = link
    return list(found.values())


async def _close(conn: WriteConnection, rules: CrmRules, links: Sequence[Link], at: datetime) -> None:
    c = crm_links.c
    for chunk in chunks(links, MANY):
        ids = [link.account_id for link in chunk]
        was = (await conn.execute(select(crm_links).where(among(conn, c.account_id, ids)))).mappings().all()
        past = ("account_id", "customer_id", "key", "since")
        await conn.execute(insert(crm_past_links), [{name: row[name] for name in past} | {"until": at} for row in was])
        await conn.execute(delete(crm_links).where(among(conn, c.account_id, ids)))
    for link in links:
        await remove_ref(conn, _ref(rules, link))


async def _open(conn: WriteConnection, rules: CrmRules, links: Sequence[Link], at: datetime) -> None:
    stubs = await _stubs(conn, [link.account_id for link in links])
    rows = [
        {"account_id": link.account_id, "customer_id": link.customer_id, "key": link.key}
        | {"since": at, "gives_contacts": False, "is_awaited": link.account_id in stubs}
        for link in links
    ]
    if rows:
        await conn.execute(insert(crm_links), rows)
    await add_refs(conn, [_ref(rules, link) for link in links])


async def _stubs(conn: ReadConnection, ids: Sequence[RecordId]) -> set[str]:
    """Those of the accounts of which nothing is known but the keys."""
    c = crm_accounts.c
    found: set[str] = set()
    for chunk in chunks(ids, MANY):
        found.update((await conn.execute(select(c.id).where(among(conn, c.id, chunk), c.name.is_(None)))).scalars())
    return found


def _ref(rules: CrmRules, link: Link) -> ExternalRef:
    source_id = link.account_id.rpartition(":")[2]
    return ExternalRef(system=rules.system, object="customer", external_id=source_id, record_id=link.customer_id)
