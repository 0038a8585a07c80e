"""What is shared nowhere: to channels that one may not see, that have changed, or that others read."""

from typing import Any

import pytest

from bot.access import SlackPerson
from bot.commands.share import channels
from bot.notify.draft import Draft
from bot.notify.trying import refused_place
from bot.shares.sharing import NotThereError, find_destination_for
from bot.slack.view_request import SuggestionRequest
from sandbox.slack import channel_acts
from sandbox.slack.records import Channel
from sandbox.slack.seed import (
    ANA,
    AR_TEAM,
    BEN,
    BEN_APP_DM,
    CHLOE,
    GENERAL,
    GUEST,
    NORTHWIND_SHARED,
    SALES,
)
from store.channels import ChannelFacts, note_added, put_channel
from store.deliveries import DeliveryState
from store.users import Role
from tests.bot.outbox_bench import until
from tests.bot.sharing import (
    added,
    delivery_id,
    filled,
    modal_text,
    opened,
    opened_form,
    own,
    posts,
    ruled,
    settled,
    told,
)
from tests.bot.world import World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["opened"]
BOT = "U0TESORIO1"


class TestPrivateChannels:
    async def test_are_offered_to_their_members_and_unnamed_to_others(self, world: World) -> None:
        channel = Channel(id="C0LAYOFFS", name="layoffs-plan", kind="private", members=(CHLOE, BOT))
        world.slack.core.state.put_channel(channel)
        deps = world.assistant.deps
        facts = ChannelFacts(id=channel.id, name=channel.name, is_private=True, is_member=True)
        async with world.store.write() as conn:
            await put_channel(conn, facts, asked_at=deps.clock())
            await note_added(conn, channel.id, by=CHLOE, was_linked=True, at=deps.clock())

        async def offered(user: str) -> list[str]:
            asked = SuggestionRequest(
                person=SlackPerson(team_id=deps.team_id, user_id=user),
                action_id="share.channel",
                typed="layoff",
                metadata="",
            )
            return [choice.value for choice in await channels(deps, asked)]

        assert (await offered(ANA), await offered(CHLOE)) == ([], [channel.id])
        with pytest.raises(NotThereError, match="not in that channel"):
            await find_destination_for(deps, ANA, channel.id, Role.ADMIN)
        assert (await find_destination_for(deps, CHLOE, channel.id, Role.ADMIN)).id == channel.id
        draft = Draft(where=channel.id, events="payment", zone="UTC")
        assert "not in that channel" in await refused_place(deps, draft, ANA)
        assert await refused_place(deps, draft, CHLOE) == ""
        # Not asked again for a while, until somebody leaves; then in doubt they are in none.
        world.workspace.faults.fail("users.conversations", 503)
        assert await offered(CHLOE) == [channel.id]
        channel_acts.leave(world.slack.core, world.workspace.channel(channel.id), CHLOE)
        await settled(world)
        assert (await offered(CHLOE), await offered(CHLOE)) == ([], [])
        channel_acts.join(world.slack.core, world.workspace.channel(channel.id), ANA, inviter=CHLOE)
        await settled(world)
        assert await offered(ANA) == [channel.id]
        channel_acts.leave(world.slack.core, world.workspace.channel(channel.id), ANA)
        await settled(world)


class TestCheckedWhenSending:
    async def test_an_app_that_was_removed_says_the_way_out(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Too late")
        world.workspace.remove_app(SALES, by=BEN)
        await settled(world)
        try:
            await filled(world)
            told_now = modal_text(world)
            assert "Nothing was sent. The app is not in #sales. Type /invite @tesorio there" in told_now
            assert "Too late" in told_now
        finally:
            await added(world, SALES)

    async def test_also_when_slack_told_us_too_late(self, world: World) -> None:
        """Removed without an event: Slack refuses, the window and a message say what to do."""
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=SALES, text="Unheard")
        world.workspace.faults.refuse("chat.postMessage", "not_in_channel", channel=SALES)
        await filled(world, to=SALES, text="Unheard")
        assert (await world.delivered(known_as)).state is DeliveryState.REJECTED
        await settled(world)
        assert "Invite the app to the channel with /invite" in modal_text(world)
        await told(world, "Unheard")
        assert "Invite the app to the channel with /invite" in own(world)[-1].text

    async def test_a_channel_that_became_external_while_it_waited(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "60", channel=AR_TEAM)
        await opened_form(world)
        known_as = delivery_id(world)
        for _ in range(2):
            await filled(world, to=AR_TEAM, text="Not for Northwind")
        await until(world, known_as, lambda one: one.attempts > 0 and one.not_before is not None)
        channel_acts.share(world.slack.core, world.workspace.channel(AR_TEAM))
        await settled(world)
        try:
            world.pass_time(120)
            delivery = await world.delivered(known_as)
            assert delivery.state is DeliveryState.REJECTED
            await told(world, "Not for Northwind")
            assert "people of another company read this channel" in own(world)[-1].text
            assert not any("Not for Northwind" in post.text for post in posts(world, AR_TEAM))
        finally:
            channel_acts.unshare(world.slack.core, world.workspace.channel(AR_TEAM))
            await settled(world)

    async def test_a_person_who_left_meanwhile(self, world: World) -> None:
        await opened_form(world)
        await filled(world, person=BEN, text="Gone")
        world.workspace.change_member(BEN, deleted=True)
        try:
            await filled(world)
            assert "Nothing was sent. Ben Okafor is deactivated" in modal_text(world)
        finally:
            world.workspace.change_member(BEN, deleted=False)
        assert not any("Gone" in post.text for post in posts(world, BEN_APP_DM))


class TestOutside:
    """`external_channels = "ask"`: a redacted card, after an admin's confirmation, and nobody else's."""

    async def test_an_admin_confirms_and_a_redacted_card_is_posted(self, world: World) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world, user=CHLOE)
            offered = await world.workspace.suggestions(CHLOE, None, "share.channel", "north")
            assert offered["options"][0]["description"]["text"] == "people of another company read it"
            known_as = delivery_id(world, CHLOE)
            await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed")
            outcome = await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed")
            assert outcome.errors == {"share.confirm.block": "Confirm this, or go back and choose somebody else."}
            confirmed: dict[str, Any] = {"share.confirm": ["yes"]}
            await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed", **confirmed)
            assert (await world.delivered(known_as)).state is DeliveryState.SENT
        [post] = posts(world, NORTHWIND_SHARED)
        shown = world.shown(post)
        assert "Invoice INV-12345 of Sun Microsystems, Inc. · Open" in shown or "· Partly paid" in shown
        assert "As discussed" in shown
        for secret in ("$", "Net 30", "past due", "Newest note", "NetSuite", "@sun"):
            assert secret not in shown + post.text, secret
        assert elements(post, "reply.open")

    @pytest.mark.parametrize("channel", [NORTHWIND_SHARED, GENERAL])
    async def test_others_are_refused(self, world: World, channel: str) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world)
            outcome = await filled(world, to=channel)
            assert "Only an admin may share to" in outcome.errors["share.channel.block"]
            offered = await world.workspace.suggestions(ANA, None, "share.channel", "")
            names = {each["text"]["text"] for each in offered["options"]}
            assert names == {"#ar-team", "#sales"}

    async def test_guests_get_nothing_even_so(self, world: World) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world, user=CHLOE)
            outcome = await filled(world, CHLOE, person=GUEST)
            assert "is a guest" in outcome.errors["share.person.block"]
