"""Deliveries to Slack, from the outbox to their end: once, in order, and what is in doubt is never sent blindly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.deliver import posted_at, slack_post, slack_update
from bot.views.parts import message, paragraph
from sandbox.slack.faults import Fault
from sandbox.slack.posting import post_as_app
from sandbox.slack.seed import ANA, AR_TEAM, BEN, BEN_APP_DM, CHLOE, DEACTIVATED
from store.deliveries import DeliveryState, delivery_by_id
from store.outbox import ended_by_hand, move_delivery
from tests.bot.outbox_bench import a_post, arrive_in_time, forged_click, keeper, opened, posted, put, told, until
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["keeper", "opened"]


def cut_off_in_the_channel(world: World) -> None:
    """The next post there is stored and never answered for; what others are told meanwhile is left alone."""
    world.workspace.faults.add(Fault(method="chat.postMessage", only={"channel": AR_TEAM}, resets=True))


class TestPost:
    async def test_arrives_once_with_its_id(self, world: World) -> None:
        await put(world, a_post("first"))
        delivery = await world.delivered("first")
        assert delivery.state is DeliveryState.SENT
        [message] = posted(world, "first")
        assert delivery.external_id == f"{AR_TEAM}:{message.ts}"
        assert posted_at(delivery) == (AR_TEAM, message.ts)
        assert message.metadata == {"event_type": "tesorio_delivery", "event_payload": {"delivery_id": "first"}}

    async def test_to_a_person_is_a_direct_message(self, world: World) -> None:
        await put(world, a_post("dm", channel=BEN))
        delivery = await world.delivered("dm")
        assert delivery.external_id.startswith(BEN_APP_DM)
        assert len(posted(world, "dm", BEN_APP_DM)) == 1

    async def test_those_of_a_channel_come_in_order(self, world: World) -> None:
        names = [f"ordered {number}" for number in range(6)]
        await put(world, *(a_post(name) for name in names))
        await world.delivered(names[-1])
        seen = [each.text for each in world.workspace.messages(AR_TEAM)]
        assert [text for text in seen if "ordered" in text] == [f"Post {name}" for name in names]

    async def test_waits_for_its_time(self, world: World) -> None:
        soon = world.clock() + timedelta(hours=1)
        await put(world, replace(a_post("planned"), not_before=soon), a_post("at once"))
        await world.delivered("at once")
        assert not posted(world, "planned")
        world.pass_time(3601)
        assert (await world.delivered("planned")).state is DeliveryState.SENT

    async def test_in_a_thread_stays_there(self, world: World) -> None:
        await put(world, a_post("head"))
        head = await world.delivered("head")
        _, ts = posted_at(head) or ("", "")
        await put(world, a_post("answer", thread_ts=ts))
        await world.delivered("answer")
        assert posted(world, "answer")[0].thread_ts == ts

    async def test_is_drawn_more_simply_when_slack_refuses_the_blocks(self, world: World) -> None:
        content = message("Post chart", [paragraph("new", "Post chart")])
        drawn = replace(content, simpler_blocks=message("", [paragraph("old", "Post chart")]).blocks)
        world.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
        await put(world, slack_post(drawn, id="chart", kind="test", channel=AR_TEAM, at=world.clock()))
        assert (await world.delivered("chart")).state is DeliveryState.SENT
        assert posted(world, "chart")[0].blocks[0]["block_id"] == "old"
        world.workspace.faults.refuse("chat.postMessage", "invalid_blocks", times=2)
        await put(world, slack_post(drawn, id="chart2", kind="test", channel=AR_TEAM, at=world.clock()))
        await world.delivered("chart2")
        assert posted(world, "chart")[1].blocks == ()

    async def test_can_be_renewed_without_a_second_message(self, world: World) -> None:
        await put(world, a_post("news"))
        await world.delivered("news")
        fresh = message("Post news, renewed", [paragraph("text", "renewed")])
        update = slack_update(fresh, id="renewal", kind="test", channel=AR_TEAM, of="news", at=world.clock())
        world.workspace.faults.reset("chat.update")
        await put(world, update)
        await arrive_in_time(world, "renewal")
        assert not posted(world, "news")
        assert len(posted(world, "news, renewed")) == 1

    async def test_what_it_should_renew_may_never_have_come(self, world: World) -> None:
        fresh = message("Post x", [paragraph("text", "x")])
        await put(world, slack_update(fresh, id="vain", kind="test", channel=AR_TEAM, of="nothing", at=world.clock()))
        assert (await world.delivered("vain")).reason == "message_not_found"


class TestInDoubt:
    """F08: the answer was lost, and whether the message was too, nobody knows."""

    @pytest.mark.parametrize("before", [False, True])
    async def test_a_direct_message_is_looked_up_before_it_is_sent_again(self, world: World, before: object) -> None:
        name = f"reset {before}"
        world.workspace.faults.reset("chat.postMessage", before=bool(before))
        await put(world, a_post(name, channel=BEN))
        await arrive_in_time(world, name)
        assert len(posted(world, name, BEN_APP_DM)) == 1

    async def test_so_is_one_in_a_thread(self, world: World) -> None:
        await put(world, a_post("dm head", channel=BEN))
        _, ts = posted_at(await world.delivered("dm head")) or ("", "")
        world.workspace.faults.reset("chat.postMessage")
        await put(world, a_post("dm answer", channel=BEN, thread_ts=ts))
        await arrive_in_time(world, "dm answer")
        assert len(posted(world, "dm answer", BEN_APP_DM)) == 1

    async def test_a_look_up_that_fails_is_tried_again(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        world.workspace.faults.rate_limit("conversations.history", "30")
        world.workspace.faults.fail("conversations.history")
        world.workspace.faults.reset("conversations.history")
        await put(world, a_post("patient", channel=BEN))
        await arrive_in_time(world, "patient")
        assert len(posted(world, "patient", BEN_APP_DM)) == 1

    async def test_is_found_behind_hundreds_of_later_messages(self, world: World) -> None:
        core = world.workspace.core
        slow = replace(a_post("buried", channel=BEN), attempts=1, tried_at=world.clock(), in_doubt=True)
        metadata = {"event_type": "tesorio_delivery", "event_payload": {"delivery_id": "buried"}}
        post_as_app(core, world.workspace.channel(BEN_APP_DM), text="Post buried", metadata=metadata)
        for number in range(450):
            post_as_app(core, world.workspace.channel(BEN_APP_DM), text=f"later {number}")
        await put(world, slow)
        assert (await world.delivered("buried")).state is DeliveryState.SENT
        assert len(posted(world, "buried", BEN_APP_DM)) == 1

    async def test_an_update_in_doubt_is_simply_made_again(self, world: World) -> None:
        await put(world, a_post("old words"))
        await world.delivered("old words")
        fresh = message("Post new words", [paragraph("text", "new")])
        update = slack_update(fresh, id="again", kind="test", channel=AR_TEAM, of="old words", at=world.clock())
        await put(world, replace(update, attempts=1, tried_at=world.clock(), in_doubt=True))
        assert (await arrive_in_time(world, "again")).state is DeliveryState.SENT
        assert len(posted(world, "new words")) == 1

    async def test_where_nobody_can_be_asked_it_is_given_up(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        await put(world, a_post("nobodys", author=""))
        await until(world, "nobodys", lambda one: one.in_doubt and one.not_before is not None)
        world.pass_time(6)
        assert (await world.delivered("nobodys")).state is DeliveryState.DEAD

    async def test_in_a_channel_its_author_is_asked(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        await put(world, a_post("asked"), a_post("behind it"))
        question = await told(world, "asked", "outbox.arrived")
        assert "Please have a look there" in question.text
        assert "Post asked" in world.shown(question)
        # The channel goes on meanwhile.
        assert (await world.delivered("behind it")).state is DeliveryState.SENT
        outcome = await world.workspace.click(ANA, question, "outbox.arrived")
        assert "Noted: it arrived." in world.shown(outcome)
        assert (await world.delivered("asked")).state is DeliveryState.SENT
        assert len(posted(world, "asked")) == 1

    async def test_what_changes_it_waits_for_the_answer_and_holds_up_nothing(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage", before=True)
        fresh = message("Post whole", [paragraph("text", "whole")])
        update = slack_update(fresh, id="whole", kind="test", channel=AR_TEAM, of="half", at=world.clock())
        await put(world, a_post("half"))
        question = await told(world, "half", "outbox.resend")
        await put(world, update, a_post("behind the update"))
        assert (await world.delivered("behind the update")).state is DeliveryState.SENT
        assert (await until(world, "whole", lambda one: one.round > 1)).attempts == 0
        await world.workspace.click(ANA, question, "outbox.resend")
        await world.delivered("half")
        world.pass_time(61)
        assert (await world.delivered("whole")).state is DeliveryState.SENT
        assert (len(posted(world, "half")), len(posted(world, "whole"))) == (0, 1)

    async def test_and_says_when_it_must_be_sent_again(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage", before=True)
        await put(world, a_post("lost"), a_post("behind"))
        question = await told(world, "lost", "outbox.resend")
        await world.workspace.click(ANA, question, "outbox.resend", waiting=SETTLED)
        twice = world.last_envelope()
        await world.workspace.hub.deliver("interactive", twice.payload, retry_attempt=1)
        assert (await world.delivered("lost")).state is DeliveryState.SENT
        await world.delivered("behind")
        assert len(posted(world, "lost")) == 1

    async def test_when_nobody_says_it_is_given_up_and_the_channel_goes_on(self, world: World) -> None:
        cut_off_in_the_channel(world)
        await put(world, a_post("silence"), a_post("after silence"))
        await told(world, "silence", "outbox.arrived")
        world.pass_time(25 * 3600)
        assert (await world.delivered("silence")).state is DeliveryState.DEAD
        await world.delivered("after silence")

    async def test_another_program_may_decide_as_well(self, world: World) -> None:
        cut_off_in_the_channel(world)
        await put(world, a_post("dropped"), a_post("behind dropped"))
        await told(world, "dropped", "outbox.arrived")
        async with world.store.write() as conn:
            waiting = await delivery_by_id(conn, "dropped")
            assert waiting is not None
            given_up = ended_by_hand(waiting, DeliveryState.DROPPED, datetime.now(UTC), "no need")
            await move_delivery(conn, waiting, given_up)
        assert (await world.delivered("dropped")).state is DeliveryState.DROPPED
        assert (await world.delivered("behind dropped")).state is DeliveryState.SENT

    @pytest.mark.parametrize("user", [BEN, DEACTIVATED])
    async def test_only_the_author_or_an_admin_may_decide(self, world: World, user: str) -> None:
        name = f"mine {user}"
        cut_off_in_the_channel(world)
        await put(world, a_post(name))
        question = await told(world, name, "outbox.arrived")
        payload = forged_click(question, user)
        await world.workspace.hub.deliver("interactive", payload)
        await world.catch_up()
        async with world.store.read() as conn:
            still = await delivery_by_id(conn, name)
        assert still is not None
        assert still.state is DeliveryState.UNKNOWN
        await world.workspace.hub.deliver("interactive", forged_click(question, CHLOE))
        assert (await world.delivered(name)).state is DeliveryState.SENT
