"""Posting to Slack, once: a delivery becomes a message that carries its id, and can be found again by it.

`slack_post` and `slack_update` make such deliveries. Slack has no idempotency key, so a post whose answer was lost is
looked for before it is sent again: in direct messages, which the app may read. Elsewhere its author has to say.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import FORMS, form_of, refuses_blocks, retry_after
from bot.mail.letter import MAIL
from bot.slack.client import slack_reason, slack_status
from bot.views.parts import Message
from store.db import Store
from store.deliveries import Delivery, delivery_by_id
from store.outbox import set_going
from store.sending import Absent, Arrived, InDoubt, Later, Outcome, Refused, Trace, Untraceable

TARGET = "slack"
EVENT_TYPE = "tesorio_delivery"
# Slack takes one message a second in a channel.
_SPACING = timedelta(seconds=1)
_AT_ONCE = 16
_PAGE = 200
_MAX_PAGES = 20
# Slack's clock and ours may differ; the newest come first, so looking far back costs nothing where it arrived.
_EARLIER = timedelta(days=1)
_BUSY = 429
_SERVER_ERROR = 500
_UNAVAILABLE = 503
_TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
# Slack says of these that a part of the operation may have succeeded.
_HALF_DONE = frozenset({"fatal_error", "internal_error"})


def slack_post(
    message: Message,
    *,
    id: str,  # noqa: A002 - the field's name
    kind: str,
    channel: str,
    at: datetime,
    author: str = "",
    thread_ts: str = "",
    about_id: str = "",
    note_id: str = "",
    not_before: datetime | None = None,
) -> Delivery:
    """A new message in a channel (C…, G…, D…) or to a person (U…); `author` is told when it can't be delivered."""
    payload: dict[str, Any] = {"channel": channel, **_content(message)}
    if thread_ts:
        payload["thread_ts"] = thread_ts
    return Delivery(
        id=id,
        kind=kind,
        target=TARGET,
        lane=lane_of(channel),
        payload=payload,
        created_at=at,
        author=author,
        about_id=about_id,
        note_id=note_id,
        not_before=not_before,
    )


def slack_update(
    message: Message,
    *,
    id: str,  # noqa: A002 - the field's name
    kind: str,
    channel: str,
    at: datetime,
    ts: str = "",
    of: str = "",
) -> Delivery:
    """New content for a message of ours: the one at `ts`, or the one that the delivery with the id `of` posted.

    Deliveries of one channel go in order, so the newest content is the one that stays.
    """
    payload = {"channel": channel, **_content(message), **({"ts": ts} if ts else {"of": of})}
    return Delivery(id=id, kind=kind, target=TARGET, lane=lane_of(channel), payload=payload, created_at=at)


def lane_of(channel: str) -> str:
    """The lane of all that goes to this channel or person."""
    return f"{TARGET}/{channel}"


def posted_at(delivery: Delivery) -> tuple[str, str] | None:
    """Channel and ts of the message that a delivery became; None when Slack has not said (yet)."""
    channel, _, ts = delivery.external_id.partition(":")
    return (channel, ts) if ts else None


def is_traceable(delivery: Delivery) -> bool:
    """Whether it can be sent again without a second message: Slack's channels and mail servers tell nothing."""
    if delivery.target == MAIL:
        return False
    is_direct = str(delivery.payload.get("channel", ""))[:1] in {"U", "W", "D"}
    return delivery.target != TARGET or is_direct or _is_update(delivery)


def may_double(delivery: Delivery) -> bool:
    """Whether sending it again may make a second message: it cannot be looked up, or that was tried in vain."""
    was_asked = delivery.target == TARGET and delivery.asked_at is not None
    return was_asked or not is_traceable(delivery)


def sent_again(delivery: Delivery, at: datetime) -> Delivery:
    """The delivery as a person sends it again, from wherever: what can be looked up is, before it leaves."""
    return set_going(delivery, at, may_double=may_double(delivery))


