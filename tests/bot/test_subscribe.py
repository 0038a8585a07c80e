"""`/tesorio subscribe`: the form, its dry run, and what is made of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox.slack import Outcome
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, CHLOE, SALES, STRANGER
from store.channels import doubt_channels
from store.subscriptions import (
    NewsKind,
    delete_subscription,
)
from tests.bot.newcomers import SHOWN, words
from tests.bot.sharing import added, opened, settled
from tests.bot.subscribing import FORM, TOLD, all_of, arrived, form, said, subscribed
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["opened"]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_left(world: World) -> AsyncIterator[None]:
    """No subscription outlives its test."""
    yield
    async with world.store.write() as conn:
        for each in await all_of(world):
            await delete_subscription(conn, each.id)


class TestForm:
    async def test_is_filled_with_what_was_typed_and_says_what_it_would_have_posted(self, world: World) -> None:
        view = await form(world, "overdue>30d amount>10k quiet 22-7")
        shown = world.shown(Outcome(view=view))
        assert "This would have posted " in said(view)
        for line in ("Where: (#ar-team", "(Newly past due", "(overdue>30d amount>10k", "(22:00", "(07:00", "(UTC"):
            assert line in shown, shown

    async def test_names_another_channel(self, world: World) -> None:
        view = await form(world, "payments in #sales")
        assert "Where: (#sales" in world.shown(Outcome(view=view))

    @pytest.mark.parametrize(
        ("channel", "text", "reason"),
        [
            ("#northwind-shared", "payments", "Data can't be posted to this channel"),
            ("#general", "payments", "guests read this channel"),
            ("#ar-team", "payments in #nowhere", "Tesorio is not in #nowhere. Type /invite @tesorio there"),
            ("#ar-team", "payments quiet 25-99", "25 is no hour. 99 is no hour. This would have posted"),
            ("#ar-team", "30", "Did you mean days>30?"),
            ("#ar-team", "abc inc", 'Did you mean customer:"ABC Inc"'),
            ("#ar-team", "owner:Nobody", "No sales rep is called «Nobody»"),
            ("#ar-team", "colour:red", "There is no filter «colour»"),
            ("#ar-team", "large", "From which amount on is an invoice large?"),
        ],
    )
    async def test_says_what_is_wrong(self, world: World, channel: str, text: str, reason: str) -> None:
        view = await form(world, text, channel=channel)
        assert reason in said(view)

    async def test_a_channel_that_is_not_known_leaves_the_place_to_choose(self, world: World) -> None:
        view = await form(world, "payments in #nowhere")
        [where] = [each for each in view["blocks"] if each["block_id"] == "subscribe.where.block"]
        assert "initial_option" not in where["element"]

    async def test_checks_what_stands_in_it(self, world: World) -> None:
        await form(world, "payments")
        await world.workspace.choose(ANA, None, "subscribe.rhythm", "daily", waiting=SETTLED)
        outcome = await world.workspace.click(ANA, None, "subscribe.check", waiting=FORM)
        assert outcome.view is not None
        optional = {each["block_id"] for each in outcome.view["blocks"] if each.get("optional")}
        assert "subscribe.events.block" in optional
        assert said(outcome.view) == "This would have posted 7 messages in the last 7 days."

    async def test_finds_time_zones(self, world: World) -> None:
        await form(world, "payments")
        found = await world.workspace.suggestions(ANA, None, "subscribe.zone", "berl")
        assert [each["value"] for each in found["options"]] == ["Europe/Berlin"]

    async def test_is_not_for_viewers(self, world: World) -> None:
        outcome = await world.say("/tesorio subscribe payments", user=BEN, waiting=SHOWN)
        assert "Your role here does not allow this." in words(outcome.view)

    async def test_in_our_own_conversation_a_button_opens_it(self, world: World) -> None:
        outcome = await world.workspace.say(ANA, ANA_APP_DM, "subscribe payments daily", TOLD)
        opened = await world.workspace.click(ANA, outcome.messages[-1], "subscribe.open", waiting=FORM)
        shown = world.shown(Outcome(view=opened.view))
        assert "Where: (A direct message to me" in shown
        assert "When: (Daily digest" in shown


def places(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of «Where»."""
    [block] = [each for each in view["blocks"] if each["block_id"] == "subscribe.where.block"]
    return list(block["element"]["options"])


