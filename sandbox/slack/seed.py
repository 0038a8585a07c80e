"""The workspace that every run starts with: the people and channels of Meridian Supply."""

from dataclasses import dataclass

from sandbox.slack.config import AppConfig
from sandbox.slack.records import Channel, Member

TEAM_ID = "T0MERIDIAN"
TEAM_NAME = "Meridian Supply"
TEAM_DOMAIN = "meridian-supply"
OTHER_TEAM_ID = "T0NORTHWND"

ANA, BEN, CHLOE = "U0ANASILVA", "U0BENOKAFR", "U0CHLOEDUB"
# A full member as well, whose Slack user nobody has linked to anything yet.
EVA = "U0EVALIMA1"
GUEST, DEACTIVATED, STRANGER = "U0GUESTGIL", "U0DEACTDAN", "U0STRANGER"
AR_TEAM, SALES, GENERAL = "C0ARTEAM01", "C0SALES001", "C0GENERAL1"
FINANCE_LEADS, NORTHWIND_SHARED, ARCHIVED = "C0FINLEADS", "C0NORTHWND", "C0ARCHIVED"
ANA_APP_DM, BEN_APP_DM, CHLOE_APP_DM = "D0ANAAPP01", "D0BENAPP01", "D0CHLOEAP1"
EVA_APP_DM = "D0EVAAPP01"
ANA_BEN_DM = "D0ANABEN01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    members: tuple[Member, ...]
    channels: tuple[Channel, ...]


def seed(app: AppConfig) -> Seed:
    """People, channels and direct messages, with the app's bot user among them."""
    return Seed(members=(*_people(), _bot(app)), channels=(*_rooms(app.bot_user), *_direct(app.bot_user)))


def _people() -> tuple[Member, ...]:
    return (
        _person(ANA, "ana", "Ana Silva", "Accounts Receivable Manager", "2bac76"),
        _person(BEN, "ben", "Ben Okafor", "Account Executive", "3c989f"),
        _person(CHLOE, "chloe", "Chloé Dubois", "CFO", "7d414c"),
        _person(EVA, "eva", "Eva Lima", "Credit Controller", "9e3997"),
        Member(
            id=GUEST,
            name="gil",
            real_name="Gil Guest",
            email="gil@auditors.example",
            title="External auditor",
            team_id=TEAM_ID,
            is_restricted=True,
        ),
        Member(
            id=DEACTIVATED,
            name="dan",
            real_name="Dan Former",
            email="dan@meridian.example",
            team_id=TEAM_ID,
            deleted=True,
        ),
        Member(
            id=STRANGER,
            name="nora",
            real_name="Nora North",
            email="nora@northwind.example",
            title="Northwind purchasing",
            team_id=OTHER_TEAM_ID,
        ),
    )


def _person(member_id: str, name: str, real_name: str, title: str, color: str) -> Member:
    return Member(
        id=member_id,
        name=name,
        real_name=real_name,
        email=f"{real_name.lower().replace(' ', '.').replace('é', 'e')}@meridian.example",
        title=title,
        color=color,
        team_id=TEAM_ID,
    )


def _bot(app: AppConfig) -> Member:
    return Member(
        id=app.bot_user, name=app.name, real_name=app.name.capitalize(), team_id=TEAM_ID, is_bot=True, color="e96699"
    )


def _rooms(bot: str) -> tuple[Channel, ...]:
    """The app is in the channels where AR is talked about; it was never invited to #general and #finance-leads."""
    everyone = (ANA, BEN, CHLOE, EVA)
    return (
        Channel(id=GENERAL, name="general", kind="channel", members=(*everyone, GUEST)),
        Channel(id=AR_TEAM, name="ar-team", kind="channel", members=(*everyone, bot)),
        Channel(id=SALES, name="sales", kind="channel", members=(*everyone, bot)),
        Channel(id=FINANCE_LEADS, name="finance-leads", kind="private", members=(ANA, CHLOE)),
        Channel(
            id=NORTHWIND_SHARED,
            name="northwind-shared",
            kind="channel",
            members=(ANA, BEN, GUEST, STRANGER, bot),
            is_ext_shared=True,
        ),
        Channel(id=ARCHIVED, name="collections-2019", kind="channel", members=(ANA, bot), is_archived=True),
    )


def _direct(bot: str) -> tuple[Channel, ...]:
    return (
        Channel(id=ANA_APP_DM, name="", kind="im", members=(ANA, bot)),
        Channel(id=BEN_APP_DM, name="", kind="im", members=(BEN, bot)),
        Channel(id=CHLOE_APP_DM, name="", kind="im", members=(CHLOE, bot)),
        Channel(id=EVA_APP_DM, name="", kind="im", members=(EVA, bot)),
        Channel(id=ANA_BEN_DM, name="", kind="im", members=(ANA, BEN)),
    )
