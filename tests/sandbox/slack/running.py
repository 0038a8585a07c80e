"""A real Bolt app connected to the stand-in by nothing but its base URL, and a clock to move by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn, Waiting

NO_ANSWER = Waiting(until=lambda _: True)
# Slack's own notices, such as one of a late acknowledgement, are none.
FOR_A_MESSAGE = Waiting(until=lambda outcome: bool(outcome.messages), timeout_seconds=60)


@dataclass
class Clock:
    instant: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


def web_client(slack: SlackStandIn, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(base_url=slack.api_url, token=token or slack.bot_token, retry_handlers=[])


def bolt_app(slack: SlackStandIn) -> AsyncApp:
    return AsyncApp(client=web_client(slack), raise_error_for_unhandled_request=False)


@asynccontextmanager
async def connected(
    slack: SlackStandIn, app: AsyncApp, *, ping_interval: float = 5
) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=ping_interval)
    await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt leaves it untyped
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call] # likewise
