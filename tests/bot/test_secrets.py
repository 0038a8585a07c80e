"""No token, key or address that opens something ever reaches a log, an answer, or the audit trail."""

import logging

import pytest

from bot.app import build_app
from sandbox.slack.seed import ANA, TEAM_ID
from tests.bot.world import ACKED, CHANNEL, SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def secrets(world: World) -> list[str]:
    account = world.netsuite.credentials
    return [
        world.slack.bot_token,
        world.slack.app_token,
        account.consumer_secret,
        account.token_secret,
        account.token_id,
        account.consumer_key,
    ]


class TestCanaries:
    async def test_not_in_the_log_of_good_and_bad_days(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        card = await world.card("/tesorio invoice INV-12345")
        world.netsuite.faults.http(500, times=9)
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        world.netsuite.faults.clear()
        world.netsuite.faults.expired_session(times=9)
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        world.workspace.faults.fail("response_url", 500, times=2)
        world.workspace.faults.refuse("chat.postMessage", "invalid_auth", times=2)
        await world.say("/tesorio invoice INV-12345", waiting=ACKED)
        await world.catch_up()
        world.workspace.hub.disconnect("refresh_requested")
        await world.card("/tesorio invoice INV-12345")
        told = [world.log.text(), repr(world.settings), str(world.settings), repr(world.assistant)]
        told += [str(message) for message in world.workspace.messages(CHANNEL, ANA)]
        told += [str(event) for event in await world.audited()]
        for text in told:
            assert not [secret for secret in secrets(world) if secret in text]
            assert "/response/" not in text

    async def test_a_token_in_the_environment_raises_no_warning(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SLACK_BOT_TOKEN", world.slack.bot_token)
        build_app(world.assistant.deps, {"team_id": TEAM_ID, "user_id": "U1", "bot_id": "B1"})
        assert world.log.text() == ""
