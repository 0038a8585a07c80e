"""The org itself and its users: the workspace's people, one who left, one whom nobody has in Slack."""

from dataclasses import dataclass

from sandbox.salesforce.org import Org


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    first: str
    last: str
    email: str
    title: str
    is_active: bool = True


ANA = Person(first="Ana", last="Silva", email="ana.silva@meridian.example", title="Accounts Receivable Manager")
BEN = Person(first="Ben", last="Okafor", email="ben.okafor@meridian.example", title="Account Executive")
CHLOE = Person(first="Chloé", last="Dubois", email="chloe.dubois@meridian.example", title="CFO")
EVA = Person(first="Eva", last="Lima", email="eva.lima@meridian.example", title="Credit Controller")
DAN = Person(first="Dan", last="Former", email="dan@meridian.example", title="Account Executive", is_active=False)
SAM = Person(first="Sam", last="Rivers", email="sam.rivers@meridian.example", title="Account Manager")
OWNERS = (BEN, EVA, SAM, CHLOE, ANA, DAN)
# Of a hundred accounts so many belong to each of them.
SHARES = (40, 20, 20, 8, 6, 6)


def add_people(org: Org, username: str) -> dict[str, str]:
    """The ids of the users by their e-mail addresses; the first one is the integration's own."""
    org.create(
        "Organization",
        Name="Meridian Supply",
        OrganizationType="Enterprise Edition",
        InstanceName="LO1",
        TimeZoneSidKey="America/New_York",
    )
    profile = org.create("Profile", Name="Standard User", UserType="Standard")
    integration = Person(first="Tesorio", last="Integration", email=username, title="")
    org.acting_user = _add(org, integration, profile)
    return {person.email: _add(org, person, profile) for person in OWNERS}


def _add(org: Org, person: Person, profile: str) -> str:
    return org.create(
        "User",
        Username=person.email if "@" in person.email else f"{person.email}@meridian.example",
        FirstName=person.first,
        LastName=person.last,
        Email=person.email,
        Alias=f"{person.first[:1]}{person.last[:6]}".lower(),
        Title=person.title or None,
        Phone=None if person.is_active is False else f"+1 555 02{len(person.last):02}",
        IsActive=person.is_active,
        UserType="Standard",
        ProfileId=profile,
    )
