"""What `tesorio doctor` looks at in a Salesforce organisation: one finding per thing that can be wrong."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from store.crm.rules import CrmRules, MatchBy, rules_of
from sync.connector import Finding
from sync.connectors.salesforce.check_figures import figure_findings
from sync.connectors.salesforce.client import Rows, SalesforceClient
from sync.connectors.salesforce.credentials import Certificate, Password, Secret
from sync.connectors.salesforce.describe import Description, Descriptions, Field
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.soql import Condition, Query
from sync.errors import NotPermittedError, ReauthoriseError, SourceError

# An assertion that is signed by a clock further off is refused.
_MOST_SKEW = timedelta(minutes=3)
# When Salesforce switches login by SOAP off («Summer '27»).
_PASSWORDS_END = date(2027, 6, 1)
_LATER = "Try again in a few minutes; if it stays, look at the detail."
_SEE_APP = (
    "Compare SALESFORCE_DOMAIN, the app's consumer key and its secret; in the External Client App allow the flow, name "
    "the user that it runs as, and let the permission set in (policies: admin-approved users)."
)
_API = "Give the integration user the permission «API Enabled»; in Salesforce: Setup > Permission Sets."
_ORGANISATION = Query(fields=("Id", "Name", "OrganizationType", "IsSandbox"), source="Organization", limit=1)
# What is read of each object, and why it is looked at.
_NEEDED = {
    "Account": ("Name", "AccountNumber", "OwnerId", "Phone", "Fax", "Website", "BillingStreet", "BillingCity"),
    "User": ("Name", "Email", "Phone", "Title", "IsActive"),
    "Contact": ("Name", "Email", "AccountId", "Title", "Phone"),
    "Note": ("ParentId", "Title", "Body"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What is looked at, and at which instant."""

    client: SalesforceClient
    descriptions: Descriptions
    settings: SalesforceSettings
    now: datetime


async def findings(checked: Checked) -> tuple[Finding, ...]:
    """Every check that can still tell something: without a login the later ones would only repeat it."""
    # The doctor tells of all sources in one list.
    return tuple(replace(one, check=f"salesforce {one.check}") for one in await _found(checked))


async def _found(checked: Checked) -> list[Finding]:
    found = [way_finding(checked.settings, checked.now.date()), *await _login_findings(checked)]
    if not found[1].ok:
        return found
    rules = rules_of(checked.settings.choices)
    found.append(_limit_finding(checked))
    for name in _NEEDED:
        found += await _object_findings(checked, rules, name)
    return [*found, *await _key_findings(checked, rules), *await _count_findings(checked)]


def way_finding(settings: SalesforceSettings, today: date) -> Finding:
    """Which way in is used, and how long it is open. Pure."""
    check = "way in"
    match settings.credentials:
        case Secret():
            return Finding(check=check, ok=True, detail=f"client credentials at {settings.domain}")
        case Certificate():
            return Finding(check=check, ok=True, detail=f"a certificate (JWT) for {settings.username}")
        case Password():
            is_open = today < _PASSWORDS_END
            end = "switches" if is_open else "has switched"
            return Finding(
                check=check,
                ok=is_open,
                detail=f"user name and security token: Salesforce {end} this off with Summer '27 (1 June 2027)",
                remedy="Make an External Client App with client credentials; docs/salesforce.md has the steps.",
            )


async def _login_findings(checked: Checked) -> list[Finding]:
    try:
        answer = await checked.client.query(_ORGANISATION, urgent=True)
    except ReauthoriseError as error:
        return [Finding(check="login", ok=False, detail=str(error), remedy=_SEE_APP)]
    except NotPermittedError as error:
        return [Finding(check="login", ok=False, detail=str(error), remedy=_API)]
    except SourceError as error:
        return [Finding(check="login", ok=False, detail=str(error), remedy=_LATER)]
    return [_organisation_finding(answer), _clock_finding(answer, checked.now)]


def _organisation_finding(answer: Rows) -> Finding:
    row = answer.rows[0] if answer.rows else {}
    kind = "sandbox" if row.get("IsSandbox") else "production"
    return Finding(check="login", ok=True, detail=f"{row.get('Name')}, {row.get('OrganizationType')}, {kind}")


def _clock_finding(answer: Rows, now: datetime) -> Finding:
    skew = abs(now - answer.at) if answer.at is not None else timedelta()
    detail = f"the clocks differ by {skew.total_seconds():.0f} s"
    is_off = skew > _MOST_SKEW
    return Finding(
        check="clock", ok=not is_off, detail=detail, remedy="Set this machine's clock by NTP." if is_off else ""
    )


