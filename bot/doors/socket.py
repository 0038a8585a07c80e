"""The Socket-Mode door: takes Slack's envelopes from the link and sends their acknowledgements back over it."""

import asyncio
import contextlib
import logging
from typing import Any

from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.doors.acks import OnceAck, body_of
from bot.doors.app_id import greeting_app
from bot.doors.connection import Connection, Frame
from bot.doors.intake import Intake
from bot.doors.link import SocketLink, Timing

_GREETING_SECONDS = 5.0
_log = logging.getLogger(__name__)


class SocketDoor:
    """Open between `open()` and `close()`."""

    def __init__(self, intake: Intake, *, slack: AsyncWebClient, app_token: str, timing: Timing | None = None) -> None:
        self._intake = intake
        self.link = SocketLink(slack, app_token=app_token, receive=self._receive, timing=timing)
        self._greeted = asyncio.Event()
        self._app_id = ""

    @property
    def at_work(self) -> set[asyncio.Task[None]]:
        """The requests that are being served."""
        return self._intake.at_work

    def trouble(self) -> str:
        """Why nothing comes from Slack at the moment; «» when all is well."""
        return self.link.trouble()

    async def open(self) -> None:
        """Connect. Raises SlackApiError for a refused app token."""
        await self.link.open()
        await self._intake.resume()

    async def app_id(self) -> str:
        """The app that Slack has connected; «» when it does not say so soon."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GREETING_SECONDS):
                await self._greeted.wait()
        return self._app_id

    async def close(self) -> None:
        """Take no more envelopes, let the accepted ones end, and hang up."""
        await self._intake.close()
        await self.link.close()

    def _receive(self, connection: Connection, frame: Frame) -> None:
        envelope_id = frame.get("envelope_id")
        if not isinstance(envelope_id, str):
            # Slack greets; only envelopes want an answer.
            self._app_id = greeting_app(frame) or self._app_id
            self._greeted.set()
            return

        async def send(response: BoltResponse) -> None:
            await self._acknowledge(connection, envelope_id, response)

        payload = frame.get("payload")
        self._intake.take(payload if isinstance(payload, dict) else {}, OnceAck(send), _headers(frame))

    async def _acknowledge(self, connection: Connection, envelope_id: str, response: BoltResponse) -> None:
        answer: dict[str, Any] = {"envelope_id": envelope_id}
        if body := body_of(response):
            answer["payload"] = body
        try:
            await self.link.send(connection, answer)
        except OSError as error:
            _log.warning("an envelope stays unacknowledged, its connection is gone: %s", type(error).__name__)


def _headers(frame: Frame) -> dict[str, str]:
    """What the headers say of a request that comes by HTTP."""
    told = {"x-slack-retry-num": frame.get("retry_attempt"), "x-slack-retry-reason": frame.get("retry_reason")}
    return {name: str(value) for name, value in told.items() if value is not None}
