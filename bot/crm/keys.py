"""By which fields accounts and customers could be matched, with what each choice would bring. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.crm.port import AccountField, AccountSample
from store.crm.ids import crm_id18
from store.crm.rules import CrmChoices, MatchBy
from store.custom_fields import CustomField

# A menu's limit, and that of what an option stands for.
MOST_OFFERS = 100
_MAX_VALUE = 150
# Ids of accounts begin so; those of contacts and others do not.
_ACCOUNT_PREFIX = "001"
# What a key may be typed into.
_FIELD_TYPES = frozenset({"text", "email", "phone", "link", "integer", "decimal"})
_OWN = {"number": "number", "email": "e-mail address"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Titles:
    """What people call both systems."""

    erp: str
    crm: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyChoice:
    """How accounts and customers would be matched; the fields are those that `match_by` needs."""

    match_by: MatchBy
    account_field: str = ""
    customer_field: str = ""

    @property
    def value(self) -> str:
        """What a menu's option carries."""
        return f"{self.match_by.value}|{self.account_field}|{self.customer_field}"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyOffer:
    """A choice with its words, and how many pairs it would match among the accounts that were looked at."""

    choice: KeyChoice
    label: str
    detail: str
    matches: int


def key_named(value: str) -> KeyChoice | None:
    """The choice of an option's value; None for one that is not ours."""
    match_by, _, rest = value.partition("|")
    account_field, _, customer_field = rest.partition("|")
    if match_by not in set(MatchBy):
        return None
    return KeyChoice(match_by=MatchBy(match_by), account_field=account_field, customer_field=customer_field)


def chosen_key(choices: CrmChoices) -> KeyChoice | None:
    """The key that these choices have; None when they leave it open."""
    if choices.match_by is None:
        return None
    by_crm = choices.match_by is MatchBy.CRM_ID
    by_erp = choices.match_by is MatchBy.ERP_ID
    return KeyChoice(
        match_by=choices.match_by,
        account_field="" if by_crm else choices.account_field or "",
        customer_field="" if by_erp else choices.customer_field or "",
    )


def key_offers(
    definitions: Iterable[CustomField],
    customers: Sequence[Mapping[str, str]],
    sample: AccountSample,
    settled: CrmChoices,
    titles: Titles,
) -> tuple[KeyOffer, ...]:
    """What can be chosen, the likeliest first; what the settings say is not offered otherwise.

    `customers` have their values by the names of fields, as `store.crm.setup.values_of_customers` gives them. Another
    identifier in common is offered where it matches anybody at all.
    """
    theirs = [each for each in definitions if each.field_type in _FIELD_TYPES]
    offers = [
        *_by_crm_id(theirs, customers, sample, titles),
        *_by_erp_id(customers, sample, titles),
        *_shared(theirs, customers, sample, titles),
    ]
    allowed = [each for each in offers if len(each.choice.value) <= _MAX_VALUE and _is_open(each.choice, settled)]
    return tuple(sorted(allowed, key=_rank)[:MOST_OFFERS])


def is_there(choice: KeyChoice, definitions: Iterable[CustomField], fields: Iterable[AccountField]) -> bool:
    """Whether the fields of a choice exist."""
    known = {each.script_id for each in definitions} | set(_OWN)
    has_account = choice.match_by is MatchBy.CRM_ID or choice.account_field in {each.name for each in fields}
    return has_account and (choice.match_by is MatchBy.ERP_ID or choice.customer_field in known)


def _rank(offer: KeyOffer) -> tuple[bool, bool, int]:
    """What matches anybody comes first; and an id before what may be alike by chance, such as a region's code."""
    return offer.matches == 0, offer.choice.match_by is MatchBy.SHARED, -offer.matches


def _by_crm_id(
    theirs: Sequence[CustomField], customers: Sequence[Mapping[str, str]], sample: AccountSample, titles: Titles
) -> Iterator[KeyOffer]:
    known = Counter(each["id"] for each in sample.accounts)
    for field in theirs:
        ids = _ids(each.get(field.script_id) for each in customers)
        matches = _pairs(ids, known) if sample.is_whole else sum(number == 1 for number in ids.values())
        yield KeyOffer(
            choice=KeyChoice(match_by=MatchBy.CRM_ID, customer_field=field.script_id),
            label=f"{field.label} of the customer in {titles.erp}",
            detail=_detail(matches, f"{field.script_id} holds {titles.crm}'s account id"),
            matches=matches,
        )


def _by_erp_id(customers: Sequence[Mapping[str, str]], sample: AccountSample, titles: Titles) -> Iterator[KeyOffer]:
    ids = _values(each.get("source_id") for each in customers)
    for field in sample.fields:
        matches = _pairs(ids, _values(each.get(field.name) for each in sample.accounts))
        yield KeyOffer(
            choice=KeyChoice(match_by=MatchBy.ERP_ID, account_field=field.name),
            label=f"{field.label} of the account in {titles.crm}",
            detail=_detail(matches, f"{field.name} holds {titles.erp}'s internal id"),
            matches=matches,
        )


def _shared(
    theirs: Sequence[CustomField], customers: Sequence[Mapping[str, str]], sample: AccountSample, titles: Titles
) -> Iterator[KeyOffer]:
    named = {each.script_id: each.label for each in theirs} | _OWN
    ours = {name: _values(each.get(name) for each in customers) for name in named}
    for field in sample.fields:
        held = _values(each.get(field.name) for each in sample.accounts)
        for name, label in named.items():
            matches = _pairs(ours[name], held)
            if matches:
                yield KeyOffer(
                    choice=KeyChoice(match_by=MatchBy.SHARED, account_field=field.name, customer_field=name),
                    label=f"{field.label} in {titles.crm} = {label} in {titles.erp}",
                    detail=_detail(matches, f"{field.name} = {name}"),
                    matches=matches,
                )


def _is_open(choice: KeyChoice, settled: CrmChoices) -> bool:
    """Whether it says nothing else than the settings do."""
    return (
        settled.match_by in {None, choice.match_by}
        and (not choice.account_field or settled.account_field in {None, choice.account_field})
        and (not choice.customer_field or settled.customer_field in {None, choice.customer_field})
    )


def _values(several: Iterable[str | None]) -> Counter[str]:
    return Counter(each.strip() for each in several if each and each.strip())


def _ids(several: Iterable[str | None]) -> Counter[str]:
    found = (crm_id18(each) for each in several if each)
    return Counter(each for each in found if each and each.startswith(_ACCOUNT_PREFIX))


def _pairs(ours: Counter[str], theirs: Counter[str]) -> int:
    """How many keys exactly one on each side has: only these match."""
    return sum(number == 1 and theirs[key] == 1 for key, number in ours.items())


def _detail(matches: int, what: str) -> str:
    return f"{matches:,} {'match' if matches == 1 else 'matches'} · {what}"