def _limit_finding(checked: Checked) -> Finding:
    usage, share = checked.client.allowance.usage, checked.settings.api_share
    if usage is None:
        return Finding(check="requests", ok=True, detail="Salesforce tells no limit")
    remedy = "Find in Setup > Company Information what uses them, buy more, or raise [salesforce] api_share."
    is_spent = usage.share >= share
    detail = f"{usage}; reading stops at {share:.0%}"
    return Finding(check="requests", ok=not is_spent, detail=detail, remedy=remedy if is_spent else "")


async def _object_findings(checked: Checked, rules: CrmRules, name: str) -> list[Finding]:
    """Whether the object may be read, and which of its fields may not."""
    without = _without(rules, name)
    try:
        described = await checked.descriptions.of(name, anew=True, urgent=True)
    except NotPermittedError as error:
        if without:
            return [Finding(check=name, ok=True, detail=f"hidden from us: {without}")]
        remedy = f"Give the permission set Read and View All Records on {name}."
        return [Finding(check=name, ok=False, detail=str(error), remedy=remedy)]
    except SourceError as error:
        return [Finding(check=name, ok=False, detail=str(error), remedy=_LATER)]
    further = {
        "Note": lambda: [_note_finding(described)],
        "Account": lambda: figure_findings(checked.settings, described),
    }
    return [_field_finding(described), *further.get(name, list)()]


def _without(rules: CrmRules, name: str) -> str:
    """What is missed where an object may not be read, if that is nothing that the rules ask for."""
    if name == "Note":
        return "" if rules.notes else "no notes are asked for"
    if name == "Contact":
        is_asked_for = rules.contacts.value != "off" or rules.lookup_contacts
        return "" if is_asked_for else "no contacts are asked for"
    return "owners are known by name alone" if name == "User" else ""


def _field_finding(described: Description) -> Finding:
    hidden = [name for name in _NEEDED[described.name] if name not in described.fields]
    if not hidden:
        return Finding(check=described.name, ok=True, detail=f"{len(described.fields)} fields may be read")
    return Finding(
        check=described.name,
        ok=False,
        detail=f"hidden from us: {', '.join(hidden)}",
        remedy=f"Give the permission set View All Fields on {described.name}, or Read on each of these.",
    )


def _note_finding(described: Description) -> Finding:
    told = "permitted" if described.may_create else "not permitted: notes that are written here stay here"
    return Finding(check="writing notes", ok=True, detail=told)


async def _key_findings(checked: Checked, rules: CrmRules) -> list[Finding]:
    if rules.match_by is MatchBy.CRM_ID:
        return [Finding(check="key", ok=True, detail="the id of the account, which the ERP's customers name")]
    if not rules.account_field:
        return [Finding(check="key", ok=True, detail="[salesforce] account_field names none; it is chosen in Slack")]
    try:
        described = await checked.descriptions.of("Account", urgent=True)
    except SourceError as error:
        return [Finding(check="key", ok=False, detail=str(error), remedy=_LATER)]
    field = described.fields.get(rules.account_field)
    if field is None:
        similar = ", ".join(each.name for each in described.custom if each.type == "string")[:200]
        remedy = f"Set [salesforce] account_field to one that there is: {similar}; or let the permission set read it."
        detail = f"Account has no field «{rules.account_field}» that we may see"
        return [Finding(check="key", ok=False, detail=detail, remedy=remedy)]
    return [_key_finding(field), *await _filled_findings(checked, field)]


def _key_finding(field: Field) -> Finding:
    if field.is_unique:
        return Finding(check="key", ok=True, detail=f"{field.label} ({field.name}), unique")
    return Finding(
        check="key",
        ok=True,
        detail=f"{field.label} ({field.name}) is not unique: two accounts with one key are matched with nobody",
        remedy="Tick Unique and External ID in Setup > Object Manager > Account > Fields & Relationships.",
    )


async def _filled_findings(checked: Checked, field: Field) -> list[Finding]:
    if not field.is_filterable:
        return []
    filled = Query(source="Account", where=(Condition(field=field.name, is_="!=", value=None),))
    try:
        count = await checked.client.count(filled, urgent=True)
    except SourceError as error:
        return [Finding(check="keys", ok=False, detail=str(error), remedy=_LATER)]
    remedy = "" if count else f"Fill {field.label} with the ERP's ids: until then no account is matched."
    return [Finding(check="keys", ok=True, detail=f"{count:,} accounts have one", remedy=remedy)]


async def _count_findings(checked: Checked) -> list[Finding]:
    """Records that we see: none at all is what a missing «View All Records» looks like."""
    try:
        count = await checked.client.count(Query(source="Account"), urgent=True)
    except SourceError as error:
        return [Finding(check="accounts", ok=False, detail=str(error), remedy=_LATER)]
    remedy = "" if count else "Give the permission set View All Records on Account."
    return [Finding(check="accounts", ok=bool(count), detail=f"{count:,} records", remedy=remedy)]
