"""What the wizard needs of the store and of the CRM, read for Slack and the command line alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.crm.keys import KeyChoice, KeyOffer, Titles, is_there, key_offers
from bot.crm.port import AccountSample, Check, CrmConnection, CrmError
from bot.crm.steps import Summary, next_reading
from store.crm.report import match_figures
from store.crm.rules import CrmRules, chosen_over, rules_of
from store.crm.setup import crm_counts, values_of_customers
from store.crm.switch import chosen
from store.custom_fields import CustomField, custom_fields_of
from store.db import ReadConnection, Store
from store.records import RecordId
from store.rhythms import rhythm_of

# Without this check the others tell nothing; what it is called begins with the system's name.
_LOGIN = "login"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What can be chosen now. `definitions` are of the ERP's customers, `sample` is of the CRM's accounts."""

    definitions: tuple[CustomField, ...]
    sample: AccountSample
    offers: tuple[KeyOffer, ...] = ()

    def has(self, choice: KeyChoice) -> bool:
        """Whether the fields of a choice are there still."""
        return is_there(choice, self.definitions, self.sample.fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """How a test of the login ended; `organisation` is the CRM's id of it, «» when we did not get in."""

    checks: tuple[Check, ...]
    organisation: str


async def login_of(crm: CrmConnection) -> Login:
    """Test the login; that it was refused is an answer like another."""
    try:
        checks = await crm.check()
        is_in = not any(each.check.endswith(_LOGIN) and not each.ok for each in checks)
        return Login(checks=checks, organisation=await crm.organisation() if is_in else "")
    except CrmError as error:
        return Login(checks=(Check(check=_LOGIN, ok=False, detail=str(error)),), organisation="")


def titles_of(crm: CrmConnection, source_titles: Mapping[str, str]) -> Titles:
    """What people call the CRM and the ERP beside it."""
    erp = next((title for name, title in source_titles.items() if name != crm.name), "the ERP")
    return Titles(erp=erp, crm=crm.title)


async def fields_now(store: Store, crm: CrmConnection, source_titles: Mapping[str, str]) -> Found:
    """The fields on both sides, without counting what they would match. Raises CrmError."""
    sample = await crm.sample()
    async with store.read() as conn:
        several = [await custom_fields_of(conn, origin, "customer") for origin in source_titles if origin != crm.name]
    return Found(definitions=tuple(field for fields in several for field in fields), sample=sample)


async def found_now(store: Store, crm: CrmConnection, source_titles: Mapping[str, str]) -> Found:
    """The same with what can be chosen, and what each choice would match. Raises CrmError."""
    found = await fields_now(store, crm, source_titles)
    customers: list[Mapping[str, str]] = []
    after: RecordId | None = None
    is_more = True
    while is_more:
        async with store.read() as conn:
            page, after = await values_of_customers(conn, crm.name, after=after)
        customers += page
        is_more = after is not None
    titles = titles_of(crm, source_titles)
    return replace(found, offers=key_offers(found.definitions, customers, found.sample, crm.settled, titles))


async def rules_now(conn: ReadConnection, crm: CrmConnection) -> CrmRules:
    """The rules that are to hold, whether they are followed already or not."""
    return replace(rules_of(chosen_over(crm.settled, await chosen(conn))), system=crm.name)


async def summary_of(
    conn: ReadConnection, crm: CrmConnection, *, now: datetime, daily_at: time, zone: ZoneInfo
) -> Summary:
    """What the CRM has come to."""
    rules = await rules_now(conn, crm)
    return Summary(
        rules=rules,
        figures=await match_figures(conn, rules),
        counts=await crm_counts(conn, crm.name),
        next_at=next_reading(now, await rhythm_of(conn, crm.name), daily_at, zone),
    )
