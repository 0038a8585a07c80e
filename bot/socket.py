"""The Socket-Mode door: acknowledges what only reads at once, and everything else in the end.

Bolt acknowledges an envelope only when a listener answered 200; an event without a listener, or an exception, would
leave it open and Slack would send it again. And it polls for the listener's ack every 10 ms. So the door acks itself.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

# A connection whose pings stay unanswered for four of these is given up and made anew.
_PING_SECONDS = 5
_DRAIN_SECONDS = 5
_REMEMBERED = 10_000
_OK = 200
# Their ack carries the answer itself, so it has to wait for the listener.
_ANSWERED_IN_THE_ACK = frozenset({"view_submission", "block_suggestion"})
_log = logging.getLogger(__name__)


class SocketDoor(AsyncSocketModeHandler):
    """Bolt's handler with our way of acknowledging.

    `with_effects` are the action ids whose listener acks itself, after it has stored what it will do. `app` must run
    its listeners before it responds (process_before_response), so that the door knows when a request is over.
    """

    def __init__(
        self, app: AsyncApp, *, app_token: str, web_client: AsyncWebClient, with_effects: frozenset[str]
    ) -> None:
        super().__init__(app, app_token=app_token, web_client=web_client, ping_interval=_PING_SECONDS)
        self._with_effects = with_effects
        self._recent = Recent(_REMEMBERED)
        # The requests that are being served.
        self.at_work: set[asyncio.Task[Any]] = set()
        self._is_leaving = False

    async def open(self) -> None:
        """Connect. Raises SlackApiError for a refused app token, which the client alone would retry for ever."""
        self.client.wss_uri = await self.client.issue_new_wss_url()
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it without types

    async def close(self) -> None:
        """Take no more envelopes, let the accepted ones end, and hang up."""
        self._is_leaving = True
        if self.at_work:
            _, unfinished = await asyncio.wait(self.at_work, timeout=_DRAIN_SECONDS)
            for task in unfinished:
                task.cancel()
        client = self.client
        await client.close()  # type: ignore[no-untyped-call]  # likewise
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*filter(None, tasks), *self.at_work, return_exceptions=True)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Serve one envelope: ack it at once when nothing can be lost by that, and in any case in the end."""
        if self._is_leaving:
            # Unacknowledged, it comes again, to another connection or after the restart.
            return
        task = asyncio.current_task()
        if task is not None:
            self.at_work.add(task)
            task.add_done_callback(self.at_work.discard)
        await self._serve(EnvelopeAck(client, req), req)

    async def _serve(self, ack: "EnvelopeAck", req: SocketModeRequest) -> None:
        try:
            if acks_first(req.payload, self._with_effects):
                await ack()
                if not self._recent.add(identity(req.payload)):
                    return
            request = AsyncBoltRequest(
                mode="socket_mode", body=req.payload, headers=build_headers(req), context={"ack": ack}
            )
            await self.app.async_dispatch(request)
        except Exception:  # noqa: BLE001 - the outer door, see below
            # The outer door: whatever Bolt itself stumbles over, it is told once and Slack need not send it again.
            _log.exception("an envelope of type %s could not be handled", req.type)
        finally:
            await ack.at_last()


class EnvelopeAck(AsyncAck):
    """Bolt's `ack`, sent over the socket in the moment in which it is called first."""

    def __init__(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # slack_bolt leaves it without types
        self._client, self._req = client, req
        self._is_sent = False

    async def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        """See AsyncAck. What is said after the first time is not heard."""
        response = await super().__call__(*args, **kwargs)
        await self._send(response)
        return response

    async def at_last(self) -> None:
        """Ack with nothing, unless somebody has acked."""
        await self._send(BoltResponse(status=_OK))

    async def _send(self, response: BoltResponse) -> None:
        if self._is_sent:
            return
        self._is_sent = True
        try:
            await send_async_response(self._client, self._req, response, 0.0)
        except OSError as error:
            _log.warning("an envelope stays unacknowledged, its connection is gone: %s", type(error).__name__)


class Recent:
    """The last keys that were added, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: OrderedDict[str, None] = OrderedDict()

    def add(self, key: str) -> bool:
        """Whether the key is new; an empty one always is."""
        if not key:
            return True
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > self._limit:
            self._keys.popitem(last=False)
        return True


def acks_first(payload: Mapping[str, Any], with_effects: frozenset[str]) -> bool:
    """Whether an envelope may be acknowledged before anything is done about it."""
    if payload.get("type") in _ANSWERED_IN_THE_ACK:
        return False
    return not any(action.get("action_id") in with_effects for action in _actions(payload))


def identity(payload: Mapping[str, Any]) -> str:
    """What stays the same when Slack sends a request again: an event's id, or the trigger of what a person did."""
    return str(payload.get("event_id") or payload.get("trigger_id") or "")


def _actions(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = payload.get("actions")
    return [action for action in actions if isinstance(action, Mapping)] if isinstance(actions, list) else []
