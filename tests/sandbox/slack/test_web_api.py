import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn, app_config
from tests.patient import patient
from tests.sandbox.slack.running import web_client


async def refusal(client: AsyncWebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=dict(arguments))
    return str(caught.value.response["error"])


class TestAuthorisation:
    async def test_auth_test_names_team_and_bot(self, slack: SlackStandIn) -> None:
        answer = await web_client(slack).auth_test()
        assert (answer["team"], answer["user"], answer["bot_id"]) == ("Meridian Supply", "tesorio", "B0TESORIO1")
        assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")

    async def test_without_token_it_is_not_authed(self, slack: SlackStandIn) -> None:
        client = AsyncWebClient(base_url=slack.api_url)
        assert await refusal(client, "auth.test") == "not_authed"

    async def test_unknown_token_is_invalid(self, slack: SlackStandIn) -> None:
        assert await refusal(web_client(slack, "xoxb-other"), "auth.test") == "invalid_auth"

    async def test_token_of_the_other_kind_is_refused(self, slack: SlackStandIn) -> None:
        assert await refusal(web_client(slack, slack.app_token), "auth.test") == "not_allowed_token_type"
        assert await refusal(web_client(slack), "apps.connections.open") == "not_allowed_token_type"

    async def test_app_token_opens_connections(self, slack: SlackStandIn) -> None:
        answer = await web_client(slack).apps_connections_open(app_token=slack.app_token)
        assert answer["url"].startswith("ws://127.0.0.1:")

    async def test_after_uninstall_every_call_is_refused(self, slack: SlackStandIn) -> None:
        slack.workspace.uninstall("token_revoked")
        assert await refusal(web_client(slack), "users.list") == "token_revoked"

    async def test_missing_scope_is_named(self) -> None:
        app = app_config(scopes=frozenset({"commands"}))
        async with SlackStandIn(app=app, deadlines=patient()) as slack:
            with pytest.raises(SlackApiError) as caught:
                await web_client(slack).chat_postMessage(channel="ar-team", text="hello")
        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "chat:write"
        assert caught.value.response["provided"] == "commands"


class TestCalling:
    async def test_unknown_method(self, slack: SlackStandIn) -> None:
        assert await refusal(web_client(slack), "chat.shout") == "unknown_method"

    async def test_form_with_blocks_as_json_text_and_token_as_field(self, slack: SlackStandIn) -> None:
        blocks = json.dumps([{"type": "divider", "block_id": "line"}])
        form = {"token": slack.bot_token, "channel": "C0ARTEAM01", "text": "hi", "blocks": blocks}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{slack.api_url}chat.postMessage", data=form) as answer,
        ):
            assert (await answer.json())["message"]["blocks"] == [{"type": "divider", "block_id": "line"}]

    async def test_body_that_is_not_json(self, slack: SlackStandIn) -> None:
        headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.post(f"{slack.api_url}auth.test", data="{") as answer:
                assert (await answer.json())["error"] == "invalid_json"
            async with session.post(f"{slack.api_url}auth.test", data="[]") as answer:
                assert (await answer.json())["error"] == "json_not_object"
