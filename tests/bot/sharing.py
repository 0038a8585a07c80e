"""Sharing as a person does it: a card, the form, its preview, Send."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio

from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, GENERAL, NORTHWIND_SHARED, SALES
from store.deliveries import Delivery
from tests.bot.world import World, open_world

INVOICE = "/tesorio invoice INV-12345"
# Until the form stands in the place of «One moment».
# What an earlier window may still come to say, after a later one was opened, is not what was opened.
_NOT_IT = ("One moment", "Posted in ", "Sent to ", "On its way to ", "Nothing was sent")
LOADED = Waiting(until=lambda seen: seen.view is not None and not any(each in str(seen.view) for each in _NOT_IT))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        world.workspace.invite_app(GENERAL, by=ANA)
        await added(world, AR_TEAM, SALES, NORTHWIND_SHARED)
        yield world


async def added(world: World, *channels: str, by: str = ANA) -> None:
    """The app is in these channels because this person added it."""
    for channel in channels:
        world.workspace.remove_app(channel)
        world.workspace.invite_app(channel, by=by)
    await settled(world)


async def settled(world: World) -> None:
    """Every event has arrived and its listener has ended."""
    await world.slack.core.background.idle()
    await world.catch_up()


async def opened_form(world: World, line: str = INVOICE, *, user: str = ANA) -> Any:
    card = await world.card(line, user=user)
    return (await world.workspace.click(user, card, "share.open", waiting=LOADED)).view


def option(world: World, channel: str) -> dict[str, Any]:
    """The option of a channel as its person chose it in the list."""
    found = world.workspace.channel(channel)
    return {"text": {"type": "plain_text", "text": f"#{found.name}", "emoji": False}, "value": found.id}


async def filled(
    world: World, user: str = ANA, *, to: str = "", person: str = "", text: str = "", **more: Any
) -> Outcome:
    """Press the button of the form with this in it."""
    values: dict[str, Any] = {"share.text": text, **more}
    values |= {"share.channel": option(world, to)} if to else {}
    values |= {"share.person": person} if person else {}
    return await world.workspace.submit(user, values)


def posts(world: World, channel: str) -> list[Message]:
    """What was shared in a channel, as everybody there sees it."""
    found = world.workspace.messages(channel)
    return [each for each in found if any(block["block_id"] == "shared" for block in each.blocks)]


def modal_text(world: World, user: str = ANA) -> str:
    """All words of the modal that a person has open."""
    view = world.workspace.modal(user)
    return "" if view is None else "\n".join(_words(view["blocks"]))


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["text"]] if isinstance(part.get("text"), str) else [])
        for value in part.values():
            yield from _words(value)
    elif isinstance(part, list):
        for each in part:
            yield from _words(each)


@contextmanager
def ruled(world: World, **changes: Any) -> Iterator[None]:
    """Other rules for Slack, as long as the block lasts."""
    rules = world.assistant.deps.rules
    before = rules.slack
    object.__setattr__(rules, "slack", before.model_copy(update=changes))
    try:
        yield
    finally:
        object.__setattr__(rules, "slack", before)


def delivery_id(world: World, user: str = ANA) -> str:
    """The id that the delivery of the open form will have."""
    view = world.workspace.modal(user)
    assert view is not None
    return f"share-{json.loads(view['private_metadata'])['nonce']}"


async def sent(world: World, line: str = INVOICE, *, user: str = ANA, **what: Any) -> Delivery:
    """A card shared, and its delivery come to an end."""
    await opened_form(world, line, user=user)
    known_as = delivery_id(world, user)
    for _ in ("Preview", "Send"):
        outcome = await filled(world, user, **what)
        assert not outcome.errors, outcome.errors
    return await world.delivered(known_as)


def own(world: World) -> list[Message]:
    """What the app wrote to Ana."""
    return list(world.workspace.messages(ANA_APP_DM))


async def told(world: World, text: str) -> None:
    """Ana has been written to about the message with this text."""
    async with asyncio.timeout(60):
        while not any(text in str(each.blocks) and "could not be delivered" in each.text for each in own(world)):
            world.pass_time(1)
            await asyncio.sleep(0.02)


def entry(view: Any, action_id: str) -> dict[str, Any]:
    """What stands in an input of a form."""
    found = {id_: state for inputs in view["state"]["values"].values() for id_, state in inputs.items()}
    return dict(found[action_id])


async def went_back(world: World) -> None:
    """Press Back, and wait for the form."""
    is_form = Waiting(until=lambda seen: seen.view is not None and seen.view["callback_id"] == "share.submit")
    await world.workspace.click(ANA, None, "share.back", waiting=is_form)
