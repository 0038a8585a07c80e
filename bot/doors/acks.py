"""Bolt's `ack`, sent by whichever door the request came in, in the moment in which it is called first."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

_OK = 200

Send = Callable[[BoltResponse], Awaitable[None]]


class OnceAck(AsyncAck):
    """Sends the first answer and no other. `seconds` is how long that took, None until then."""

    def __init__(self, send: Send) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # slack_bolt leaves it without types
        self.seconds: float | None = None
        self._send_answer = send
        self._since = time.monotonic()

    async def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        """See AsyncAck. What is said after the first time is not heard."""
        response = await super().__call__(*args, **kwargs)
        await self._once(response)
        return response

    async def at_last(self) -> None:
        """Ack with nothing, unless somebody has acked."""
        await self._once(BoltResponse(status=_OK))

    async def _once(self, response: BoltResponse) -> None:
        if self.seconds is not None:
            return
        self.seconds = time.monotonic() - self._since
        await self._send_answer(response)


async def nowhere(_response: BoltResponse) -> None:
    """The way of an answer to a request that was acknowledged before."""


def body_of(response: BoltResponse) -> dict[str, Any]:
    """What an acknowledgement says; empty when it only acknowledges."""
    if not response.body:
        return {}
    content_type = str((response.headers.get("content-type") or [""])[0])
    return dict(json.loads(response.body)) if content_type.startswith("application/json") else {"text": response.body}
