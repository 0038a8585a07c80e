"""The HTTP door: Slack posts events, commands and clicks to one address, each signed.

What is taken here goes the same way as what comes by Socket Mode. The answer goes out as soon as there is one; the
request is served behind it.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier

from bot.doors.acks import OnceAck, body_of
from bot.doors.intake import Intake

SLACK_PATH = "/slack/events"
# The largest payload that Slack sends is a quarter of a megabyte, and a form writes one byte as three.
MAX_BODY_BYTES = 900 * 1024
_RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")

Payload = dict[str, Any]


class HttpDoor:
    """Takes requests while it is open; `routes` are for the server that listens."""

    def __init__(self, intake: Intake, *, signing_secret: str, clock: Callable[[], datetime]) -> None:
        self._intake = intake
        self._verifier = SignatureVerifier(signing_secret, clock=_SlackClock(clock))

    @property
    def routes(self) -> tuple[web.RouteDef, ...]:
        return (web.post(SLACK_PATH, self._handle),)

    @property
    def at_work(self) -> set[asyncio.Task[None]]:
        """The requests that are being served."""
        return self._intake.at_work

    def trouble(self) -> str:
        """Nothing that could be known here: only Slack knows whether it reaches us."""
        return "about to end" if self._intake.is_leaving else ""

    async def open(self) -> None:
        """Go on with what was left behind; requests come by `routes`."""
        await self._intake.resume()

    async def close(self) -> None:
        """Take nothing more, and let end what was taken."""
        await self._intake.close()

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        form = _form(request, body)
        if form.get("ssl_check") == "1":
            # Slack asks from time to time, without a signature, whether our certificate is good.
            return web.Response()
        if not self._is_slacks(body, request.headers):
            return web.Response(status=401, text="not signed by Slack")
        payload = _payload(form, body)
        if payload is None:
            return web.Response(status=400, text="neither a form nor JSON of Slack's")
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": str(payload.get("challenge") or "")})
        return await self._answer(payload, request)

    def _is_slacks(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except (UnicodeError, ValueError, TypeError):
            # A time that is no number, a body that is no text, a signature that is no ASCII.
            return False

    async def _answer(self, payload: Payload, request: web.Request) -> web.Response:
        answer: asyncio.Future[BoltResponse] = asyncio.get_running_loop().create_future()

        async def send(response: BoltResponse) -> None:
            if not answer.done():
                answer.set_result(response)

        headers = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
        if not self._intake.take(payload, OnceAck(send), headers):
            return web.Response(status=503, text="about to end")
        said = body_of(await answer)
        return web.json_response(said) if said else web.Response()


class _SlackClock(Clock):
    """The clock that signatures are compared with."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def _form(request: web.Request, body: bytes) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _payload(form: Mapping[str, str], body: bytes) -> Payload | None:
    """Commands come as a form, clicks as JSON in one, events as JSON; None for anything else."""
    if form and "payload" not in form:
        return dict(form)
    try:
        found = json.loads(form["payload"] if form else body)
    except (ValueError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
