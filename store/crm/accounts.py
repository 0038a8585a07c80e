"""Accounts of a CRM, as it has them. Which customer each of them is, `store.crm.links` says.

Of an account that was never matched with a customer nothing is kept but its id and what it is matched by.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Index, RowMapping, String, Table, Text, select, text

from store.db import ReadConnection
from store.records import Pulled, RecordId, record_id
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns

KIND = "crm_account"


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmOwner:
    """Who looks after an account in the CRM. `id` is the CRM's own id of the person."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    is_active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupContact:
    """A contact that a field of an account points at.

    `field` is the field's name in the CRM, `label` what people call it, `contact_id` the CRM's own id of the contact,
    and `account_id` that of the account to which the contact belongs, if any.
    """

    field: str
    label: str
    contact_id: str
    name: str
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmAccount(Pulled):
    """An account of a CRM. `source_id` is its id there, of Salesforce's the one with 18 characters.

    `key` is what it names its customer by, as the field that the settings name has it; None when that is empty or
    none is named. `master_id` is `account_record_id` of the account that it was merged into; such a one also has
    `deleted_at`. `custom_fields_json` is as in `store.custom_values`, under `custom_name` of each field's name.
    """

    name: str | None
    key: str | None = None
    phone: str | None = None
    fax: str | None = None
    website: str | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    url: str | None = None
    owner: CrmOwner | None = None
    master_id: RecordId | None = None
    custom_fields_json: str = "{}"
    lookups: tuple[LookupContact, ...] = ()


_IS_MERGED = text("master_id IS NOT NULL")
_IS_OWNED = text("owner_email IS NOT NULL")

crm_accounts = Table(
    "crm_accounts",
    metadata,
    *origin_columns(),
    # Only an account that was matched once has a name: of all others nothing is kept but the two keys.
    Column("name", Text),
    Column("key", String, index=True),
    Column("phone", String),
    Column("fax", String),
    Column("website", String),
    Column("street", Text),
    Column("city", String),
    Column("state", String),
    Column("postal_code", String),
    Column("country", String),
    Column("url", Text),
    Column("owner_id", String),
    Column("owner_name", String),
    Column("owner_email", String),
    Column("owner_phone", String),
    Column("owner_title", String),
    Column("owner_is_active", Boolean),
    Column("master_id", String),
    Column("custom_fields_json", Text, nullable=False),
    Column("lookups_json", Text, nullable=False),
    Index("ix_crm_accounts_source_id", "source_id"),
    # Few accounts were ever merged; over all rows the planner would not take it.
    Index("ix_crm_accounts_master_id", "master_id", sqlite_where=_IS_MERGED, postgresql_where=_IS_MERGED),
    # Of most accounts the owner is not kept.
    Index("ix_crm_accounts_owner_email", "owner_email", sqlite_where=_IS_OWNED, postgresql_where=_IS_OWNED),
)

_PLAIN = plain_names(CrmAccount, "owner", "lookups")
_OWNER = ("id", "name", "email", "phone", "title", "is_active")


def account_record_id(origin: str, source_id: str) -> RecordId:
    """The store's id of an account, by which its contacts and notes name it before and after it comes."""
    return record_id(origin, KIND, source_id)


def custom_name(origin: str, name: str) -> str:
    """The script id of a CRM's own field among a customer's custom fields: «salesforce.Region__c»."""
    return f"{origin}.{name}"


def crm_account_row(account: CrmAccount) -> dict[str, Any]:
    """The table row of an account; the fingerprint is the upsert's to add."""
    key = (account.key or "").strip() or None
    lookups = json.dumps([asdict(each) for each in account.lookups], ensure_ascii=False) if account.lookups else "[]"
    told = {"key": key, "lookups_json": lookups}
    return plain_values(account, _PLAIN) | _owner_row(account.owner) | told


def crm_account_from_row(row: RowMapping) -> CrmAccount:
    """The record of a table row."""
    lookups = tuple(LookupContact(**each) for each in json.loads(row["lookups_json"]))
    return CrmAccount(owner=_owner(row), lookups=lookups, **{name: row[name] for name in _PLAIN})


async def accounts_by_id(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, CrmAccount]:
    """The accounts with these ids, whatever became of them; missing ones are simply not in the answer."""
    rows = await conn.execute(select(crm_accounts).where(crm_accounts.c.id.in_(ids)))
    return {RecordId(row["id"]): crm_account_from_row(row) for row in rows.mappings()}


async def owner_names(conn: ReadConnection, email: str) -> tuple[str, ...]:
    """What the CRM calls the owner of accounts with this e-mail address, in any case; usually one name."""
    c = crm_accounts.c
    living = (c.owner_email == email.lower(), c.deleted_at.is_(None))
    names = (await conn.execute(select(c.owner_name).where(*living).distinct())).scalars()
    return tuple(sorted(filter(None, names)))


def _owner_row(owner: CrmOwner | None) -> dict[str, Any]:
    row = {f"owner_{name}": getattr(owner, name) if owner else None for name in _OWNER}
    # By it people are recognised, who write it as they like.
    return row | {"owner_email": owner.email.lower() if owner and owner.email else None}


def _owner(row: RowMapping) -> CrmOwner | None:
    return CrmOwner(**{name: row[f"owner_{name}"] for name in _OWNER}) if row["owner_id"] else None
