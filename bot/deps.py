"""What the commands are given: the rooms they may use, made once by the composition root."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.audit_log import AuditLog
from bot.bell import Bell
from bot.crm.port import CrmConnection
from bot.files import FileContents
from bot.lookup.index import LookupIndex
from bot.mail.settings import MailSettings
from bot.rules import CustomFieldRules, Rules
from bot.services import Services
from bot.slack.answering import Answering
from bot.slack.client import SlackClient
from bot.slack.roster import Roster
from store.db import Store
from store.work import Work


class Desk(Protocol):
    """What it takes to write a card: the facts of this installation that the command line knows as well."""

    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def locale(self) -> str: ...
    @property
    def stale_after(self) -> timedelta: ...
    @property
    def source_titles(self) -> Mapping[str, str]: ...
    @property
    def ledger_titles(self) -> Mapping[str, str]: ...
    @property
    def can_mail(self) -> bool: ...
    @property
    def custom_fields(self) -> CustomFieldRules: ...
    def today(self) -> date: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Deps:
    """The rooms and the facts of this installation.

    `clock` gives the aware instant; `zone` is the company's, in which «today» is meant. `source_titles` says how people
    call an origin: netsuite is «NetSuite»; `target_titles` the systems that something can be sent to, and
    `target_takes` which kinds of it: «note», «contact», «message»; `contact_roles` the roles that a contact may have
    there, besides the primary one. `mail` is None where no mail server is set; `files` gives the contents of records'
    files, and `crm` is the CRM that is set up, if any. `changed` rings when a sync has written something, `outbox` when
    there may be something to deliver, `decisions` when a person has decided about a delivery. `services` are what runs
    beside the bot. `team_id` is our workspace and `bot_user` we ourselves in it. `roster` is who is in which private
    channel, as Slack said a moment ago.
    """

    store: Store
    index: LookupIndex | None
    work: Work
    slack: SlackClient
    answering: Answering
    audit: AuditLog
    clock: Callable[[], datetime]
    zone: ZoneInfo
    locale: str
    stale_after: timedelta
    source_titles: Mapping[str, str]
    team_id: str
    bot_user: str = ""
    target_titles: Mapping[str, str] = field(default_factory=dict)
    target_takes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    contact_roles: tuple[str, ...] = ()
    mail: MailSettings | None = None
    files: FileContents | None = None
    crm: CrmConnection | None = None
    rules: Rules = field(default_factory=Rules)
    changed: Bell = field(default_factory=Bell)
    outbox: Bell = field(default_factory=Bell)
    decisions: Bell = field(default_factory=Bell)
    services: Services = field(default_factory=Services)
    roster: Roster = field(default_factory=Roster)

    @property
    def ledger_titles(self) -> Mapping[str, str]:
        """The sources of customers and invoices, likewise: all but the CRM, which has neither."""
        return {name: title for name, title in self.source_titles.items() if self.crm is None or name != self.crm.name}

    @property
    def can_mail(self) -> bool:
        """Whether a mail server is set."""
        return self.mail is not None

    @property
    def custom_fields(self) -> CustomFieldRules:
        """Which custom fields people see."""
        return self.rules.custom_fields

    def targets_of(self, kind: str) -> Mapping[str, str]:
        """The systems that take this kind, by name, with what people call them."""
        return {name: title for name, title in self.target_titles.items() if kind in self.target_takes.get(name, ())}

    def today(self) -> date:
        """The company's calendar date."""
        return self.clock().astimezone(self.zone).date()
