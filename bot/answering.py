"""Answers by response_url: one pooled connection instead of a new one for every answer."""

import logging
from types import TracebackType
from typing import Self

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.views.parts import Message

_TIMEOUT_SECONDS = 10
_log = logging.getLogger(__name__)


class Answering:
    """Posts messages to the response_url of a request; usable while the block lasts."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, message: Message) -> bool:
        """A new message that the channel sees. False when Slack did not take it."""
        return await self._send(url, message, response_type="in_channel", replace_original=False)

    async def post_privately(self, url: str, message: Message) -> bool:
        """A new message that only the person sees. False when Slack did not take it."""
        return await self._send(url, message, response_type="ephemeral", replace_original=False)

    async def replace(self, url: str, message: Message) -> bool:
        """Put this message in the place of the one that was acted on. False when Slack did not take it."""
        return await self._send(url, message, response_type=None, replace_original=True)

    async def _send(self, url: str, message: Message, *, response_type: str | None, replace_original: bool) -> bool:
        webhook = AsyncWebhookClient(url, session=self._session)
        sent = await webhook.send(
            text=message.text,
            blocks=list(message.blocks),
            response_type=response_type,
            replace_original=replace_original,
            unfurl_links=False,
            unfurl_media=False,
        )
        if sent.status_code != 200:  # noqa: PLR2004 - HTTP's OK
            _log.error("Slack refused an answer: %d %s", sent.status_code, sent.body[:300])
        return bool(sent.status_code == 200)  # noqa: PLR2004 - HTTP's OK