async def either(world: World, text: str) -> Message:
    """What one of the two is told, as soon as it is there."""
    places_ = [world.workspace.app_channel(user).id for user in (ANA, CHLOE)]
    with world.slack.core.feed.listen() as happening:
        async with asyncio.timeout(60):
            while not (
                found := [each for place in places_ for each in world.workspace.messages(place) if text in each.text]
            ):
                await happening.get()
    return found[-1]


class TestSubmit:
    async def test_makes_one_and_says_so_where_it_goes(self, world: World) -> None:
        made = await subscribed(world, "overdue>30d amount>10k")
        assert (made.channel_id, made.events, made.filter_text) == (
            AR_TEAM,
            (NewsKind.PAST_DUE,),
            "overdue>30d amount>10k",
        )
        assert (made.wanted.days_over, str(made.wanted.amount_over), made.owner_slack) == (30, "10000", ANA)
        told = await arrived(world, "set up updates for this channel.")
        assert "Newly past due · over 10,000 · more than 30 days past due · as it happens" in world.shown(told)
        assert ("subscribe.submit", AR_TEAM) in {event[1:] for event in await world.audited()}

    async def test_an_equal_one_in_the_same_place_is_refused(self, world: World) -> None:
        made = await subscribed(world, "payments amount>7k")
        await form(world, "payments amount>7000")
        outcome = await world.workspace.submit(ANA, {})
        assert outcome.errors == {"subscribe.where.block": "#ar-team already gets this from ana@meridian.example."}
        assert [each.id for each in await all_of(world)] == [made.id]

    async def test_a_silent_slack_leaves_the_form_as_it_is(self, world: World) -> None:
        await form(world, "payments amount>8k")
        world.workspace.faults.stall("conversations.info", 1.9, times=1_000)
        try:
            async with world.store.write() as conn:
                await doubt_channels(conn)
            outcome = await world.workspace.submit(ANA, {})
        finally:
            world.workspace.faults.clear()
        told = "Slack did not say just now who reads that channel. Try again in a moment."
        assert outcome.errors == {"subscribe.where.block": told}
        assert await all_of(world) == ()

    async def test_two_people_at_once_make_one_and_the_later_is_told(self, world: World) -> None:
        """Each form was looked at before the other's was kept."""
        sent: list[dict[str, Any]] = []
        for user in (ANA, CHLOE):
            await form(world, "payments amount>9k", user)
            view = world.workspace.modal(user)
            assert view is not None
            trigger = world.slack.core.tickets.issue_trigger(user)
            person = {"id": user, "team_id": "T0MERIDIAN"}
            sent.append({"type": "view_submission", "user": person, "trigger_id": trigger, "view": dict(view)})
        async with world.store.write():
            both = [asyncio.create_task(world.workspace.hub.deliver("interactive", each)) for each in sent]
            await asyncio.sleep(0.2)
        assert all(each.ack is not None for each in await asyncio.gather(*both))
        told = await either(world, "Your updates were not set up a second time. #ar-team already gets this from")
        [made] = await all_of(world)
        assert told.channel == world.workspace.app_channel(({ANA, CHLOE} - {made.owner_slack}).pop()).id

    async def test_submitted_twice_makes_one(self, world: World) -> None:
        made = await subscribed(world, "payments")
        [payload] = [
            each.payload
            for each in world.workspace.hub.deliveries
            if (each.payload.get("view") or {}).get("private_metadata", "").find(made.id) >= 0
            and each.payload["type"] == "view_submission"
        ]
        again = await world.workspace.hub.deliver("interactive", payload, retry_attempt=1)
        assert again.ack is not None
        await asyncio.sleep(0.5)
        assert [each.id for each in await all_of(world)] == [made.id]
        confirmations = [each for each in world.workspace.messages("#ar-team", ANA) if made.id in str(each.metadata)]
        assert len(confirmations) == 1

    @pytest.mark.parametrize(
        ("values", "block", "words"),
        [
            ({"subscribe.filter": "amount>"}, "subscribe.filter.block", "What should follow amount>?"),
            ({"subscribe.filter": "customer:Atlantis"}, "subscribe.filter.block", "Atlantis"),
            ({"subscribe.events": []}, "subscribe.events.block", "Please complete this required field."),
            ({"subscribe.events": ["large_invoice"]}, "subscribe.filter.block", "From which amount on"),
            ({"subscribe.quiet_from": "22:00"}, "subscribe.quiet_until.block", "both a beginning and an end"),
        ],
    )
    async def test_shows_what_is_wrong_and_keeps_what_was_typed(
        self, world: World, values: dict[str, Any], block: str, words: str
    ) -> None:
        await form(world, "payments")
        outcome = await world.workspace.submit(ANA, values)
        assert words in outcome.errors[block]
        assert world.workspace.modal(ANA) is not None
        assert await all_of(world) == ()

    async def test_a_channel_that_became_shared_is_refused(self, world: World) -> None:
        view = await form(world, "payments")
        payload = self._forged(world, view, where="C0NORTHWND")
        delivery = await world.workspace.hub.deliver("interactive", payload, accepts_response=True)
        assert delivery.ack is not None
        assert delivery.ack.payload is not None
        assert "Data can't be posted" in delivery.ack.payload["errors"]["subscribe.where.block"]

    async def test_a_channel_that_nobody_linked_added_it_to_is_refused(self, world: World) -> None:
        """As for sharing, with the same way out."""
        view = await form(world, "payments")
        world.workspace.remove_app(SALES)
        world.workspace.invite_app(SALES, by=STRANGER)
        await settled(world)
        delivery = await world.workspace.hub.deliver("interactive", self._forged(world, view, where=SALES))
        assert delivery.ack is not None
        said_there = str(delivery.ack.payload)
        assert "Nobody with an account here has added Tesorio to #sales. Type /tesorio add there first." in said_there
        assert "#sales" not in [each["text"]["text"] for each in places(await form(world, "payments"))]
        elsewhere = await form(world, "payments in #sales")
        assert "Type /tesorio add there first. A direct message is chosen instead." in said(elsewhere)
        await world.workspace.say(ANA, SALES, "/tesorio add")
        assert "#sales" in [each["text"]["text"] for each in places(await form(world, "payments"))]
        await added(world, SALES)

    async def test_who_lost_the_right_makes_nothing(self, world: World) -> None:
        view = await form(world, "payments")
        payload = self._forged(world, view, user=BEN)
        delivery = await world.workspace.hub.deliver("interactive", payload, accepts_response=True)
        assert delivery.ack is not None
        assert "Your role here does not allow this." in str(delivery.ack.payload)
        assert await all_of(world) == ()

    def _forged(self, world: World, view: dict[str, Any], *, where: str = AR_TEAM, user: str = ANA) -> dict[str, Any]:
        """The submission of the form as whoever wants to can send it."""
        chosen = {"type": "static_select", "selected_option": {"value": where}}
        states = {**view["state"]["values"], "subscribe.where.block": {"subscribe.where": chosen}}
        return {
            "type": "view_submission",
            "user": {"id": user, "team_id": "T0MERIDIAN"},
            "team": {"id": "T0MERIDIAN"},
            "trigger_id": world.slack.core.tickets.issue_trigger(user),
            "view": {**view, "state": {"values": states}},
        }
