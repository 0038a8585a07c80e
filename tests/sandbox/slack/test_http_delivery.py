"""Payloads by HTTP: signed so that Slack's own library accepts them, in the form of their kind, again when in vain."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

from sandbox.slack import SlackStandIn
from sandbox.slack.http_delivery import RefusedUrlError
from sandbox.slack.seed import ANA, AR_TEAM
from tests.sandbox.slack.running import NO_ANSWER


@dataclass
class Received:
    """What came to the request URL; `answers` are what it says, one after the other, then nothing."""

    requests: list[tuple[web.BaseRequest, bytes]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    takes_challenge: bool = True
    silence_seconds: float = 0.0

    async def handle(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        if b"url_verification" in body:
            return web.Response(text=json.loads(body)["challenge"] if self.takes_challenge else "")
        self.requests.append((request, body))
        await asyncio.sleep(self.silence_seconds)
        return self.answers.pop(0) if self.answers else web.Response()


@asynccontextmanager
async def request_url(received: Received) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(received.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture
async def received(slack: SlackStandIn) -> AsyncIterator[Received]:
    there = Received()
    async with request_url(there) as url:
        await slack.deliver_to(url)
        yield there


class TestRequestUrl:
    async def test_one_that_does_not_answer_the_challenge_is_refused(self, slack: SlackStandIn) -> None:
        async with request_url(Received(takes_challenge=False)) as url:
            with pytest.raises(RefusedUrlError):
                await slack.deliver_to(url)


class TestDelivery:
    async def test_each_kind_in_its_form_and_signed(self, slack: SlackStandIn, received: Received) -> None:
        hub = slack.workspace.hub
        await slack.workspace.command(ANA, AR_TEAM, "/tesorio invoice 1", NO_ANSWER)
        await hub.deliver("interactive", {"type": "shortcut", "callback_id": "x"})
        await hub.deliver_event({"type": "event_callback", "event_id": "Ev1"})
        # The workspace's clock stands still; Slack's library compares with a clock of its own.
        clock = Clock()
        clock.now = lambda: slack.core.now().timestamp()  # type: ignore[method-assign]  # its only method
        verifier = SignatureVerifier(slack.signing_secret, clock=clock)
        assert all(verifier.is_valid_request(body, dict(request.headers)) for request, body in received.requests)
        command, click, event = (body for _, body in received.requests)
        assert parse_qs(command.decode())["text"] == ["invoice 1"]
        assert json.loads(parse_qs(click.decode())["payload"][0])["callback_id"] == "x"
        assert json.loads(event)["event_id"] == "Ev1"

    async def test_what_is_answered_is_the_acknowledgement(self, slack: SlackStandIn, received: Received) -> None:
        received.answers += [web.json_response({"text": "yes"}), web.Response(text="plain"), web.Response(status=500)]
        deliveries = [await slack.workspace.hub.deliver("interactive", {}) for _ in range(4)]
        acks = [each.ack.payload if each.ack else "none" for each in deliveries]
        assert acks == [{"text": "yes"}, {"text": "plain"}, "none", None]

    async def test_an_event_comes_again_and_says_so(self, slack: SlackStandIn, received: Received) -> None:
        received.answers += [web.Response(status=503), web.Response(status=503)]
        delivery = await slack.workspace.hub.deliver_event({"type": "event_callback", "event_id": "Ev1"})
        assert delivery.ack is not None
        numbers = [request.headers.get("X-Slack-Retry-Num") for request, _ in received.requests]
        assert numbers == [None, "1", "2"]

    async def test_nobody_waits_for_longer_than_slack_does(self, slack: SlackStandIn, received: Received) -> None:
        received.silence_seconds = 30
        slack.deadlines.acknowledgement_seconds = 0.2
        outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio invoice 1", NO_ANSWER)
        assert outcome.ack is None
