"""Delivery over HTTP: Slack posts to the app's request URL, signs what it posts, and waits three seconds."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.deadlines import Deadlines
from sandbox.slack.envelopes import Ack, Delivery
from sandbox.slack.records import Json

_OK = 200
_FORM = "application/x-www-form-urlencoded"
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


class RefusedUrlError(Exception):
    """The request URL did not answer the challenge that Slack sends before it uses one."""


class HttpDelivery:
    """Posts to one request URL. `now` dates the signatures."""

    def __init__(self, url: str, *, secret: str, deadlines: Deadlines, now: Callable[[], datetime]) -> None:
        self.url = url
        self._secret, self._deadlines, self._now = secret, deadlines, now

    async def verify(self) -> None:
        """Raises RefusedUrlError unless the URL gives the challenge back."""
        challenge = hashlib.sha256(self.url.encode()).hexdigest()
        body = json.dumps({"type": "url_verification", "token": "sandbox-verification", "challenge": challenge})
        status, text = await self.post(body.encode(), {"Content-Type": "application/json"})
        if status != _OK or challenge not in text:
            raise RefusedUrlError(f"{self.url}: {status}")

    async def deliver(self, delivery: Delivery) -> Ack | None:
        """Post one payload; its acknowledgement, if that came in time and with a good status."""
        body, content_type = _written(delivery)
        headers = {"Content-Type": content_type}
        if delivery.retry_attempt:
            headers |= {"X-Slack-Retry-Num": str(delivery.retry_attempt), "X-Slack-Retry-Reason": "http_timeout"}
        started = time.monotonic()
        try:
            delivery.http_status, text = await self.post(body, headers)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None
        if delivery.http_status != _OK:
            return None
        return Ack(payload=_said(text), seconds=time.monotonic() - started)

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Post these bytes, signed, unless `headers` bring a signature of their own. Status and text of the answer."""
        signed = {"User-Agent": _AGENT, **self.signature(body), **headers}
        timeout = aiohttp.ClientTimeout(total=self._deadlines.acknowledgement_seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url, data=body, headers=signed, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text()

    def signature(self, body: bytes, *, ahead_seconds: int = 0) -> dict[str, str]:
        """The two headers that sign the body, dated so much ahead of the time."""
        stamp = str(int(self._now().timestamp()) + ahead_seconds)
        digest = hmac.new(self._secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _written(delivery: Delivery) -> tuple[bytes, str]:
    """The body of a payload and its type: events are JSON, commands a form, all else JSON in a form."""
    if delivery.type == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    fields = delivery.payload if delivery.type == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode(fields).encode(), _FORM


def _said(text: str) -> Json | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else None
