import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncBoltRequest

from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA, AR_TEAM
from sandbox.slack.socket_mode import MAX_CONNECTIONS
from tests.sandbox.slack.running import NO_ANSWER, bolt_app, connected, web_client


async def socket_url(slack: SlackStandIn) -> str:
    answer = await web_client(slack).apps_connections_open(app_token=slack.app_token)
    return str(answer["url"])


async def until(slack: SlackStandIn, holds: Callable[[set[int]], bool]) -> None:
    """Wait until `holds` for the numbers of the open connections."""
    hub = slack.workspace.hub
    async with asyncio.timeout(60):
        with slack.core.feed.listen() as queue:
            while not holds({each.number for each in hub.connections}):
                await queue.get()


class TestConnection:
    async def test_hello_names_the_app_and_the_connections(self, slack: SlackStandIn) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(await socket_url(slack)) as socket:
            hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0TESORIO1"}

    async def test_a_ticket_opens_one_connection(self, slack: SlackStandIn) -> None:
        url = await socket_url(slack)
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(url)
        assert caught.value.status == 401

    async def test_each_payload_goes_to_one_of_several(self, slack: SlackStandIn) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await socket_url(slack)) as one,
            session.ws_connect(await socket_url(slack)) as two,
        ):
            await asyncio.gather(one.receive_json(), two.receive_json())
            first = asyncio.create_task(slack.workspace.hub.deliver("interactive", {"n": 1}))
            second = asyncio.create_task(slack.workspace.hub.deliver("interactive", {"n": 2}))
            frames = await asyncio.gather(one.receive_json(), two.receive_json())
            assert sorted(each["payload"]["n"] for each in frames) == [1, 2]
            # Either connection may acknowledge either envelope.
            for socket, frame in ((two, frames[0]), (one, frames[1])):
                await socket.send_json({"envelope_id": frame["envelope_id"]})
            deliveries = await asyncio.gather(first, second)
        assert all(each.ack is not None for each in deliveries)
        assert {each.connection for each in deliveries} == {1, 2}

    async def test_the_eleventh_is_told_to_go(self, slack: SlackStandIn) -> None:
        async with aiohttp.ClientSession() as session:
            sockets = [await session.ws_connect(await socket_url(slack)) for _ in range(MAX_CONNECTIONS)]
            extra = await session.ws_connect(await socket_url(slack))
            assert (await extra.receive_json())["reason"] == "too_many_websockets"
            assert (await extra.receive()).type is aiohttp.WSMsgType.CLOSE
            for socket in sockets:
                await socket.close()

    async def test_pings_are_answered_and_sent(self, slack: SlackStandIn) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await socket_url(slack), autoping=False) as socket,
        ):
            await socket.receive_json()
            await socket.ping(b"are you there")
            answer = await socket.receive()
            assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"are you there")
            await slack.workspace.hub.ping()
            assert (await socket.receive()).type is aiohttp.WSMsgType.PING

    async def test_a_frame_that_is_no_acknowledgement_changes_nothing(self, slack: SlackStandIn) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(await socket_url(slack)) as socket:
            await socket.receive_json()
            delivering = asyncio.create_task(slack.workspace.hub.deliver("interactive", {}))
            frame = await socket.receive_json()
            for text in ("not json", "[]", "{}", '{"envelope_id": "other"}'):
                await socket.send_str(text)
            await socket.send_str(json.dumps({"envelope_id": frame["envelope_id"], "payload": {"text": "yes"}}))
            delivery = await delivering
        assert delivery.ack is not None
        assert delivery.ack.payload == {"text": "yes"}

    async def test_the_app_survives_frames_that_make_no_sense(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck) -> None:
            await ack("still here")

        async with connected(slack, app):
            await slack.workspace.hub.wait_connected()
            for text in ("", "{}", '{"type": "events_api", "envelope_id": "1"}'):
                slack.workspace.hub.send_text(text)
            outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio help")
        assert [each.text for each in outcome.messages] == ["still here"]

    async def test_a_client_that_does_not_read_costs_no_more_than_the_timeout(self, slack: SlackStandIn) -> None:
        slack.deadlines.acknowledgement_seconds = 0.2
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await socket_url(slack), max_msg_size=0) as socket,
        ):
            await socket.receive_json()
            payload = {"text": "x" * 1_000_000}
            deliveries = await asyncio.gather(*[slack.workspace.hub.deliver("interactive", payload) for _ in range(20)])
            assert not any(each.ack for each in deliveries)
            slack.workspace.hub.drop()


