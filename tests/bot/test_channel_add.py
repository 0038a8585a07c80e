"""`/tesorio add`: a linked person vouches for the app in a channel, or reads why nothing can be shared there."""

import pytest

from sandbox.slack.seed import (
    ANA,
    ANA_APP_DM,
    AR_TEAM,
    BEN,
    FINANCE_LEADS,
    GENERAL,
    NORTHWIND_SHARED,
)
from store.channels import channel_by_id, doubt_channels
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestAdd:
    async def test_a_linked_person_vouches_for_a_channel(self, world: World) -> None:
        outcome = await world.say("/tesorio add")
        assert "Cards can now be shared to #ar-team." in world.shown(outcome)
        assert outcome.messages[0].ephemeral_to == ANA
        async with world.store.read() as conn:
            found = await channel_by_id(conn, AR_TEAM)
        assert found is not None
        assert found.is_destination
        assert ("channels.added", AR_TEAM) in {event[1:] for event in await world.audited()}

    @pytest.mark.parametrize(
        ("channel", "words"),
        [
            (GENERAL, "Type /invite @tesorio here"),
            (ANA_APP_DM, "Type /invite @tesorio here"),
            (FINANCE_LEADS, "Type /invite @tesorio here"),
            (NORTHWIND_SHARED, "Cards are still not shared to this channel, because people of another company read"),
        ],
    )
    async def test_says_why_not(self, world: World, channel: str, words: str) -> None:
        outcome = await world.workspace.say(ANA, channel, "/tesorio add")
        assert words in world.shown(outcome)

    async def test_a_silent_slack_is_not_taken_for_a_no(self, world: World) -> None:
        world.workspace.faults.fail("conversations.info", 503, times=1_000)
        try:
            async with world.store.write() as conn:
                await doubt_channels(conn)
            outcome = await world.say("/tesorio add")
        finally:
            world.workspace.faults.clear()
        assert "Slack did not say just now who reads this channel." in world.shown(outcome)

    async def test_a_viewer_may_not(self, world: World) -> None:
        refused = world.shown(await world.say("/tesorio add", user=BEN))
        assert "It takes the role finance; yours is viewer. Ask chloe@meridian.example." in refused
