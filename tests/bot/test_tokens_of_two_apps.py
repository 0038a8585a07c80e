"""Tokens of two Slack apps: noticed when they are set up, by the doctor, and at the start, in a sentence."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.slack_check import slack_findings
from bot.doors.app_id import WrongAppError, apart, greeting_app
from bot.manifest import app_manifest
from bot.root.assistant import open_assistant
from bot.root.data import is_running, only_one
from bot.rules import Rules
from bot.settings import Settings, settings_from
from sandbox.slack import SlackStandIn, app_config
from tests.patient import patient

WRONG = "SLACK_BOT_TOKEN is of the Slack app A0TESORIO1, SLACK_APP_TOKEN of another one, A0OTHER001"


def settings_for(slack: SlackStandIn, folder: Path) -> Settings:
    environment = {
        "SLACK_BOT_TOKEN": slack.core.app.bot_token,
        "SLACK_APP_TOKEN": slack.core.app.app_token,
        "SLACK_API_URL": slack.api_url,
        "TESORIO_DATA_DIR": str(folder),
    }
    return settings_from(environment, Rules())


@pytest.fixture
async def mixed() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(app=app_config(app_manifest(), app_token_of="A0OTHER001"), deadlines=patient()) as slack:
        yield slack


class TestDoctor:
    async def test_says_so_and_what_to_do(self, mixed: SlackStandIn, tmp_path: Path) -> None:
        found = (await slack_findings(settings_for(mixed, tmp_path)))[-1]
        assert (found.check, found.ok) == ("slack app", False)
        assert found.detail.startswith(WRONG)
        assert found.remedy.startswith("Take both tokens from the same app")

    async def test_tokens_of_one_app_are_fine(self, tmp_path: Path) -> None:
        async with SlackStandIn(app=app_config(app_manifest()), deadlines=patient()) as slack:
            found = (await slack_findings(settings_for(slack, tmp_path)))[-1]
            assert (found.check, found.ok, found.detail) == ("slack app", True, "both tokens are of the app A0TESORIO1")
            assert not slack.core.hub.connections

    async def test_opens_no_second_connection_beside_a_running_program(
        self, mixed: SlackStandIn, tmp_path: Path
    ) -> None:
        assert not is_running(tmp_path)
        with only_one(tmp_path):
            assert is_running(tmp_path)
            assert "slack app" not in [each.check for each in await slack_findings(settings_for(mixed, tmp_path))]
        assert not is_running(tmp_path)


class TestStart:
    async def test_refuses_to_run(self, mixed: SlackStandIn, tmp_path: Path) -> None:
        with pytest.raises(WrongAppError, match=WRONG):
            async with open_assistant(settings_for(mixed, tmp_path)):
                pass
        assert not mixed.core.hub.connections


class TestSaid:
    @pytest.mark.parametrize("frame", [{}, {"type": "hello"}, {"type": "hello", "connection_info": "x"}, {"type": "x"}])
    def test_a_greeting_without_an_app_says_nothing(self, frame: dict[str, object]) -> None:
        assert greeting_app(frame) == ""

    def test_what_slack_does_not_say_is_no_trouble(self) -> None:
        assert [apart("A1", ""), apart("", "A1"), apart("A1", "A1")] == ["", "", ""]
