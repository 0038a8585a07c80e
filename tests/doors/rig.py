"""Doors over a workspace and a store, with nothing behind them but what a test registers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import text

from bot.doors.inbox import Inbox
from bot.doors.intake import Intake
from bot.doors.limits import Limiter
from bot.doors.link import Timing
from bot.doors.metrics import Metrics
from bot.doors.socket import SocketDoor
from bot.slack.answering import Answering
from bot.slack.client import SlackClient
from sandbox.slack import SlackStandIn
from sandbox.slack.seed import AR_TEAM, TEAM_ID
from store.db import Store

# The stand-in's.
APP_TOKEN = "xapp-sandbox-app"
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


def client_of(slack: SlackStandIn) -> SlackClient:
    return SlackClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def bare_app(api_url: str) -> AsyncApp:
    """An app without listeners."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM_ID, bot_user_id="U0TESORIO1", bot_id="B0TESORIO1")

    client = SlackClient(base_url=api_url)
    return AsyncApp(
        client=client, authorize=authorize, request_verification_enabled=False, process_before_response=True
    )


@asynccontextmanager
async def open_intake(
    app: AsyncApp,
    client: SlackClient,
    store: Store,
    *,
    holder: str = "one",
    per_minute: int = 1000,
    clock: Callable[[], datetime] | None = None,
) -> AsyncIterator[Intake]:
    """What every request goes through, to this app."""
    clock = clock or Instant()
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
    app: AsyncApp,
    client: SlackClient,
    store: Store,
    *,
    timing: Timing = QUICK,
    **options: Any,
) -> AsyncIterator[SocketDoor]:
    """A door to this app by Socket Mode."""
    async with open_intake(app, client, store, **options) as intake:
        door = SocketDoor(intake, slack=client, app_token=APP_TOKEN, timing=timing)
        await door.open()
        try:
            yield door
        finally:
            await door.close()


def event(number: int | str, kind: str = "member_joined_channel", **more: Any) -> Mapping[str, Any]:
    """An Events API payload."""
    payload = {"type": "event_callback", "team_id": TEAM_ID, "event_id": f"Ev{number}"}
    return {**payload, "event": {"type": kind, "number": number, **more}}


def posting_app(client: SlackClient) -> AsyncApp:
    """An app whose effect everybody sees: it posts the number of each event into the team's channel."""
    app = bare_app(client.base_url)

    async def post(event: dict[str, Any]) -> None:
        await client.chat_postMessage(channel=AR_TEAM, text=f"effect {event['number']}")

    app.event("member_joined_channel")(post)
    return app


def effects(slack: SlackStandIn) -> list[str]:
    """What such apps have posted."""
    posted = (message.text for message in slack.workspace.messages(AR_TEAM))
    return sorted(text.removeprefix("effect ") for text in posted if text.startswith("effect "))


async def quiet(door: Any) -> None:
    """Wait until all that was taken has been served."""
    while door.at_work:
        await asyncio.wait(door.at_work)


async def rows(store: Store) -> list[tuple[str, bool, bool]]:
    """Each request in the inbox: its key, whether it is done, whether its content is still there."""
    async with store.read() as conn:
        found = await conn.execute(text("SELECT key, done_at IS NOT NULL, payload_json <> '' FROM inbox ORDER BY key"))
        return [(row[0], bool(row[1]), bool(row[2])) for row in found]


async def copies(slack: SlackStandIn, numbers: range, times: int = 4) -> list[Any]:
    """Each event so often, all mixed up."""
    hub = slack.workspace.hub
    sent = [
        hub.deliver("events_api", dict(event(number)), retry_attempt=attempt)
        for attempt in range(times)
        for number in numbers
    ]
    return [delivery.ack for delivery in await asyncio.gather(*sent)]
