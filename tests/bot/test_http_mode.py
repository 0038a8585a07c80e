"""The same bot, to which Slack posts over HTTP: nothing that is not signed by Slack, everything once, nothing big."""

import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from bot.doors.http_door import MAX_BODY_BYTES, SLACK_PATH
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.seed import ANA
from tests.bot.test_envelopes import readers_taken
from tests.bot.world import ACKED, CHANNEL, SETTLED, World, elements, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LINE = "/tesorio invoice INV-12345"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "TESORIO_SLACK_MODE": "http",
        "TESORIO_HTTP_ADDRESS": address,
        "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
        "SLACK_APP_TOKEN": "",
    }
    async with open_world(tmp_path_factory.mktemp("world"), more_settings=settings) as world:
        await world.slack.deliver_to(f"http://{address}{SLACK_PATH}")
        yield world


def door(world: World) -> HttpDelivery:
    found = world.workspace.hub.http
    assert found is not None
    return found


async def get(world: World, path: str) -> tuple[int, str]:
    url = f"http://{world.settings.environment['TESORIO_HTTP_ADDRESS'].get_secret_value()}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def answers(world: World) -> int:
    return len(world.workspace.messages(CHANNEL, ANA))


class TestMainJob:
    async def test_a_command_is_answered_and_acked_before(self, world: World) -> None:
        outcome = await world.say(LINE)
        assert outcome.ack is not None
        assert "Open balance: $17,250.00" in world.shown(outcome)
        assert not world.workspace.hub.connected

    async def test_buttons_and_menus_work(self, world: World) -> None:
        card = await world.card("/tesorio invoice inv123")
        [menu] = elements(card, "lookup.choose")
        chosen = await world.workspace.choose(ANA, card, "lookup.choose", menu["options"][0]["value"], SETTLED)
        assert chosen.ack is not None
        assert [message.ts for message in chosen.messages] == [card.ts]
        fresh = await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        assert fresh.messages

    async def test_an_expired_form_is_answered_in_the_response(self, world: World) -> None:
        title = {"type": "plain_text", "text": "Note"}
        view = {"type": "modal", "callback_id": "of.another_version", "title": title, "blocks": []}
        payload = {"type": "view_submission", "user": {"id": ANA}, "view": view, "trigger_id": "expired.http"}
        delivery = await world.workspace.hub.deliver("interactive", payload)
        assert delivery.ack is not None
        assert delivery.ack.payload is not None
        assert delivery.ack.payload["response_action"] == "update"


class TestSignature:
    @pytest.mark.parametrize("ahead_seconds", [-301, 301])
    async def test_one_of_another_time_is_refused(self, world: World, ahead_seconds: int) -> None:
        body, seen = self._command(world), answers(world)
        headers = FORM | door(world).signature(body, ahead_seconds=ahead_seconds)
        assert (await door(world).post(body, headers))[0] == 401
        await world.catch_up()
        assert answers(world) == seen

    @pytest.mark.parametrize("ahead_seconds", [-297, 297])
    async def test_one_of_almost_now_is_good(self, world: World, ahead_seconds: int) -> None:
        body = self._command(world, trigger_id=f"almost.{ahead_seconds}")
        headers = FORM | door(world).signature(body, ahead_seconds=ahead_seconds)
        assert (await door(world).post(body, headers))[0] == 200
        await world.catch_up()

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Slack-Signature": "v0=0000"},
            {"X-Slack-Signature": ""},
            {"X-Slack-Signature": "v0=Ä"},
            {"X-Slack-Request-Timestamp": "now"},
            {"X-Slack-Request-Timestamp": ""},
        ],
    )
    async def test_a_wrong_one_is_refused(self, world: World, headers: dict[str, str]) -> None:
        seen = answers(world)
        assert (await door(world).post(self._command(world), FORM | headers))[0] == 401
        await world.catch_up()
        assert answers(world) == seen

    async def test_a_changed_body_is_refused(self, world: World) -> None:
        signed = FORM | door(world).signature(self._command(world))
        assert (await door(world).post(self._command(world) + b"9", signed))[0] == 401

    async def test_a_body_that_is_no_text_is_refused(self, world: World) -> None:
        assert (await door(world).post(b"\xff\xfe", JSON))[0] == 401

    async def test_no_secret_and_no_body_is_logged(self, world: World) -> None:
        await door(world).post(self._command(world), FORM | {"X-Slack-Signature": "v0=0"})
        assert world.slack.signing_secret not in world.log.text()
        assert "INV-12345" not in world.log.text()

    def _command(self, world: World, **more: str) -> bytes:
        channel = world.workspace.channel(CHANNEL).id
        fields = {"command": "/tesorio", "text": "invoice INV-12345", "user_id": ANA, "channel_id": channel}
        return urlencode({**fields, "team_id": "T0MERIDIAN", **more}).encode()


