"""Answers to what people did: by the response_url that Slack gave for it, or by the Web API when that is worn out.

A response URL takes five answers within thirty minutes. Where it fails, the answer comes as an ordinary message, and
where the app may not post in that conversation, as a direct one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery import FORMS, Verdict, form_of, is_slack_address, verdict_of_answer, verdict_of_error
from bot.slack.client import SlackClient
from bot.views.parts import Message

_TIMEOUT_SECONDS = 10
# Somebody is waiting: what Slack asks us to wait for longer than this goes another way.
_MAX_WAIT_SECONDS = 3.0
_ATTEMPTS = 2
_log = logging.getLogger(__name__)

Body = dict[str, Any]
Pause = Callable[[float], Awaitable[None]]
# Sends one form of a message and says what came of it.
Way = Callable[[Body], Awaitable[Verdict]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyTo:
    """Where the answer to a request goes: its response_url, and where to reach the person without it.

    `message_ts` is the message that was acted on; empty for a command, and for a message that only one person sees.
    `thread_ts` is the thread that it all happens in. `under_ts` is the message to answer under when it stands alone:
    an answer that only one person sees cannot begin a thread, it comes beside that message. `is_private` says that
    nobody but the person may see the answer, wherever it is.
    """

    url: str
    channel_id: str
    user_id: str
    message_ts: str = ""
    thread_ts: str = ""
    under_ts: str = ""
    is_private: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether nobody else reads along: Slack begins the ids of conversations of two with a D."""
        return self.channel_id.startswith("D")


def kept_reply(reply: ReplyTo, prefix: str) -> dict[str, Any]:
    """The values of a reply under names with this prefix, to be kept with durable work."""
    return {f"{prefix}{name}": value for name, value in asdict(reply).items()}


def restored_reply(payload: Mapping[str, Any], prefix: str) -> ReplyTo:
    """The reply of `kept_reply`."""
    kept = {name.removeprefix(prefix): value for name, value in payload.items() if name.startswith(prefix)}
    return ReplyTo(**kept)