class TestEvents:
    async def test_unacknowledged_events_come_again_and_say_so(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        retries: list[str] = []
        slack.deadlines.acknowledgement_seconds = 0.2

        @app.middleware
        async def refuses_twice(request: AsyncBoltRequest) -> BoltResponse:
            retries.append(request.headers["x-slack-retry-num"][0])
            if len(retries) == 2:
                slack.deadlines.acknowledgement_seconds = 60
            return BoltResponse(status=200 if len(retries) > 2 else 500)

        async with connected(slack, app):
            await slack.workspace.post(ANA, AR_TEAM, "hello @tesorio", NO_ANSWER)
            await slack.core.background.idle()
        attempts = [(each.retry_attempt, each.ack is not None) for each in slack.workspace.hub.deliveries]
        assert attempts == [(0, False), (1, False), (2, True)]
        assert retries == ["0", "1", "2"]
        assert len({each.payload["event_id"] for each in slack.workspace.hub.deliveries}) == 1

    async def test_after_three_retries_it_is_given_up(self, slack: SlackStandIn) -> None:
        slack.workspace.send_event({"type": "app_mention", "user": ANA, "channel": AR_TEAM, "text": "hi"})
        await slack.core.background.idle()
        assert [each.retry_attempt for each in slack.workspace.hub.deliveries] == [0, 1, 2, 3]
        assert all(each.connection is None for each in slack.workspace.hub.deliveries)


class TestReconnecting:
    async def test_the_app_comes_back_after_a_disconnect_frame(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck) -> None:
            await ack("here")

        async with connected(slack, app):
            before = slack.workspace.hub.connections[0].number
            slack.workspace.hub.disconnect("refresh_requested")
            await until(slack, lambda numbers: bool(numbers) and before not in numbers)
            outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio help")
        assert [each.text for each in outcome.messages] == ["here"]

    async def test_a_warning_alone_keeps_the_connection_in_use(self, slack: SlackStandIn) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(await socket_url(slack)) as socket:
            await socket.receive_json()
            slack.workspace.hub.disconnect("warning")
            assert (await socket.receive_json())["reason"] == "warning"
            assert [each.leaving for each in slack.workspace.hub.connections] == [False]

    async def test_one_that_leaves_gets_payloads_only_while_it_is_alone(self, slack: SlackStandIn) -> None:
        slack.deadlines.acknowledgement_seconds = 0.2
        async with aiohttp.ClientSession() as session, session.ws_connect(await socket_url(slack)) as old:
            await old.receive_json()
            slack.workspace.hub.disconnect()
            alone = await slack.workspace.hub.deliver("interactive", {})
            async with session.ws_connect(await socket_url(slack)) as new:
                await new.receive_json()
                used = {(await slack.workspace.hub.deliver("interactive", {})).connection for _ in range(2)}
        assert alone.connection == 1
        assert used == {2}

    async def test_a_dropped_socket_is_gone_at_once_and_comes_back(self, slack: SlackStandIn) -> None:
        async with connected(slack, bolt_app(slack), ping_interval=0.2):
            slack.workspace.hub.drop()
            await until(slack, lambda numbers: 1 not in numbers)
            await until(slack, bool)

    async def test_a_half_dead_socket_answers_nothing(self, slack: SlackStandIn) -> None:
        slack.deadlines.acknowledgement_seconds = 0.2
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await socket_url(slack), autoping=False) as socket,
        ):
            await socket.receive_json()
            slack.workspace.hub.freeze()
            await socket.ping(b"are you there")
            delivery = await slack.workspace.hub.deliver("interactive", {})
            assert (delivery.connection, delivery.ack) == (1, None)
            with pytest.raises(TimeoutError):
                await socket.receive(timeout=0.05)
            assert slack.workspace.hub.connected

    async def test_the_client_finds_a_half_dead_socket_and_replaces_it(self, slack: SlackStandIn) -> None:
        async with connected(slack, bolt_app(slack), ping_interval=0.2):
            frozen = slack.workspace.hub.connections[0].number
            slack.workspace.hub.freeze()
            await until(slack, lambda numbers: bool(numbers) and frozen not in numbers)
