"""Subscribing as people do it, and what comes of it."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

from sandbox.slack import Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA
from store.subscriptions import (
    ChannelSubscription,
    subscription_by_id,
    subscriptions_of,
)
from store.users import user_by_email
from store.work import WorkState
from tests.bot.world import World, ended

FORM = Waiting(until=lambda seen: bool(seen.view and seen.view.get("callback_id") == "subscribe.submit"))
TOLD = Waiting(until=lambda seen: bool(seen.messages))
_PULLS = count(1)


async def all_of(world: World) -> tuple[ChannelSubscription, ...]:
    found: dict[str, ChannelSubscription] = {}
    async with world.store.read() as conn:
        for name in ("ana", "chloe"):
            user = await user_by_email(conn, f"{name}@meridian.example")
            assert user is not None
            found |= {each.id: each for each in await subscriptions_of(conn, user.id)}
    return tuple(found.values())


async def form(world: World, text: str = "", user: str = ANA, channel: str = "#ar-team") -> dict[str, Any]:
    outcome = await world.workspace.say(user, channel, f"/tesorio subscribe {text}".strip(), FORM)
    assert outcome.view is not None, outcome
    return dict(outcome.view)


async def subscribed(world: World, text: str, user: str = ANA, **values: Any) -> ChannelSubscription:
    before = {each.id for each in await all_of(world)}
    await form(world, text, user)
    submitted = await world.workspace.submit(user, values, TOLD)
    assert submitted.errors == {}, submitted.errors
    async with asyncio.timeout(60):
        while not (new := [each for each in await all_of(world) if each.id not in before]):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
    [made] = new
    return made


async def kept(world: World, subscription_id: str) -> ChannelSubscription:
    async with world.store.read() as conn:
        found = await subscription_by_id(conn, subscription_id)
    assert found is not None
    return found


async def pulled(world: World) -> None:
    """A reading that sees what the ledger has now: a source is never read up to an earlier time than before."""
    number = next(_PULLS)
    name, world.clock.ahead = f"notify-{number}", timedelta(minutes=3 * number)
    await world.assistant.pull("netsuite", name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def arrived(world: World, words: str, *, channel: str = "#ar-team", viewer: str = ANA) -> Message:
    """The newest message of the channel that has these words."""
    async with asyncio.timeout(60):
        while True:
            found = [each for each in world.workspace.messages(channel, viewer) if words in world.shown(each)]
            if found:
                return found[-1]
            await asyncio.sleep(0.05)


def said(view: Any) -> str:
    [block] = [each for each in view["blocks"] if each["block_id"] == "dry_run"]
    return str(block["text"]["text"])


async def listed(world: World, user: str = ANA) -> Message:
    outcome = await world.say("/tesorio subscriptions", user=user)
    return outcome.messages[-1]
