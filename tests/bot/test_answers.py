"""Who sees an answer: never an outsider, and the channel only where the settings let it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.slack import Outcome
from sandbox.slack.records import Message
from sandbox.slack.seed import (
    ANA,
    ANA_APP_DM,
    ANA_BEN_DM,
    AR_TEAM,
    FINANCE_LEADS,
    GENERAL,
    NORTHWIND_SHARED,
    SALES,
)
from store.channels import change_channel
from tests.bot.world import CHANNEL, SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Where a person from outside the company may read along, and what is said of it.
OUTSIDE = {
    NORTHWIND_SHARED: "people of another company read this channel",
    GENERAL: "guests read this channel",
    FINANCE_LEADS: "Slack does not tell Tesorio who else reads this conversation",
    ANA_BEN_DM: "Slack does not tell Tesorio who else reads this conversation",
}
COMMANDS = ("/tesorio invoice INV-12345", "/tesorio invoice inv123", "/tesorio customer sun micro")


@pytest.fixture
def private(world: World) -> Iterator[World]:
    """The world where answers are private."""
    rules = world.assistant.deps.rules
    slack = rules.slack
    object.__setattr__(rules, "slack", slack.model_copy(update={"answers": "private"}))
    yield world
    object.__setattr__(rules, "slack", slack)


async def answered(world: World, channel: str, line: str, user: str = ANA) -> Message:
    outcome = await world.workspace.say(user, channel, line)
    assert outcome.ack is not None
    [message] = outcome.messages
    return message


async def clicked(world: World, card: Message, action_id: str, user: str = ANA) -> Outcome:
    return await world.workspace.click(user, card, action_id, waiting=SETTLED)


def public(world: World) -> int:
    """How many messages everybody in the channel sees."""
    return len(world.workspace.messages(CHANNEL))


class TestOutsiders:
    @pytest.mark.sampled
    @pytest.mark.parametrize("line", COMMANDS)
    @pytest.mark.parametrize("channel", sorted(OUTSIDE))
    async def test_never_read_an_answer(self, world: World, channel: str, line: str) -> None:
        message = await answered(world, channel, line)
        assert message.ephemeral_to == ANA
        assert f"Only you can see this: {OUTSIDE[channel]}." in world.shown(message)
        assert ("Type /invite @tesorio here" in world.shown(message)) is (channel == FINANCE_LEADS)
        assert elements(message, "answers.post") == []

    @pytest.mark.parametrize("channel", [AR_TEAM, SALES, ANA_APP_DM])
    async def test_where_there_are_none_the_channel_sees_it(self, world: World, channel: str) -> None:
        message = await answered(world, channel, COMMANDS[0])
        assert message.ephemeral_to is None
        assert "Only you can see this" not in world.shown(message)

    async def test_when_slack_is_silent_nobody_else_sees_it(self, world: World) -> None:
        channel = replace(world.workspace.channel(SALES), id="C0SILENT01", name="silence")
        world.slack.core.state.put_channel(channel)
        world.workspace.faults.fail("conversations.info", 503)
        message = await answered(world, channel.id, COMMANDS[0])
        assert message.ephemeral_to == ANA
        assert "Slack could not say just now who reads this channel" in world.shown(message)

    async def test_a_card_from_before_is_answered_privately(self, world: World) -> None:
        """Its channel was shared with another company meanwhile: nothing more is shown to all."""
        channel = replace(world.workspace.channel(SALES), id="C0BEFORE01", name="before")
        world.slack.core.state.put_channel(channel)
        card = await answered(world, channel.id, COMMANDS[1])
        assert card.ephemeral_to is None
        async with world.store.write() as conn:
            await change_channel(conn, channel.id, world.clock(), is_external=True)
        [menu] = elements(card, "lookup.choose")
        chosen = await world.workspace.choose(ANA, card, "lookup.choose", menu["options"][0]["value"], SETTLED)
        opened = await clicked(world, card, "lookup.open")
        refreshed = await clicked(world, card, "refresh.record")
        for outcome in (chosen, opened, refreshed):
            assert {each.ephemeral_to for each in outcome.messages} == {ANA}
        assert world.slack.core.state.message(card.channel, card.ts) == card


class TestPrivateAnswers:
    async def test_only_the_person_sees_it_and_can_post_it(self, private: World) -> None:
        message = await answered(private, CHANNEL, COMMANDS[1])
        assert message.ephemeral_to == ANA
        outcome = await clicked(private, message, "answers.post")
        [posted] = [each for each in outcome.messages if each.ephemeral_to is None]
        assert "Closest match for «inv123»" in private.shown(posted)
        assert elements(posted, "lookup.choose")
        assert elements(posted, "answers.post") == []
        assert "Posted to the channel." in private.shown(outcome)

    async def test_the_menu_keeps_it_private(self, private: World) -> None:
        message = await answered(private, CHANNEL, COMMANDS[1])
        [menu] = elements(message, "lookup.choose")
        outcome = await private.workspace.choose(ANA, message, "lookup.choose", menu["options"][0]["value"], SETTLED)
        [other] = outcome.messages
        assert other.ephemeral_to == ANA
        assert elements(other, "answers.post")

    async def test_in_the_apps_own_conversation_there_is_nobody_else(self, private: World) -> None:
        message = await answered(private, ANA_APP_DM, COMMANDS[0])
        assert message.ephemeral_to is None

    @pytest.mark.parametrize("channel", sorted(OUTSIDE))
    async def test_cannot_be_posted_to_outsiders(self, private: World, channel: str) -> None:
        message = await answered(private, channel, COMMANDS[0])
        assert elements(message, "answers.post") == []
        own = await answered(private, CHANNEL, COMMANDS[0])
        await clicked(private, own, "answers.post")
        payload = dict(private.last_envelope().payload)
        payload |= {"channel": {"id": channel, "name": "x"}, "trigger_id": f"forged.{channel}", "response_url": ""}
        seen = private.workspace.messages(channel, ANA)
        await private.workspace.hub.deliver("interactive", payload)
        await private.catch_up()
        told = private.workspace.messages(channel, ANA)[len(seen) :]
        assert all(each.ephemeral_to == ANA or each.channel != channel for each in told)
        assert not any("owes" in private.shown(each) for each in told)

    async def test_it_is_checked_again_who_posts_it(self, private: World) -> None:
        message = await answered(private, CHANNEL, COMMANDS[0])
        await clicked(private, message, "answers.post")
        payload = dict(private.last_envelope().payload)
        payload |= {"user": payload["user"] | {"id": "U0UNLINKED"}, "trigger_id": "unlinked"}
        before = public(private)
        await private.workspace.hub.deliver("interactive", payload)
        await private.catch_up()
        assert public(private) == before
        assert (await private.audited())[-1][1] == "answers.post.denied"

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "x",
            '{"v":1,"for":"answer","kind":"card","value":"1:invoice:a:b:c","query":""}',
            '{"v":1,"for":"answer","kind":"table","value":"","query":""}',
            '{"v":1,"for":"answer","kind":"card"}',
            '{"v":1,"for":"answer","kind":"card","value":"","query":"","more":""}',
        ],
    )
    async def test_a_forged_value_posts_nothing(self, private: World, value: str) -> None:
        message = await answered(private, CHANNEL, COMMANDS[0])
        await clicked(private, message, "answers.post")
        payload = dict(private.last_envelope().payload)
        payload["actions"] = [payload["actions"][0] | {"value": value}]
        payload["trigger_id"] = f"forged.{value}"
        before = public(private)
        await private.workspace.hub.deliver("interactive", payload)
        await private.catch_up()
        assert public(private) == before
        assert "out of date" in private.workspace.messages(CHANNEL, ANA)[-1].text
