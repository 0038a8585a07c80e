"""What of a customer's fields is the CRM's, and what the ERP says of them instead: the conflict log.

The table `customers` has what shows. Where that is not simply what the ERP says, or a person has chosen, a row here
keeps both values. The fingerprint of a customer's row stays that of what the ERP sent, so that an unchanged page of the
ERP's writes nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Column, Index, RowMapping, String, Table, Text, bindparam, delete, select, update

from store.bulk import among, insert_rows
from store.changes import Change, append_changes
from store.crm.accounts import crm_accounts
from store.crm.decide import FieldState, Standing, decided
from store.crm.links import crm_links
from store.crm.rules import FIELDS, CrmRules, Policy
from store.customers import customers
from store.db import ReadConnection, WriteConnection
from store.keys import name_key, sorted_name_key
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import MANY, chunks

crm_fields = Table(
    "crm_fields",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("erp_value", Text),
    Column("crm_value", Text),
    Column("state", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("decided_by", String),
    Column("decided_at", Instant),
    Index("ix_crm_fields_state_since", "state", "since"),
)

# By field.
Standings: TypeAlias = Mapping[str, Standing]
# The ERP has none, so what it says of it need not be kept.
_MANAGER = "account_manager"
_JSON = "custom_fields_json"
_WRITTEN = (*FIELDS, _JSON, "name_key", "sorted_name_key")
_COLUMNS = tuple(each.name for each in fields(Standing))


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """What shows of a customer, and how those of its fields stand on which there is something to remember."""

    values: Mapping[str, Any]
    standings: Standings


def fit(
    rules: CrmRules, erp: Mapping[Any, Any], account: Mapping[Any, Any] | None, before: Standings, at: datetime
) -> Fit:
    """Decide every field of a customer. `erp` is what the ERP says; `account` a row of its account, if it has one."""
    crm = crm_values(account) if account else {}
    standings: dict[str, Standing] = {}
    values: dict[str, Any] = {}
    for field in FIELDS:
        policy = rules.policies[field] if account else Policy.OFF
        said = {"erp": erp[field], "crm": crm.get(field), "before": before.get(field)}
        one = decided(field, policy, **said, at=at, name=erp["name"])
        values[field] = one.value
        if one.standing is not None and field != _MANAGER:
            standings[field] = one.standing
    values[_JSON] = _with_custom(rules, erp[_JSON], account[_JSON] if account and rules.custom_fields else "{}")
    named = {"name_key": name_key(values["name"]), "sorted_name_key": sorted_name_key(values["name"])}
    return Fit(values=values | named, standings=standings)


def crm_values(account: Mapping[Any, Any]) -> dict[str, str | None]:
    """What a row of `crm_accounts` has for each field of a customer."""
    town = " ".join(filter(None, (account["state"], account["postal_code"])))
    lines = (account["street"], ", ".join(filter(None, (account["city"], town))), account["country"])
    return {
        "name": account["name"],
        "phone": account["phone"],
        "address": "\n".join(filter(None, lines)) or None,
        "fax": account["fax"],
        "website": account["website"],
        "sales_rep": account["owner_name"],
        _MANAGER: account["owner_name"],
    }


def erp_values(rules: CrmRules, row: Mapping[Any, Any], standings: Standings) -> dict[str, Any]:
    """What the ERP says of a customer, from the row that shows."""
    found: dict[str, Any] = {
        field: standings[field].erp_value if field in standings else row[field] for field in FIELDS
    }
    return found | {_MANAGER: None, _JSON: _with_custom(rules, row[_JSON], "{}")}


async def standings_of(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Standing]]:
    """How the fields of these customers stand; those on which the systems agree are not in the answer."""
    found: dict[RecordId, dict[str, Standing]] = {}
    for chunk in chunks(ids, MANY):
        rows = await conn.execute(select(crm_fields).where(among(conn, crm_fields.c.customer_id, chunk)))
        for row in rows.mappings():
            found.setdefault(row["customer_id"], {})[row["field"]] = standing_of_row(row)
    return found


def standing_of_row(row: RowMapping) -> Standing:
    """How a field stands, from its row."""
    return Standing(**{name: row[name] for name in _COLUMNS if name != "state"}, state=FieldState(row["state"]))


async def accounts_of(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, RowMapping]:
    """The accounts of these customers, as rows; one of which nothing is known yet is not in the answer."""
    found: dict[RecordId, RowMapping] = {}
    is_of = crm_accounts.c.id == crm_links.c.account_id
    for chunk in chunks(ids, MANY):
        query = select(crm_accounts, crm_links.c.customer_id).join(crm_links, is_of)
        query = query.where(among(conn, crm_links.c.customer_id, chunk), crm_accounts.c.name.is_not(None))
        found.update((row["customer_id"], row) for row in (await conn.execute(query)).mappings())
    return found


async def fits_of(
    conn: ReadConnection, rules: CrmRules, rows: Sequence[Mapping[str, Any]], at: datetime
) -> dict[RecordId, Fit]:
    """What is to show of these rows of the ERP's, of those customers to whom the CRM has something to say."""
    ids = [RecordId(row["id"]) for row in rows]
    accounts, standings = await accounts_of(conn, ids), await standings_of(conn, ids)
    concerned = [row for row in rows if row["id"] in accounts or row["id"] in standings]
    return {
        RecordId(row["id"]): fit(rules, row, accounts.get(row["id"]), standings.get(row["id"], {}), at)
        for row in concerned
    }