class TestOnce:
    async def test_a_replayed_request_is_acked_and_has_no_second_effect(self, world: World) -> None:
        await world.say(LINE, waiting=ACKED)
        await world.catch_up()
        payload, seen = world.last_envelope().payload, answers(world)
        body = urlencode(payload).encode()
        signed = FORM | door(world).signature(body)
        replies = [await door(world).post(body, signed) for _ in range(3)]
        assert [status for status, _ in replies] == [200] * 3
        await world.catch_up()
        assert answers(world) == seen

    async def test_an_event_that_slack_repeats_is_acked_each_time(self, world: World) -> None:
        event = {"type": "an_event_of_next_year"}
        payload = {"type": "event_callback", "event_id": "EvHttp1", "event": event}
        hub = world.workspace.hub
        acks = [(await hub.deliver("events_api", payload, retry_attempt=attempt)).ack for attempt in range(4)]
        assert all(ack is not None for ack in acks)


class TestOddRequests:
    async def test_the_challenge_is_given_back_and_only_to_slack(self, world: World) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
        assert (await door(world).post(body, JSON)) == (200, '{"challenge": "abc"}')
        assert (await door(world).post(body, JSON | {"X-Slack-Signature": "v0=0"}))[0] == 401

    async def test_the_certificate_check_needs_no_signature(self, world: World) -> None:
        headers = FORM | {"X-Slack-Signature": ""}
        assert await door(world).post(b"ssl_check=1&token=x", headers) == (200, "")

    @pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 1_000_000, 1_048_576])
    async def test_too_big_a_body_is_refused_unread(self, world: World, size: int) -> None:
        assert (await door(world).post(b"x" * size, JSON))[0] == 413

    async def test_the_largest_of_slacks_payloads_is_taken(self, world: World) -> None:
        payload = {"type": "block_actions", "text": "\N{EURO SIGN}" * 80_000}
        assert (await world.workspace.hub.deliver("interactive", payload)).ack is not None
        await world.catch_up()

    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            (b"", JSON),
            (b"[]", JSON),
            (b"{", JSON),
            (b"[" * 100_000, JSON),
            (b"payload=%7B", FORM),
            (b"payload=7", FORM),
            (b"<xml/>", {"Content-Type": "text/xml"}),
        ],
    )
    async def test_what_slack_would_not_send_is_refused(
        self, world: World, body: bytes, headers: dict[str, str]
    ) -> None:
        assert (await door(world).post(body, headers))[0] == 400

    async def test_other_ways_in_are_none(self, world: World) -> None:
        assert (await get(world, SLACK_PATH))[0] == 405
        assert (await get(world, "/"))[0] == 404


class TestHealth:
    async def test_it_lives_and_can_answer(self, world: World) -> None:
        assert await get(world, "/healthz") == (200, "ok\n")
        status, told = await get(world, "/readyz")
        assert (status, json.loads(told)) == (200, {"slack": "ok", "store": "ok", "work": "ok", "services": "ok"})

    async def test_a_store_that_answers_nobody_makes_it_unready(self, world: World) -> None:
        async with readers_taken(world):
            status, told = await get(world, "/readyz")
        assert status == 503
        assert json.loads(told)["store"] == "no answer within 2 s"

    async def test_what_it_counts_is_numbers_only(self, world: World) -> None:
        await world.say(LINE)
        _, text = await get(world, "/metrics")
        lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert float(lines['tesorio_slack_requests_total{outcome="served"}']) >= 1
        assert float(lines['tesorio_slack_requests_total{outcome="repeated"}']) >= 1
        total = lines["tesorio_slack_ack_seconds_count"]
        assert lines['tesorio_slack_ack_seconds_bucket{le="+Inf"}'] == total
        assert lines["tesorio_slack_ready"] == "1"
        assert ANA not in text
        assert "INV" not in text


class TestEnd:
    async def test_one_that_comes_while_it_ends_is_sent_away(self, world: World) -> None:
        intake: Any = world.assistant.door._intake
        intake.is_leaving = True
        try:
            outcome = await world.say(LINE, waiting=ACKED)
        finally:
            intake.is_leaving = False
        assert world.last_envelope().http_status == 503
        assert outcome.ack is None
