"""Whatever a listener stumbles over, be it before its acknowledgement or over half a payload: every one of them."""

import logging
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.access import SlackPerson
from bot.app import FEATURES, build_app
from bot.deps import Deps
from bot.feature import Feature, Subcommand
from sandbox.slack.envelopes import Delivery
from sandbox.slack.seed import ANA, ANA_APP_DM, TEAM_ID
from tests.bot.listeners import Registrar
from tests.bot.ways_in import DOORS, Door, payload_for
from tests.bot.world import CHANNEL, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON = SlackPerson(team_id=TEAM_ID, user_id=ANA)
TOLD = "it has been logged"
LARGE = "x" * 256 * 1024
# Without these it is no request of this kind.
NEVER_MISSING = frozenset({"type", "command", "token", "event", "api_app_id"})
SAID = {"message", "app_mention"}


async def stumble(*_: object, **__: object) -> None:
    raise RuntimeError("a stone in the way")


def stumbling(feature: Feature) -> Feature:
    """The feature with every listener and every word of the command replaced by one that falls."""
    words = tuple(_stumbling_word(subcommand) for subcommand in feature.subcommands)
    return replace(feature, subcommands=words, register=partial(_register_stumbling, feature))


def _stumbling_word(subcommand: Subcommand) -> Subcommand:
    return replace(subcommand, handle=stumble)


def _register_stumbling(feature: Feature, app: AsyncApp, deps: Deps) -> None:
    feature.register(cast("AsyncApp", Registrar(app=app, instead=before_its_ack)), deps)


async def before_its_ack(body: dict[str, Any]) -> None:
    await stumble(body)


@pytest.fixture(scope="module")
def falling(opened: World) -> AsyncApp:
    """A bot in which nothing works."""
    identity = {"team_id": TEAM_ID, "user_id": "U0TESORIO1", "bot_id": "B0TESORIO1"}
    return build_app(opened.assistant.deps, identity, tuple(map(stumbling, FEATURES)))


@pytest.fixture
def broken(world: World, falling: AsyncApp) -> Iterator[World]:
    """The world with that bot."""
    intake = world.assistant.door._intake
    whole, intake._app = intake._app, falling
    yield world
    intake._app = whole


def told(world: World) -> str:
    """All that Ana can read."""
    places = (CHANNEL, ANA_APP_DM)
    return "\n".join(message.text for place in places for message in world.workspace.messages(place, ANA))


async def send(world: World, door: Door, payload: dict[str, Any]) -> Delivery:
    delivery = await world.workspace.hub.deliver(door.envelope, payload)
    await world.catch_up()
    return delivery


class TestListener:
    @pytest.mark.sampled(keep=24)
    @pytest.mark.parametrize("door", DOORS, ids=str)
    async def test_that_raises_is_acked_told_with_a_reference_and_logged_once(self, broken: World, door: Door) -> None:
        before = told(broken)
        delivery = await send(broken, door, payload_for(broken, door, PERSON))
        assert delivery.ack is not None
        [line] = broken.log.errors()
        reference = line.partition("reference ")[2][:8]
        assert len(reference) == 8
        if door.kind == "options":
            assert delivery.ack.payload == {"options": []}
        elif door.kind == "view":
            assert reference in str(delivery.ack.payload)
        elif door.kind != "event" or door.name in SAID:
            assert reference in told(broken).removeprefix(before)
        else:
            assert told(broken) == before

    @pytest.mark.sampled(keep=24)
    @pytest.mark.parametrize("door", DOORS, ids=str)
    @pytest.mark.parametrize("most", [3, pytest.param(100, marks=pytest.mark.soak)])
    async def test_that_gets_half_a_payload_lets_it_be_acked(self, world: World, door: Door, most: int) -> None:
        names = [name for name in payload_for(world, door, PERSON) if name not in NEVER_MISSING]
        dice = random.Random(str(door))  # noqa: S311 - another choice at each door, the same in each run
        for missing in dice.sample(names, min(most, len(names))):
            fresh = {name: value for name, value in payload_for(world, door, PERSON).items() if name != missing}
            assert (await send(world, door, fresh)).ack is not None, missing
        loud = {record.name for record in world.log.records if record.levelno >= logging.ERROR}
        assert loud <= {"bot.doors.last_doors", "bot.doors.intake"}

    @pytest.mark.sampled(keep=24)
    @pytest.mark.parametrize("door", DOORS, ids=str)
    async def test_that_gets_a_huge_payload_lets_it_be_acked(self, world: World, door: Door) -> None:
        payload = payload_for(world, door, PERSON) | {"more": LARGE}
        for name in ("text", "value"):
            if name in payload:
                payload[name] = f"{payload[name]} {LARGE}"
        if "event" in payload:
            payload["event"] = payload["event"] | {"text": LARGE}
        assert (await send(world, door, payload)).ack is not None
        assert LARGE not in told(world)
