import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)

from sandbox.slack import SlackStandIn
from sandbox.slack.faults import Fault
from sandbox.slack.seed import AR_TEAM, SALES
from tests.patient import patient
from tests.sandbox.slack.running import bolt_app, connected, web_client
from tests.sandbox.slack.test_web_api import refusal


class TestFaults:
    async def test_rate_limit_for_one_call(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.rate_limit("chat.postMessage", "30")
        client = web_client(slack)
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=AR_TEAM, text="hi")
        assert caught.value.response["error"] == "ratelimited"
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "30"
        assert slack.workspace.messages(AR_TEAM) == ()
        assert (await client.chat_postMessage(channel=AR_TEAM, text="hi"))["ok"]

    async def test_rate_limit_of_one_channel_leaves_others_alone(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.rate_limit("chat.postMessage", None, times=2, channel=AR_TEAM)
        client = web_client(slack)
        assert (await client.chat_postMessage(channel=SALES, text="hi"))["ok"]
        for _ in range(2):
            assert await refusal(client, "chat.postMessage", channel=AR_TEAM, text="hi") == "ratelimited"
        assert (await client.chat_postMessage(channel=AR_TEAM, text="hi"))["ok"]

    async def test_the_sdks_handler_waits_as_told(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.rate_limit("chat.postMessage", "0")
        client = web_client(slack)
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        assert (await client.chat_postMessage(channel=AR_TEAM, text="hi"))["ok"]
        assert len(slack.workspace.messages(AR_TEAM)) == 1

    async def test_server_error(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.fail("*", 502)
        with pytest.raises(SlackApiError) as caught:
            await web_client(slack).users_list()
        assert caught.value.response.status_code == 502

    async def test_any_error_of_slack(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.refuse("chat.postMessage", "message_limit_exceeded")
        refused = await refusal(web_client(slack), "chat.postMessage", channel=AR_TEAM, text="hi")
        assert refused == "message_limit_exceeded"

    async def test_reset_after_the_post_was_stored(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.reset("chat.postMessage")
        with pytest.raises(aiohttp.ClientConnectionError):
            await web_client(slack).chat_postMessage(channel=AR_TEAM, text="hi")
        assert [each.text for each in slack.workspace.messages(AR_TEAM)] == ["hi"]

    async def test_the_sdks_default_handler_then_posts_twice(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.reset("chat.postMessage")
        client = web_client(slack)
        client.retry_handlers.append(AsyncConnectionErrorRetryHandler())
        await client.chat_postMessage(channel=AR_TEAM, text="hi")
        assert [each.text for each in slack.workspace.messages(AR_TEAM)] == ["hi", "hi"]

    async def test_reset_before_anything_is_stored(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.reset("chat.postMessage", before=True)
        with pytest.raises(aiohttp.ClientConnectionError):
            await web_client(slack).chat_postMessage(channel=AR_TEAM, text="hi")
        assert slack.workspace.messages(AR_TEAM) == ()

    async def test_a_stalled_answer_outlasts_the_clients_patience(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.stall("chat.postMessage", 60)
        client = web_client(slack)
        client.timeout = 0.1  # type: ignore[assignment] # seconds; the SDK passes it on to aiohttp unchanged
        with pytest.raises(TimeoutError):
            await client.chat_postMessage(channel=AR_TEAM, text="hi")
        assert [each.text for each in slack.workspace.messages(AR_TEAM)] == ["hi"]

    async def test_closing_does_not_wait_for_stalled_answers(self) -> None:
        async with asyncio.timeout(60), SlackStandIn(deadlines=patient()) as slack:
            slack.workspace.faults.stall("auth.test", 3600)
            client = web_client(slack)
            client.timeout = 0.05  # type: ignore[assignment] # likewise
            with pytest.raises(TimeoutError):
                await client.auth_test()

    async def test_opening_connections_fails_until_it_works(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.fail("apps.connections.open", 500, times=2)
        slack.workspace.faults.refuse("apps.connections.open", "internal_error")
        async with connected(slack, bolt_app(slack), ping_interval=0.02):
            assert slack.workspace.hub.connected

    async def test_cleared_faults_are_gone(self, slack: SlackStandIn) -> None:
        slack.workspace.faults.add(Fault(method="auth.test", error="fatal_error", times=9))
        slack.workspace.faults.clear()
        assert (await web_client(slack).auth_test())["ok"]