class Answering:
    """Posts answers; usable while the block lasts. Every method says whether the answer arrived; none raises."""

    def __init__(self, slack: AsyncWebClient, *, pause: Pause = asyncio.sleep) -> None:
        self._slack = slack
        self._pause = pause
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # One pooled connection instead of a new one for every answer.
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, to: ReplyTo, message: Message) -> bool:
        """A new message that the channel sees; only the person, where the app may not post in the channel."""
        if to.is_private:
            return await self.post_privately(to, message)
        thread = _thread(to.thread_ts or to.under_ts)
        by_url = self._by_url(to, response_type="in_channel", replace_original=False, **thread)
        return await self._deliver(message, (by_url, self._in_channel(to), self._directly(to)))

    async def post_privately(self, to: ReplyTo, message: Message) -> bool:
        """A new message that only the person sees."""
        by_url = self._by_url(to, response_type="ephemeral", replace_original=False, **_thread(to.thread_ts))
        beside = self._in_channel(to) if to.is_direct else self._ephemerally(to)
        return await self._deliver(message, (by_url, beside, self._directly(to)))

    async def replace(self, to: ReplyTo, message: Message) -> bool:
        """Put this in the place of the message that was acted on; beside it, for the person, where that fails."""
        ways = (self._by_url(to, replace_original=True), self._update(to), self._ephemerally(to), self._directly(to))
        return await self._deliver(message, ways)

    async def _deliver(self, message: Message, ways: tuple[Way | None, ...]) -> bool:
        """By the first way that works, of those that the request allows."""
        refusals: list[str] = []
        for way in filter(None, ways):
            verdict = await self._by(way, message)
            if verdict.is_done:
                if refusals:
                    _log.warning("an answer took another way, because of: %s", "; ".join(refusals))
                return True
            refusals.append(verdict.reason)
        _log.error("an answer reached nobody: %s", "; ".join(refusals) or "the request named nobody")
        return False

    async def _by(self, way: Way, message: Message) -> Verdict:
        """One way, in simpler and simpler forms while Slack refuses the blocks."""
        verdict = Verdict(reason="no form")
        for form in FORMS:
            body = form_of(message, form)
            if body is None:
                continue
            async for verdict in self._tries(way, body):
                if verdict.is_done:
                    return verdict
            if not verdict.refuses_blocks:
                break
            _log.warning("Slack refused the blocks of an answer (%s); a simpler form follows", verdict.reason)
        return verdict

    async def _tries(self, way: Way, body: Body) -> AsyncIterator[Verdict]:
        """The verdict, and another after a wait while that may help.

        What Slack left in doubt is sent again as well: an answer seen twice is a nuisance, none is a failure.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            verdict = await way(body)
            yield verdict
            if verdict.wait_seconds is None or verdict.wait_seconds > _MAX_WAIT_SECONDS or attempt == _ATTEMPTS:
                return
            await self._pause(verdict.wait_seconds)

    def _by_url(self, to: ReplyTo, **options: object) -> Way | None:
        if not to.url:
            return None

        async def send(body: Body) -> Verdict:
            if not is_slack_address(to.url, api_url=self._slack.base_url):
                return Verdict(reason="no address of Slack's to answer to")
            return await self._http(to.url, body | options)

        return send

    async def _http(self, url: str, body: Mapping[str, object]) -> Verdict:
        if self._session is None:
            raise RuntimeError("used outside its block")
        if isinstance(self._slack, SlackClient) and self._slack.shut:
            return Verdict(reason=f"response_url: {self._slack.shut}")
        try:
            # A redirect would lead the answer, which holds people's data, to an address that nobody checked.
            async with self._session.post(url, json=body, allow_redirects=False) as answer:
                return verdict_of_answer(answer.status, answer.headers, await answer.text(errors="replace"))
        except (aiohttp.ClientError, OSError) as error:
            # The error's text may hold the URL, which whoever reads it could post to.
            return verdict_of_error(type(error).__name__)

    def _in_channel(self, to: ReplyTo) -> Way | None:
        thread = _thread(to.thread_ts or to.under_ts)
        return self._by_method("chat.postMessage", to.channel_id, channel=to.channel_id, **thread)

    def _directly(self, to: ReplyTo) -> Way | None:
        return self._by_method("chat.postMessage", to.user_id, channel=to.user_id)

    def _ephemerally(self, to: ReplyTo) -> Way | None:
        known, thread = to.channel_id and to.user_id, _thread(to.thread_ts)
        return self._by_method("chat.postEphemeral", known, channel=to.channel_id, user=to.user_id, **thread)

    def _update(self, to: ReplyTo) -> Way | None:
        known = to.channel_id and to.message_ts
        return self._by_method("chat.update", known, channel=to.channel_id, ts=to.message_ts)

    def _by_method(self, method: str, known: str, **arguments: str) -> Way | None:
        """A Web API method; None when the request did not say enough to call it, and so `known` is empty."""
        if not known:
            return None

        async def send(body: Body) -> Verdict:
            try:
                await self._slack.api_call(method, json=arguments | body)
            except SlackApiError as error:
                return _verdict_of_refusal(method, error.response)
            except (aiohttp.ClientError, OSError) as error:
                return verdict_of_error(f"{method}: {type(error).__name__}")
            return Verdict(is_done=True)

        return send


def _thread(ts: str) -> dict[str, str]:
    return {"thread_ts": ts} if ts else {}


def _verdict_of_refusal(method: str, response: Any) -> Verdict:
    # slack_sdk hands out its own response, or aiohttp's when the body was no JSON.
    if isinstance(response, AsyncSlackResponse):
        return verdict_of_answer(response.status_code, response.headers, str(response.data), method=method)
    return verdict_of_error(f"{method}: an answer that is no JSON")
