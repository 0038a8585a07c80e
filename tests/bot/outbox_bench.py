"""Deliveries in a world with a system of record that takes notes: how tests put them in and see how they fare."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bot.deliver import slack_post
from bot.views.parts import message, paragraph
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, TEAM_ID
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from tests.bot.world import World, elements, open_world
from tests.contract.fake_target import FakeTarget, NoteKeeper, note_keeper


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
    async with asyncio.timeout(60):
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
    async with asyncio.timeout(60):
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
