"""What Slack hands out for a short time: triggers that open modals, and response URLs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sandbox.slack.deadlines import Deadlines
from sandbox.slack.errors import ApiError

RESPONSE_URL_LIFETIME = timedelta(minutes=30)
RESPONSE_URL_USES = 5
KEPT = 20_000

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """Leave to open one view for `user`; `view_id` is the modal that the interaction came from, if any."""

    user: str
    issued_at: datetime
    view_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The message whose button was clicked: what `replace_original` and `delete_original` act on."""

    ts: str
    ephemeral: bool


@dataclass(kw_only=True, slots=True)
class ResponseUrl:
    channel: str
    user: str
    issued_at: datetime
    source: Source | None = None
    command: str | None = None
    uses_left: int = RESPONSE_URL_USES


class Tickets:
    def __init__(self, now: Callable[[], datetime], deadlines: Deadlines) -> None:
        self._now, self._deadlines = now, deadlines
        self._triggers: dict[str, Trigger] = {}
        self._taken: dict[str, None] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def issue_trigger(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{len(self._triggers) + len(self._taken) + 1}.{secrets.randbits(40)}.{secrets.token_hex(16)}"
        _put(self._triggers, trigger_id, Trigger(user=user, issued_at=self._now(), view_id=view_id))
        return trigger_id

    def take_trigger(self, trigger_id: str) -> Trigger:
        """Use it up. Refused: `exchanged_trigger_id`, `expired_trigger_id`, `invalid_trigger_id`."""
        if trigger_id in self._taken:
            raise ApiError("exchanged_trigger_id")
        trigger = self._triggers.pop(trigger_id, None)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        _put(self._taken, trigger_id, None)
        if self._now() - trigger.issued_at > self._deadlines.trigger_lifetime:
            raise ApiError("expired_trigger_id")
        return trigger

    def issue_url(self, *, channel: str, user: str, source: Source | None = None, command: str | None = None) -> str:
        """The secret last part of a response URL."""
        token = secrets.token_urlsafe(24)
        ticket = ResponseUrl(channel=channel, user=user, source=source, command=command, issued_at=self._now())
        _put(self._urls, token, ticket)
        return token

    def open_url(self, token: str) -> ResponseUrl:
        """The ticket, still unused. Refused: `used_url` after five uses, `expired_url` after thirty minutes."""
        ticket = self._urls.get(token)
        if ticket is None or self._now() - ticket.issued_at > RESPONSE_URL_LIFETIME:
            raise ApiError("expired_url")
        if ticket.uses_left < 1:
            raise ApiError("used_url")
        return ticket


def _put(kept: dict[str, T], key: str, value: T) -> None:
    kept[key] = value
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
