"""The rules of tesorio.toml: what the person who runs the bot wants, apart from secrets and addresses."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.mail.settings import MailRules


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SyncRules(_Model):
    """When the sources are read, and from which age on an answer is marked as stale.

    A reading that would delete more than `max_deleted_percent` of a kind of record (and more than ten, or than half of
    a few) asks first.
    """

    daily_at: time = time(2, 0)
    stale_after_hours: int = Field(default=26, ge=1)
    max_deleted_percent: int = Field(default=20, ge=0, le=100)


class DisplayRules(_Model):
    """How amounts and dates are written: a CLDR locale such as en_US or fr_FR."""

    locale: str = "en_US"

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        try:
            Locale.parse(value)
        except (UnknownLocaleError, ValueError):
            raise ValueError(f"no locale is called «{value[:40]}»") from None
        return value


class SlackRules(_Model):
    """How people and conversations are dealt with. `link_approval`: an admin has to approve who is linked.

    `commands_per_minute`: one person may ask for so much at once, and for as much more in each minute. `answers`: the
    channel sees them, or only who asked, who may post them. `external_channels`: refuse to share to channels that
    outsiders read, or ask an admin.
    """

    link_approval: bool = False
    answers: Literal["channel", "private"] = "channel"
    external_channels: Literal["refuse", "ask"] = "refuse"
    commands_per_minute: int = Field(default=20, ge=1)


class NoteRules(_Model):
    """Which connected systems a note is sent to unless its writer chooses others, by their short names."""

    targets: tuple[str, ...] = ("netsuite", "invoiced")


class NotifyRules(_Model):
    """When what became past due overnight is told, in the company's time zone: best some time after `daily_at`.

    `mention_account_managers`: a notification calls the customer's account manager, if they are linked here.
    """

    past_due_at: time = time(8, 0)
    mention_account_managers: bool = True


class CustomFieldRules(_Model):
    """Custom fields that cards and tables show and filters know, by script id, in this order.

    Each has the label that people know it by; «» takes the source's own.
    """

    customer: Mapping[str, str] = Field(default_factory=dict)
    invoice: Mapping[str, str] = Field(default_factory=dict)


class OutboxRules(_Model):
    """From which age on what waits in the outbox at a start is only sent when a person says so."""

    confirm_after_hours: int = Field(default=24, ge=1)


class Rules(_Model):
    """tesorio.toml. Tables that are not listed here belong to the connector of that name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    sync: SyncRules = SyncRules()
    display: DisplayRules = DisplayRules()
    slack: SlackRules = SlackRules()
    notes: NoteRules = NoteRules()
    notify: NotifyRules = NotifyRules()
    outbox: OutboxRules = OutboxRules()
    custom_fields: CustomFieldRules = CustomFieldRules()
    mail: MailRules = MailRules()

    def connector(self, name: str) -> Mapping[str, Any]:
        """A connector's own table; empty when there is none."""
        found = (self.model_extra or {}).get(name, {})
        return found if isinstance(found, Mapping) else {}

    @property
    def connector_tables(self) -> frozenset[str]:
        return frozenset(self.model_extra or {})
