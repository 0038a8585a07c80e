"""The wizard's steps, for Slack and the command line alike: what is chosen, and what is said of it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.crm.keys import KeyChoice
from store.crm.report import MatchFigures
from store.crm.rules import RULE_SETS, ContactsFrom, CrmChoices, CrmRules, MatchBy, Policy, chosen_over, rules_of
from store.crm.setup import CrmCounts
from store.rhythms import SourceRhythm

DEFAULT_SET = "upflow"
RULES = {
    "upflow": "Contacts and account managers are {crm}'s, read every 24 hours",
    "tesorio": "{erp} first; {crm} fills what is blank, read daily",
}


class NothingChosenError(Exception):
    """By these rules nothing would be taken from the CRM: tick contacts, account managers or both."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is taken from the CRM: the rule set, and its two toggles."""

    rules: str
    contacts: bool
    account_managers: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a CRM that is switched on has come to; `next_at` is its next reading."""

    rules: CrmRules
    figures: MatchFigures
    counts: CrmCounts
    next_at: datetime


def offered(settled: CrmChoices, before: CrmChoices | None) -> Wanted:
    """What is ticked to begin with: what holds already, else all of Upflow's rules."""
    known = before or CrmChoices(rules=DEFAULT_SET, contacts=True, account_managers=True)
    rules = rules_of(chosen_over(settled, known))
    return Wanted(
        rules=settled.rules or known.rules or DEFAULT_SET,
        contacts=rules.contacts is not ContactsFrom.OFF,
        account_managers=rules.policies["account_manager"] is not Policy.OFF,
    )


def choices_of(key: KeyChoice, wanted: Wanted) -> CrmChoices:
    """What is kept. Raises KeyError for rules that there are not."""
    RULE_SETS[wanted.rules]
    return CrmChoices(
        rules=wanted.rules,
        match_by=key.match_by,
        account_field=key.account_field or None,
        customer_field=key.customer_field or None,
        contacts=wanted.contacts,
        account_managers=wanted.account_managers,
    )


def require_something(settled: CrmChoices, choices: CrmChoices) -> None:
    """Raises NothingChosenError when nothing would come of the choices."""
    rules = rules_of(chosen_over(settled, choices))
    takes_nothing = all(policy is Policy.OFF for policy in rules.policies.values())
    if rules.contacts is ContactsFrom.OFF and takes_nothing and not (rules.owner_contact or rules.lookup_contacts):
        raise NothingChosenError


def settled_lines(settled: CrmChoices) -> tuple[str, ...]:
    """What tesorio.toml sets, which can be changed nowhere else."""
    told = {
        "rules": settled.rules,
        "match_by": settled.match_by,
        "account_field": settled.account_field,
        "customer_field": settled.customer_field,
        "contacts": _on(settled.contacts),
        "account_managers": _on(settled.account_managers),
    }
    return tuple(f"{name} = {value}" for name, value in told.items() if value)


def key_words(rules: CrmRules, erp: str, crm: str) -> str:
    """By what accounts and customers are matched."""
    words = {
        MatchBy.ERP_ID: f"{crm}'s {rules.account_field} holds {erp}'s internal id",
        MatchBy.CRM_ID: f"{erp}'s {rules.customer_field} holds {crm}'s account id",
        MatchBy.SHARED: f"{crm}'s {rules.account_field} = {erp}'s {rules.customer_field}",
    }
    return words[rules.match_by]


def taken_words(rules: CrmRules, counts: CrmCounts, erp: str) -> tuple[str, str]:
    """What is taken from the CRM, each with its number."""
    contacts = {
        ContactsFrom.OFF: "Contacts: not taken from there",
        ContactsFrom.ADDED: f"Contacts: {counts.contacts:,}, beside {erp}'s",
        ContactsFrom.MIRRORED: f"Contacts: {counts.contacts:,}, in place of {erp}'s",
    }
    is_managed = rules.policies["account_manager"] is not Policy.OFF
    number = counts.account_managers
    managed = f"of {number:,} {'customer' if number == 1 else 'customers'}"
    return contacts[rules.contacts], f"Account managers: {managed if is_managed else 'not taken from there'}"


def match_words(found: MatchFigures) -> str:
    """How accounts and customers were matched."""
    return (
        f"{found.matched:,} of {found.customers:,} customers matched, "
        f"{found.unmatched:,} accounts unmatched, {found.ambiguous:,} ambiguous"
    )


def next_reading(now: datetime, rhythm: SourceRhythm | None, daily_at: time, zone: ZoneInfo) -> datetime:
    """When the CRM is read next: in its own rhythm, else with all others at their time of day."""
    if rhythm is not None:
        every = timedelta(hours=rhythm.every_hours)
        return rhythm.since + ((now - rhythm.since) // every + 1) * every
    local = now.astimezone(zone)
    today = replace_time(local, daily_at)
    return (today if today > now else replace_time(local + timedelta(days=1), daily_at)).astimezone(UTC)


def replace_time(local: datetime, at: time) -> datetime:
    """The same day at another time."""
    return datetime.combine(local.date(), at, local.tzinfo)


def _on(value: bool | None) -> str:  # noqa: FBT001 - a setting's value
    return "" if value is None else str(value).lower()
