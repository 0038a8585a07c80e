"""The Socket-Mode door: acknowledges what only reads at once, and everything else in the end.

Bolt acknowledges an envelope only when a listener answered 200; an event without a listener, or an exception, would
leave it open and Slack would send it again. And it polls for the listener's ack every 10 ms. So the door acks itself.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

_OK = 200
# Their ack carries the answer itself, so it has to wait for the listener.
_ANSWERED_IN_THE_ACK = frozenset({"view_submission", "block_suggestion"})


class SocketDoor(AsyncSocketModeHandler):
    """Bolt's handler with our way of acknowledging.

    `with_effects` are the action ids whose listener acks itself, after it has stored what it will do.
    """

    def __init__(
        self, app: AsyncApp, *, app_token: str, web_client: AsyncWebClient, with_effects: frozenset[str]
    ) -> None:
        super().__init__(app, app_token=app_token, web_client=web_client)
        self._with_effects = with_effects

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Ack, then dispatch; or dispatch, then ack with what the listener gave (or with nothing, if it failed)."""
        if acks_first(req.payload, self._with_effects):
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
            await run_async_bolt_app(self.app, req)
            return
        answer = await run_async_bolt_app(self.app, req)
        taken = answer if answer.status == _OK else BoltResponse(status=_OK)
        await send_async_response(client, req, taken, 0.0)


def acks_first(payload: Mapping[str, Any], with_effects: frozenset[str]) -> bool:
    """Whether an envelope may be acknowledged before anything is done about it."""
    if payload.get("type") in _ANSWERED_IN_THE_ACK:
        return False
    return not any(action.get("action_id") in with_effects for action in payload.get("actions") or ())
