"""Doors over a workspace and a store, with nothing behind them but what a test registers."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.answering import Answering
from bot.inbox import Inbox
from bot.intake import Intake
from bot.limits import Limiter
from bot.link import Timing
from bot.metrics import Metrics
from bot.slack_client import SlackClient
from bot.socket import SocketDoor
from sandbox.slack import SlackStandIn
from sandbox.slack.seed import TEAM_ID
from store.db import Store

# So quick that a test need not wait; what takes long is told by the clock that it moves.
QUICK = Timing(ping=0.02)


@dataclass
class Seconds:
    """A monotonic clock that can be moved; `pause` moves it in place of waiting."""

    ahead: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.ahead += seconds


@dataclass
class Instant:
    """A clock for what is dated, moved by hand."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def bare_app(slack: SlackStandIn) -> AsyncApp:
    """An app without listeners."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM_ID, bot_user_id="U0TESORIO1", bot_id="B0TESORIO1")

    client = SlackClient(base_url=slack.api_url)
    return AsyncApp(
        client=client, authorize=authorize, request_verification_enabled=False, process_before_response=True
    )


@asynccontextmanager
async def open_intake(
    app: AsyncApp,
    slack: SlackStandIn,
    store: Store,
    *,
    holder: str = "one",
    per_minute: int = 1000,
    clock: Callable[[], datetime] | None = None,
) -> AsyncIterator[Intake]:
    """What every request goes through, to this app."""
    clock = clock or Instant()
    client = SlackClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    async with Answering(client) as answering, Inbox(store, holder=holder, clock=clock) as inbox:
        yield Intake(
            app,
            inbox=inbox,
            limiter=Limiter(per_minute=per_minute, clock=clock),
            answering=answering,
            with_effects=frozenset({"note.save"}),
            metrics=Metrics(),
        )


@asynccontextmanager
async def open_socket(
    app: AsyncApp, slack: SlackStandIn, store: Store, *, timing: Timing = QUICK, **options: Any
) -> AsyncIterator[SocketDoor]:
    """A door to this app by Socket Mode."""
    async with open_intake(app, slack, store, **options) as intake:
        client = SlackClient(base_url=slack.api_url, retry_handlers=[])
        door = SocketDoor(intake, slack=client, app_token=slack.app_token, timing=timing)
        await door.open()
        try:
            yield door
        finally:
            await door.close()


def event(number: int | str, kind: str = "member_joined_channel", **more: Any) -> Mapping[str, Any]:
    """An Events API payload."""
    payload = {"type": "event_callback", "team_id": TEAM_ID, "event_id": f"Ev{number}"}
    return {**payload, "event": {"type": kind, "number": number, **more}}
