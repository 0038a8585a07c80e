"""The rules by which a CRM's data counts here, as data: two sets of them, and what single toggles put in their place.

Tesorio's and Upflow's rules are two values of one record. The rules that hold are kept in the store, so that whoever
writes a page of records goes by the same ones, and a change of them can be followed (`store.crm.switch`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from store.db import ReadConnection, WriteConnection
from store.facts import keep_fact, read_fact

_FACT = "crm.rules"


class MatchBy(StrEnum):
    """Where the key is that an account and its customer have in common.

    The ERP's internal id in a field of the account, the CRM's id in a field of the customer, or any other identifier
    that a field of each holds.
    """

    ERP_ID = "erp_id"
    CRM_ID = "crm_id"
    SHARED = "shared"


class Policy(StrEnum):
    """Whose value of a field shows: the ERP's, and the CRM's where that is blank; the other way round; only the ERP's.

    What loses goes to the conflict log, but for `fill`: there the CRM's fills what is blank and is nothing otherwise.
    """

    ERP = "erp"
    FILL = "fill"
    CRM = "crm"
    OFF = "off"


class ContactsFrom(StrEnum):
    """What becomes of an account's related contacts: left out, shown beside the ERP's, or shown instead of them."""

    OFF = "off"
    ADDED = "added"
    MIRRORED = "mirrored"


# Of a customer, as `Customer` calls them. The account manager is the CRM's alone: no ERP has one.
DETAILS = ("name", "phone", "address", "fax", "website")
FIELDS = (*DETAILS, "sales_rep", "account_manager")


def _policies(**told: Policy) -> Mapping[str, Policy]:
    return {name: told.get(name, Policy.OFF) for name in FIELDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmRules:
    """What holds. `account_field` and `customer_field` are the fields with the key, as `MatchBy` needs them.

    A customer's field is a custom field's script id, or «number», «email», «source_id». `owner_contact`: the
    account's owner becomes a contact, the customer's sales rep. `lookup_contacts`: so does whom the account's own
    fields point at. `oldest_is_main`: of an account's related contacts the oldest is the primary one. `every_hours`:
    it is read in this rhythm, counted from the moment it was switched on; None is daily with all others.
    """

    system: str = "salesforce"
    match_by: MatchBy = MatchBy.ERP_ID
    account_field: str = ""
    customer_field: str = ""
    policies: Mapping[str, Policy] = field(default_factory=_policies)
    contacts: ContactsFrom = ContactsFrom.OFF
    oldest_is_main: bool = False
    lookup_contacts: bool = False
    owner_contact: bool = False
    notes: bool = False
    custom_fields: bool = False
    every_hours: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """A set's rules with nothing optional on, and what its two toggles put in their place."""

    rules: CrmRules
    contacts_on: ContactsFrom
    manager_on: Policy = Policy.CRM


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmChoices:
    """What a person has chosen, in the settings or in Slack; None is what the set says.

    `policies` are of single fields. `rules` names the set.
    """

    rules: str | None = None
    match_by: MatchBy | None = None
    account_field: str | None = None
    customer_field: str | None = None
    contacts: bool | None = None
    account_managers: bool | None = None
    lookup_contacts: bool | None = None
    owner_contact: bool | None = None
    notes: bool | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)


# Who sells by the ERP and who owns the account in the CRM may well be two people: that is no conflict.
_ERP_FIRST = dict.fromkeys(DETAILS, Policy.ERP) | {"sales_rep": Policy.FILL}
RULE_SETS: Mapping[str, RuleSet] = {
    "tesorio": RuleSet(
        rules=CrmRules(
            policies=_policies(**_ERP_FIRST),
            lookup_contacts=True,
            owner_contact=True,
            notes=True,
            custom_fields=True,
        ),
        contacts_on=ContactsFrom.ADDED,
    ),
    "upflow": RuleSet(
        rules=CrmRules(match_by=MatchBy.CRM_ID, oldest_is_main=True, custom_fields=True, every_hours=24),
        contacts_on=ContactsFrom.MIRRORED,
    ),
}
DEFAULT_SET = "tesorio"
# A choice that is a rule of the same name.
_SAME = ("match_by", "account_field", "customer_field", "lookup_contacts", "owner_contact", "notes")


def chosen_over(settled: CrmChoices, chosen: CrmChoices) -> CrmChoices:
    """What the settings say, and where they are silent what was chosen in Slack."""
    silent = {each.name for each in fields(CrmChoices) if getattr(settled, each.name) is None}
    told = {name: getattr(chosen, name) for name in silent}
    return replace(settled, **told, policies={**chosen.policies, **settled.policies})


def rules_of(choices: CrmChoices) -> CrmRules:
    """The rules of the named set with every choice in its place. Raises KeyError for a set that there is not."""
    of_set = RULE_SETS[choices.rules or DEFAULT_SET]
    told = {name: value for name in _SAME if (value := getattr(choices, name)) is not None}
    policies = {**of_set.rules.policies, **choices.policies}
    if choices.account_managers is not None and "account_manager" not in choices.policies:
        policies["account_manager"] = of_set.manager_on if choices.account_managers else Policy.OFF
    if choices.contacts is not None:
        told["contacts"] = of_set.contacts_on if choices.contacts else ContactsFrom.OFF
    return replace(of_set.rules, **told, policies=policies)


def has_key(rules: CrmRules) -> bool:
    """Whether the rules say by which fields accounts are matched: without that none is."""
    needs = {
        MatchBy.ERP_ID: (rules.account_field,),
        MatchBy.CRM_ID: (rules.customer_field,),
        MatchBy.SHARED: (rules.account_field, rules.customer_field),
    }
    return all(needs[rules.match_by])


def related_streams(rules: CrmRules) -> frozenset[str]:
    """The streams that these rules ask for of what belongs to accounts."""
    asked = {"contacts": rules.contacts is not ContactsFrom.OFF, "notes": rules.notes}
    return frozenset(stream for stream, is_asked in asked.items() if is_asked)


async def crm_rules(conn: ReadConnection) -> CrmRules | None:
    """The rules that hold in this store; None where no CRM is connected."""
    found = await read_fact(conn, _FACT)
    return _decoded(json.loads(found)) if found else None


async def keep_rules(conn: WriteConnection, rules: CrmRules) -> None:
    """Let these rules hold from here on. What was written by others, `store.crm.switch` follows up."""
    await keep_fact(conn, _FACT, json.dumps(asdict(rules)))


def _decoded(told: Mapping[str, Any]) -> CrmRules:
    policies = _policies(**{name: Policy(value) for name, value in told["policies"].items()})
    kinds = {"match_by": MatchBy(told["match_by"]), "contacts": ContactsFrom(told["contacts"])}
    return CrmRules(**{**told, **kinds, "policies": policies})
