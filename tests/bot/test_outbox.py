"""Deliveries to Slack and to a system of record, from the outbox to their end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.deliver import posted_at, slack_post, slack_update
from bot.views.parts import message, paragraph
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, BEN_APP_DM, CHLOE, DEACTIVATED, SALES, TEAM_ID
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from tests.bot.world import SETTLED, World, elements, open_world
from tests.contract.fake_target import FakeTarget, NoteKeeper, note_keeper

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keeper() -> AsyncIterator[NoteKeeper]:
    async with note_keeper() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory, keeper: NoteKeeper) -> AsyncIterator[World]:
    target = FakeTarget(keeper.url)
    async with open_world(tmp_path_factory.mktemp("world"), targets=(target,)) as world:
        yield world


def a_post(name: str, channel: str = AR_TEAM, author: str = ANA, thread_ts: str = "") -> Delivery:
    content = message(f"Post {name}", [paragraph("text", f"Post {name}")])
    at = datetime.now(UTC)
    return slack_post(content, id=name, kind="test", channel=channel, author=author, thread_ts=thread_ts, at=at)


async def put(world: World, *those: Delivery) -> None:
    async with world.store.write() as conn:
        await add_deliveries(conn, those)
    world.assistant.deps.outbox.ring()


def posted(world: World, name: str, channel: str = AR_TEAM) -> list[Message]:
    return [each for each in world.workspace.messages(channel) if each.text == f"Post {name}"]


async def until(world: World, name: str, holds: Callable[[Delivery], bool]) -> Delivery:
    """The delivery as soon as this is true of it."""
    async with asyncio.timeout(20):
        while True:
            async with world.store.read() as conn:
                found = await delivery_by_id(conn, name)
            if found is not None and holds(found):
                return found
            await asyncio.sleep(0.02)


async def arrive_in_time(world: World, name: str) -> Delivery:
    """Let the time pass that it waits for, until it has arrived."""
    while (
        found := await until(world, name, lambda one: one.state is DeliveryState.SENT or _waits(world, one))
    ).state is not DeliveryState.SENT:
        world.pass_time(((found.not_before or world.clock()) - world.clock()).total_seconds() + 0.1)
    return await world.delivered(name)


def _waits(world: World, delivery: Delivery) -> bool:
    return delivery.not_before is not None and delivery.not_before > world.clock()


async def again(world: World, name: str) -> Delivery:
    """Its end in a second round."""
    await until(world, name, lambda one: one.round > 1)
    return await world.delivered(name)


async def told(world: World, name: str, action_id: str) -> Message:
    """The message to Ana about this delivery with this button, once it has come."""
    async with asyncio.timeout(20):
        while True:
            for each in world.workspace.messages(ANA_APP_DM):
                if any(button["value"] == name for button in elements(each, action_id)):
                    return each
            world.pass_time(1)
            await asyncio.sleep(0.05)


def forged_click(question: Message, user: str) -> dict[str, Any]:
    """The click of Ana's as if somebody else had made it."""
    button = elements(question, "outbox.arrived")[0]
    return {
        "type": "block_actions",
        "user": {"id": user, "team_id": TEAM_ID},
        "team": {"id": TEAM_ID},
        "channel": {"id": ANA_APP_DM},
        "container": {"type": "message", "channel_id": ANA_APP_DM, "message_ts": question.ts},
        "message": {"ts": question.ts, "blocks": list(question.blocks)},
        "trigger_id": f"{question.ts}.{user}",
        "response_url": "",
        "actions": [{**button, "block_id": "decide", "action_ts": f"{question.ts}{user}"}],
    }


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

    async def test_in_a_channel_its_author_is_asked(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        await put(world, a_post("asked"), a_post("behind it"))
        question = await told(world, "asked", "outbox.arrived")
        assert "Please have a look there" in question.text
        assert "Post asked" in world.shown(question)
        assert not posted(world, "behind it")
        outcome = await world.workspace.click(ANA, question, "outbox.arrived")
        assert "Noted: it arrived." in world.shown(outcome)
        assert (await world.delivered("asked")).state is DeliveryState.SENT
        await world.delivered("behind it")
        assert len(posted(world, "asked")) == 1

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
        seen = [each.text for each in world.workspace.messages(AR_TEAM)]
        assert seen.index("Post lost") < seen.index("Post behind")

    async def test_when_nobody_says_it_is_given_up_and_the_channel_goes_on(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        await put(world, a_post("silence"), a_post("after silence"))
        await told(world, "silence", "outbox.arrived")
        world.pass_time(25 * 3600)
        assert (await world.delivered("silence")).state is DeliveryState.DEAD
        await world.delivered("after silence")

    @pytest.mark.parametrize("user", [BEN, DEACTIVATED])
    async def test_only_the_author_or_an_admin_may_decide(self, world: World, user: str) -> None:
        name = f"mine {user}"
        world.workspace.faults.reset("chat.postMessage")
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


class TestRefused:
    """F11: what no second try can cure is tried once, and its author hears of it with the way out."""

    @pytest.mark.parametrize(
        ("code", "advice"),
        [
            ("channel_not_found", "/invite"),
            ("not_in_channel", "/invite"),
            ("is_archived", "Unarchive"),
            ("account_inactive", "administrator"),
            ("token_revoked", "administrator"),
            ("no_such_reason", "no_such_reason"),
        ],
    )
    async def test_is_told_to_its_author(self, world: World, code: str, advice: str) -> None:
        world.workspace.faults.refuse("chat.postMessage", code)
        await put(world, a_post(code))
        delivery = await world.delivered(code)
        assert (delivery.state, delivery.attempts) == (DeliveryState.REJECTED, 1)
        assert delivery.reason == code
        bad_news = await told(world, code, "outbox.resend")
        assert advice in bad_news.text
        await world.workspace.click(ANA, bad_news, "outbox.resend")
        assert (await again(world, code)).state is DeliveryState.SENT
        assert len(posted(world, code)) == 1

    @pytest.mark.parametrize("code", ["message_limit_exceeded", "fatal_error", "service_unavailable"])
    async def test_what_passes_is_waited_for(self, world: World, code: str) -> None:
        world.workspace.faults.refuse("chat.postMessage", code, times=2)
        await put(world, a_post(code))
        await arrive_in_time(world, code)
        assert len(posted(world, code)) == 1

    async def test_bad_news_that_cannot_be_told_end_there(self, world: World) -> None:
        world.workspace.faults.refuse("chat.postMessage", "token_revoked", times=2)
        await put(world, a_post("all is lost"))
        await world.delivered("all is lost")
        told_id = "outbox.trouble/all is lost/1/1"
        assert (await world.delivered(told_id)).state is DeliveryState.REJECTED


class TestRateLimit:
    """F10: Slack asks to wait, in whatever words."""

    @pytest.mark.parametrize("asked", [None, "0", "-1", "abc", "1e9", ""])
    async def test_odd_words_are_waited_out_shortly(self, world: World, asked: str | None) -> None:
        name = f"odd {asked}"
        world.workspace.faults.rate_limit("chat.postMessage", asked, times=3)
        await put(world, a_post(name))
        delivery = await arrive_in_time(world, name)
        assert delivery.attempts == 4
        assert len(posted(world, name)) == 1

    async def test_a_day_is_waited_for_a_quarter_of_an_hour_and_then_parked(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "86400", times=2, channel=AR_TEAM)
        await put(world, a_post("parked"))
        waiting = await until(world, "parked", lambda one: one.not_before is not None)
        assert waiting.not_before is not None
        assert timedelta(minutes=14) < waiting.not_before - world.clock() <= timedelta(minutes=15)
        world.pass_time(15 * 60 + 1)
        delivery = await world.delivered("parked")
        assert (delivery.state, delivery.attempts) == (DeliveryState.DEAD, 2)
        assert "ratelimited" in (await told(world, "parked", "outbox.resend")).text

    async def test_holds_up_its_own_channel_only(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "30", channel=AR_TEAM)
        await put(world, a_post("held"), a_post("behind held"), a_post("free", channel=SALES))
        await world.delivered("free")
        waiting = await until(world, "held", lambda one: one.not_before is not None)
        assert waiting.not_before is not None
        assert timedelta(seconds=25) < waiting.not_before - world.clock() <= timedelta(seconds=30)
        assert not posted(world, "behind held")
        world.pass_time(31)
        await world.delivered("behind held")
        assert [len(posted(world, name)) for name in ("held", "behind held")] == [1, 1]
