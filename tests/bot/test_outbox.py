"""Deliveries to Slack and to a system of record, from the outbox to their end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot.deliver import slack_post
from bot.views.parts import message, paragraph
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, AR_TEAM
from store.deliveries import Delivery, DeliveryState, add_deliveries
from tests.bot.world import World, open_world
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


def a_post(name: str, channel: str = AR_TEAM, author: str = ANA) -> Delivery:
    content = message(f"Post {name}", [paragraph("text", f"Post {name}")])
    return slack_post(content, id=name, kind="test", channel=channel, author=author, at=datetime.now(UTC))


async def put(world: World, *those: Delivery) -> None:
    async with world.store.write() as conn:
        await add_deliveries(conn, those)
    world.assistant.deps.outbox.ring()


def posted(world: World, name: str, channel: str = AR_TEAM) -> list[Message]:
    return [each for each in world.workspace.messages(channel) if each.text == f"Post {name}"]


class TestPost:
    async def test_arrives_once_with_its_id(self, world: World) -> None:
        await put(world, a_post("first"))
        delivery = await world.delivered("first")
        assert delivery.state is DeliveryState.SENT
        [message] = posted(world, "first")
        assert delivery.external_id == f"{AR_TEAM}:{message.ts}"
        assert message.metadata == {"event_type": "tesorio_delivery", "event_payload": {"delivery_id": "first"}}
