"""What customers are matched with accounts by: the key of each, as the rules say where it stands.

A table of its own, because a value among custom fields could not be found by an index.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, String, Table, delete, func, select

from store.bulk import among, insert_rows
from store.crm.accounts import crm_accounts, custom_name
from store.crm.ids import crm_id18
from store.crm.rules import CrmRules, MatchBy, has_key
from store.custom_values import value_names
from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.records import RecordId
from store.schema import metadata
from store.upsert import MANY, chunks

# A customer's own columns that may hold the shared identifier. Not its name: two may have one, and one may get another.
OWN_FIELDS = frozenset({"number", "email", "source_id"})

customer_keys = Table(
    "customer_keys",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("key", String, nullable=False, index=True),
)


def key_of_customer(rules: CrmRules, row: Mapping[Any, Any]) -> str | None:
    """What this row of `customers` is matched by; None when it has nothing there, or several values. Pure."""
    if not has_key(rules) or row["deleted_at"] is not None:
        return None
    if rules.match_by is MatchBy.ERP_ID:
        return _trimmed(row["source_id"])
    value = _value(row, rules.customer_field)
    if value is None:
        return None
    return crm_id18(value) if rules.match_by is MatchBy.CRM_ID else _trimmed(value)


def key_of_account(rules: CrmRules, row: Mapping[Any, Any]) -> str | None:
    """What this row of `crm_accounts` names its customer by. Pure.

    Where the field was chosen in Slack, what read the account did not know of it: then it stands among the account's
    own fields.
    """
    if row["key"] or not rules.account_field:
        key: str | None = row["key"]
        return key
    name = custom_name(rules.system, rules.account_field)
    # Hundreds of thousands of accounts have nothing there, and reading their fields takes longer than looking.
    names = value_names(row["custom_fields_json"], name) if f'"{name}"' in row["custom_fields_json"] else ()
    return _trimmed(names[0]) if len(names) == 1 else None


def claim_of(rules: CrmRules) -> Column[str]:
    """The column of `crm_accounts` that holds what an account is matched by."""
    return crm_accounts.c.source_id if rules.match_by is MatchBy.CRM_ID else crm_accounts.c.key


async def keys_of_customers(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, str]:
    """The kept keys of these customers."""
    found: dict[RecordId, str] = {}
    for chunk in chunks(ids, MANY):
        rows = await conn.execute(select(customer_keys).where(among(conn, customer_keys.c.customer_id, chunk)))
        found.update({RecordId(row.customer_id): row.key for row in rows})
    return found


async def rekey(conn: WriteConnection, rules: CrmRules, ids: Sequence[RecordId]) -> set[str]:
    """Keep the keys that these customers have now; the keys that are not what they were, old and new ones."""
    touched: set[str] = set()
    for chunk in chunks(ids, MANY):
        before = await keys_of_customers(conn, chunk)
        rows = (await conn.execute(select(customers).where(among(conn, customers.c.id, chunk)))).mappings().all()
        now = {RecordId(row["id"]): key for row in rows if (key := key_of_customer(rules, row))}
        differing = {each for each in {*before, *now} if before.get(each) != now.get(each)}
        await conn.execute(delete(customer_keys).where(among(conn, customer_keys.c.customer_id, sorted(differing))))
        fresh = [{"customer_id": each, "key": now[each]} for each in sorted(differing) if each in now]
        await insert_rows(conn, customer_keys, fresh)
        touched |= {key for keys in (before, now) for each, key in keys.items() if each in differing}
    return touched


async def known_keys(conn: ReadConnection, keys: Collection[str]) -> set[str]:
    """Those of the keys that some customer has."""
    found: set[str] = set()
    for chunk in chunks(sorted(keys), MANY):
        query = select(customer_keys.c.key).where(among(conn, customer_keys.c.key, chunk))
        found.update((await conn.execute(query)).scalars())
    return found


async def only_customers(conn: ReadConnection, keys: Collection[str]) -> dict[str, RecordId]:
    """The customer of each key that exactly one has."""
    c = customer_keys.c
    found: dict[str, RecordId] = {}
    for chunk in chunks(sorted(keys), MANY):
        query = select(c.key, func.min(c.customer_id)).where(among(conn, c.key, chunk)).group_by(c.key)
        rows = await conn.execute(query.having(func.count() == 1))
        found.update((row[0], RecordId(row[1])) for row in rows)
    return found


def _value(row: Mapping[Any, Any], field: str) -> str | None:
    if field in OWN_FIELDS:
        own: str | None = row[field]
        return own
    names = value_names(row["custom_fields_json"], field)
    return names[0] if len(names) == 1 else None


def _trimmed(value: str | None) -> str | None:
    return (value or "").strip() or None