class SlackPosts:
    """The sender of deliveries whose target is Slack. `slack` must not retry by itself."""

    def __init__(self, slack: AsyncWebClient, store: Store, *, spacing: timedelta = _SPACING) -> None:
        self._slack, self._store = slack, store
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.spacing = spacing

    async def send(self, delivery: Delivery) -> Outcome:
        """See `store.sending.Sender.send`: in simpler and simpler forms while Slack refuses the blocks."""
        place = await self._place(delivery)
        if place is None:
            return Refused(reason="message_not_found")
        outcome: Outcome = Refused(reason="no_text")
        for form in FORMS:
            body = form_of(_message(delivery), form)
            if body is None:
                continue
            outcome = await self._call(body | place)
            if not (isinstance(outcome, Refused) and refuses_blocks(outcome.reason)):
                break
        return outcome

    async def find(self, delivery: Delivery) -> Trace:
        """See `store.sending.Sender.find`."""
        if _is_update(delivery):
            # The same content twice over is the same message.
            return Absent()
        if not is_traceable(delivery):
            return Untraceable()
        try:
            async with self._turns:
                return await self._found(delivery)
        except SlackApiError as error:
            code, status, headers = _told(error)
            is_odd = bool(status) and not _is_slacks(error)
            if status >= _BUSY or is_odd or code in _TRANSIENT | _HALF_DONE:
                return Later(reason=code, after_seconds=retry_after(headers))
            return Untraceable()
        except (aiohttp.ClientError, OSError) as error:
            return Later(reason=type(error).__name__)

    async def _place(self, delivery: Delivery) -> dict[str, Any] | None:
        """Where the content goes; None when the message that it shall replace is not known."""
        payload = delivery.payload
        if "ts" in payload:
            return {"channel": payload["channel"], "ts": payload["ts"]}
        if "of" in payload:
            async with self._store.read() as conn:
                posted = await delivery_by_id(conn, payload["of"])
            known = posted_at(posted) if posted else None
            return {"channel": known[0], "ts": known[1]} if known else None
        thread = {"thread_ts": payload["thread_ts"]} if payload.get("thread_ts") else {}
        return {"channel": payload["channel"], "metadata": _metadata(delivery), **thread}

    async def _call(self, body: Mapping[str, Any]) -> Outcome:
        is_new = "ts" not in body
        method = "chat.postMessage" if is_new else "chat.update"
        try:
            async with self._turns:
                answer = await self._slack.api_call(method, json=dict(body))
        except SlackApiError as error:
            return _outcome_of_refusal(error, is_new=is_new)
        except aiohttp.ClientConnectorError as error:
            # No connection was made, so nothing was sent.
            return Later(reason=type(error).__name__)
        except (aiohttp.ClientError, OSError) as error:
            # An update may as well be made again, as in `find`.
            doubt = type(error).__name__
            return InDoubt(reason=doubt) if is_new else Later(reason=doubt)
        return Arrived(external_id=f"{answer['channel']}:{answer['ts']}")

    async def _found(self, delivery: Delivery) -> Trace:
        channel = str(delivery.payload["channel"])
        if not channel.startswith("D"):
            opened = await self._slack.api_call("conversations.open", json={"users": channel})
            channel = str(opened["channel"]["id"])
        async for posted in self._messages(channel, delivery):
            if _delivery_id(posted) == delivery.id:
                return Arrived(external_id=f"{channel}:{posted['ts']}")
        return Absent()

    async def _messages(self, channel: str, delivery: Delivery) -> AsyncIterator[Mapping[str, Any]]:
        """What was written where the delivery went since a little before it went."""
        since = (delivery.tried_at or delivery.created_at) - _EARLIER
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        thread_ts = delivery.payload.get("thread_ts")
        method = "conversations.replies" if thread_ts else "conversations.history"
        if thread_ts:
            asked["ts"] = thread_ts
        for _ in range(_MAX_PAGES):
            page = await self._slack.api_call(method, params=asked)
            for posted in page["messages"]:
                yield posted
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor


def _is_update(delivery: Delivery) -> bool:
    return "ts" in delivery.payload or "of" in delivery.payload


def _content(message: Message) -> dict[str, Any]:
    known = {"text": message.text, "blocks": list(message.blocks)}
    return known | ({"simpler_blocks": list(message.simpler_blocks)} if message.simpler_blocks else {})


def _message(delivery: Delivery) -> Message:
    payload = delivery.payload
    blocks, simpler = (tuple(payload.get(name) or ()) for name in ("blocks", "simpler_blocks"))
    return Message(text=str(payload["text"]), blocks=blocks, simpler_blocks=simpler)


def _metadata(delivery: Delivery) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery.id}}


def _delivery_id(posted: Mapping[str, Any]) -> str:
    metadata = posted.get("metadata") or {}
    is_ours = metadata.get("event_type") == EVENT_TYPE
    return str((metadata.get("event_payload") or {}).get("delivery_id") or "") if is_ours else ""


def _outcome_of_refusal(error: SlackApiError, *, is_new: bool) -> Outcome:
    code, status, headers = _told(error)
    if status == _BUSY or code in _TRANSIENT:
        return Later(reason=code, after_seconds=retry_after(headers))
    if code in _HALF_DONE:
        return InDoubt(reason=code) if is_new else Later(reason=code)
    if status == _UNAVAILABLE:
        return Later(reason=code)
    if status >= _SERVER_ERROR or (status and not _is_slacks(error)):
        return InDoubt(reason=code) if is_new else Later(reason=code)
    return Refused(reason=code)


def _told(error: SlackApiError) -> tuple[str, int, Mapping[str, str]]:
    """Slack's code, the HTTP status (0 when nothing was sent at all) and the headers of a refusal."""
    return slack_reason(error), slack_status(error), getattr(error.response, "headers", None) or {}


def _is_slacks(error: SlackApiError) -> bool:
    """Whether the refusal is JSON of Slack's and not some proxy's page."""
    data = getattr(error.response, "data", None)
    return isinstance(data, Mapping) and "error" in data
