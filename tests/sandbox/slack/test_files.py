"""Uploads: announced, sent, completed, shared, fetched."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.faults import UPLOAD_URL
from sandbox.slack.seed import ANA, ANA_APP_DM, BEN, GENERAL
from tests.patient import patient
from tests.sandbox.slack.running import web_client
from tests.sandbox.slack.test_web_api import refusal

GET, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
CONTENT = "Müller;1\r\n".encode()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def announced(client: AsyncWebClient) -> tuple[str, str]:
    """The id of a new file, and where its bytes go."""
    told = await client.files_getUploadURLExternal(filename="open & overdue.csv", length=len(CONTENT))
    return told["file_id"], told["upload_url"]


async def uploaded(client: AsyncWebClient, http: aiohttp.ClientSession) -> str:
    file_id, url = await announced(client)
    async with http.post(url, data=CONTENT) as answer:
        assert answer.status == 200
    return file_id


class TestGetUploadUrl:
    @pytest.mark.parametrize(
        ("length", "error"),
        [(0, "invalid_arguments"), (-1, "invalid_arguments"), (10**10, "file_upload_size_restricted")],
    )
    async def test_the_length_must_be_one_that_slack_takes(self, slack: SlackStandIn, length: int, error: str) -> None:
        assert await refusal(web_client(slack), GET, filename="x.csv", length=length) == error

    async def test_the_app_needs_the_scope(self) -> None:
        app = app_config({"oauth_config": {"scopes": {"bot": ["chat:write"]}}})
        async with SlackStandIn(app=app, deadlines=patient()) as slack:
            assert await refusal(web_client(slack), GET, filename="x.csv", length=1) == "missing_scope"


class TestUpload:
    @pytest.mark.parametrize("content", [CONTENT + b"!", CONTENT[:-1], b""])
    async def test_bytes_that_were_not_announced_are_refused(
        self, slack: SlackStandIn, http: aiohttp.ClientSession, content: bytes
    ) -> None:
        client = web_client(slack)
        file_id, url = await announced(client)
        async with http.post(url, data=content) as answer:
            assert answer.status == 400
        assert await refusal(client, COMPLETE, files=[{"id": file_id}]) == "file_not_found"

    async def test_nobody_guesses_the_place(self, slack: SlackStandIn, http: aiohttp.ClientSession) -> None:
        async with http.post(f"{slack.base_url}/upload/v1/guessed", data=CONTENT) as answer:
            assert answer.status == 404

    async def test_fails_on_demand(self, slack: SlackStandIn, http: aiohttp.ClientSession) -> None:
        _, url = await announced(web_client(slack))
        slack.workspace.faults.fail(UPLOAD_URL, 503)
        async with http.post(url, data=CONTENT) as answer:
            assert answer.status == 503
        for before in (True, False):
            slack.workspace.faults.reset(UPLOAD_URL, before=before)
            with pytest.raises(aiohttp.ClientError):
                await http.post(url, data=CONTENT)


class TestCompleteUpload:
    async def test_a_message_shares_it(self, slack: SlackStandIn, http: aiohttp.ClientSession) -> None:
        client = web_client(slack)
        file_id = await uploaded(client, http)
        done = await client.files_completeUploadExternal(
            files=[{"id": file_id, "title": "Open"}], channel_id=ANA_APP_DM, initial_comment="Here"
        )
        (message,) = slack.workspace.messages(ANA_APP_DM)
        [file] = message.files
        assert done["files"] == [{"id": file_id, "title": "Open"}]
        assert (message.text, file["title"], file["size"], file["pretty_type"]) == ("Here", "Open", len(CONTENT), "CSV")
        async with http.get(file["url_private_download"]) as answer:
            assert await answer.read() == CONTENT
            assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''open%20%26%20overdue.csv"
        history = await client.conversations_history(channel=ANA_APP_DM)
        assert history["messages"][0]["files"][0]["id"] == file_id

    async def test_without_a_channel_nobody_sees_it(self, slack: SlackStandIn, http: aiohttp.ClientSession) -> None:
        client = web_client(slack)
        await client.files_completeUploadExternal(files=[{"id": await uploaded(client, http)}])
        assert not any(slack.workspace.messages(channel) for channel in slack.core.state.channels)

    @pytest.mark.parametrize(
        ("channel", "error"), [(ANA, "channel_not_found"), (BEN, "channel_not_found"), (GENERAL, "not_in_channel")]
    )
    async def test_only_where_the_app_may_post(
        self, slack: SlackStandIn, http: aiohttp.ClientSession, channel: str, error: str
    ) -> None:
        client = web_client(slack)
        file_id = await uploaded(client, http)
        assert await refusal(client, COMPLETE, files=[{"id": file_id}], channel_id=channel) == error

    @pytest.mark.parametrize(("files", "error"), [([], "invalid_arguments"), ([{"id": "F1"}], "file_not_found")])
    async def test_only_what_was_uploaded(self, slack: SlackStandIn, files: list[dict[str, str]], error: str) -> None:
        assert await refusal(web_client(slack), COMPLETE, files=files) == error

    async def test_an_unknown_file_cannot_be_fetched(self, slack: SlackStandIn, http: aiohttp.ClientSession) -> None:
        async with http.get(f"{slack.base_url}/files/F1/x.csv") as answer:
            assert answer.status == 404