async def settle(conn: WriteConnection, rules: CrmRules, ids: Collection[RecordId], *, at: datetime) -> None:
    """Decide the fields of these customers anew, by the rules and what both systems say now; write what differs."""
    for chunk in chunks(sorted(ids), MANY):
        accounts, standings = await accounts_of(conn, chunk), await standings_of(conn, chunk)
        rows = (await conn.execute(select(customers).where(among(conn, customers.c.id, chunk)))).mappings().all()
        concerned = [row for row in rows if row["id"] in accounts or row["id"] in standings or _shows_crm(rules, row)]
        found = {RecordId(row["id"]): _settled(rules, row, accounts, standings, at) for row in concerned}
        await _write(conn, {RecordId(row["id"]): row for row in rows}, found, at)
        await keep_standings(conn, {each: one.standings for each, one in found.items()}, before=standings)


async def keep_standings(
    conn: WriteConnection, found: Mapping[RecordId, Standings], *, before: Mapping[RecordId, Standings]
) -> None:
    """Keep how the fields of these customers stand, instead of what was kept of them."""
    differing = sorted(each for each in found if found[each] != before.get(each, {}))
    for chunk in chunks(differing, MANY):
        await conn.execute(delete(crm_fields).where(among(conn, crm_fields.c.customer_id, chunk)))
    rows = [
        {"customer_id": each, "field": field} | {name: getattr(one, name) for name in _COLUMNS}
        for each in differing
        for field, one in found[each].items()
    ]
    await insert_rows(conn, crm_fields, rows)


def _shows_crm(rules: CrmRules, row: RowMapping) -> bool:
    """Whether a customer without an account shows something of one still, though no field's standing tells."""
    return row[_MANAGER] is not None or _mark(rules) in row[_JSON]


def _settled(
    rules: CrmRules,
    row: RowMapping,
    accounts: Mapping[RecordId, RowMapping],
    standings: Mapping[RecordId, Standings],
    at: datetime,
) -> Fit:
    before = standings.get(row["id"], {})
    return fit(rules, erp_values(rules, row, before), accounts.get(row["id"]), before, at)


async def _write(
    conn: WriteConnection, rows: Mapping[RecordId, RowMapping], found: Mapping[RecordId, Fit], at: datetime
) -> None:
    differences = {each: _differences(rows[each], one) for each, one in found.items()}
    changed = sorted(each for each, fields_ in differences.items() if fields_)
    if not changed:
        return
    values: dict[str, Any] = {name: bindparam(f"v_{name}") for name in _WRITTEN}
    statement = update(customers).where(customers.c.id == bindparam("v_id")).values(values)
    told = [{"v_id": each} | {f"v_{name}": found[each].values[name] for name in _WRITTEN} for each in changed]
    await conn.execute(statement, told)
    changes = [Change(kind="customer", record_id=each, action="changed", fields=differences[each]) for each in changed]
    await append_changes(conn, changes, at=at)


def _differences(row: RowMapping, one: Fit) -> dict[str, tuple[Any, Any]]:
    return {name: (row[name], one.values[name]) for name in (*FIELDS, _JSON) if row[name] != one.values[name]}


def _mark(rules: CrmRules) -> str:
    """How the CRM's own fields begin among a customer's custom fields."""
    return f'"{rules.system}.'


def _with_custom(rules: CrmRules, written: str, crm: str) -> str:
    """Custom fields as the ERP wrote them, with these of the CRM in place of those that were there."""
    mark = _mark(rules)
    if mark not in written and crm == "{}":
        return written
    own = {name: one for name, one in json.loads(written).items() if not name.startswith(mark[1:])}
    return json.dumps(own | json.loads(crm), ensure_ascii=False)
