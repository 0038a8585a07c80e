"""The app is removed, or a scope taken away: nothing more is sent, sources are read on, and everybody is told why."""

import asyncio
from collections.abc import Iterator

import pytest
from slack_sdk.errors import SlackApiError

from bot.commands.removal import consider
from bot.root.slack import slack_identity
from bot.slack.client import SlackClient, slack_refusal
from sandbox.slack.seed import ANA
from store.facts import SLACK_SHUT, read_fact
from store.work import WorkState
from tests.bot.world import ACKED, CHANNEL, World, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def removable(world: World) -> Iterator[World]:
    """The world, put back in order afterwards."""
    slack = world.assistant.deps.slack
    yield world
    slack.shut, slack.token, world.slack.core.revoked = "", world.slack.bot_token, None


async def fact(world: World) -> str | None:
    async with world.store.read() as conn:
        return await read_fact(conn, SLACK_SHUT)


async def shut(world: World) -> None:
    async with asyncio.timeout(60):
        while not (world.assistant.deps.slack.shut and await fact(world)):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    await world.catch_up()


class TestRemoval:
    @pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
    async def test_nothing_more_is_sent_and_it_is_said_everywhere(self, removable: World, code: str) -> None:
        world, deps = removable, removable.assistant.deps
        remove = world.workspace.uninstall if code == "account_inactive" else world.workspace.revoke_tokens
        remove(code)
        await shut(world)
        assert (deps.slack.shut, deps.slack.token) == (code, None)
        world.slack.core.revoked = None
        with pytest.raises(SlackApiError, match=code):
            await deps.slack.chat_postMessage(channel=CHANNEL, text="too late")
        seen = world.workspace.messages(CHANNEL, ANA)
        await world.say("/tesorio invoice INV-12345", waiting=ACKED)
        await world.catch_up()
        assert world.workspace.messages(CHANNEL, ANA) == seen
        [line] = [line for line in world.log.errors() if "shut us out" in line]
        assert "SLACK_BOT_TOKEN" in line
        told = await fact(world)
        assert told is not None
        assert told.startswith("app_uninstalled " if code == "account_inactive" else "tokens_revoked ")
        assert ("system", "slack.shut") in {(actor, action) for actor, action, _ in await world.audited()}

    async def test_the_sources_are_read_on(self, removable: World) -> None:
        removable.workspace.uninstall()
        await shut(removable)
        await removable.assistant.pull("netsuite", "after-removal")
        assert await ended(removable.assistant, "after-removal") is WorkState.DONE

    async def test_news_from_before_the_next_installation_change_nothing(self, removable: World) -> None:
        await consider(removable.assistant.deps, "app_uninstalled")
        assert not removable.assistant.deps.slack.shut
        assert (await removable.card("/tesorio invoice INV-12345")).blocks

    async def test_trouble_on_the_way_to_slack_is_no_refusal(
        self, removable: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.commands.removal._AGAIN_SECONDS", (0.0, 0.0))
        for _ in range(2):
            removable.workspace.faults.fail("auth.test", 503)
        await consider(removable.assistant.deps, "app_uninstalled")
        assert not removable.assistant.deps.slack.shut
        removable.workspace.faults.fail("auth.test", 503)
        removable.slack.core.revoked = "account_inactive"
        await consider(removable.assistant.deps, "app_uninstalled")
        assert removable.assistant.deps.slack.shut

    async def test_a_persons_token_is_not_ours(self, removable: World) -> None:
        removable.slack.core.revoked = "token_revoked"
        tokens = {"oauth": [ANA], "bot": []}
        removable.workspace.send_event({"type": "tokens_revoked", "tokens": tokens})
        await removable.slack.core.background.idle()
        await removable.catch_up()
        assert not removable.assistant.deps.slack.shut

    async def test_a_start_with_a_good_token_opens_it_again(self, removable: World) -> None:
        removable.workspace.uninstall()
        await shut(removable)
        removable.slack.core.revoked = None
        fresh = SlackClient(token=removable.slack.bot_token, base_url=removable.slack.api_url, retry_handlers=[])
        await slack_identity(fresh, removable.store)
        assert await fact(removable) is None


class TestMissingScope:
    async def test_is_named_in_the_log_once_and_to_people(self, world: World) -> None:
        client = SlackClient(token=world.slack.bot_token, base_url=world.slack.api_url, retry_handlers=[])
        for _ in range(2):
            with pytest.raises(SlackApiError) as caught:
                await client.reactions_add(channel="C1", name="eyes", timestamp="1.1")
        assert slack_refusal(caught.value) == "missing_scope: reactions:write"
        [line] = world.log.errors()
        assert "reactions.add" in line
        assert "reactions:write" in line
