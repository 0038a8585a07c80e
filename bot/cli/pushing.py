"""`tesorio push`: what waits for a system of record is sent now."""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Annotated

import typer

from bot.cli.outbox import delivery_row
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async
from bot.clock import utc_now
from bot.commands.outbox import trouble_of
from bot.root.data import only_one, open_store
from bot.root.replicas import living
from bot.root.sources import build_sources, targets_of
from bot.settings import Settings
from store.db import Store, WriteConnection
from store.deliveries import Delivery, DeliveryState, delivery_by_id
from store.outbox import move_delivery, set_going, waiting_for
from store.sending import FINAL
from sync.backoff import wait_seconds
from sync.connector import Target
from sync.push import Pushes
from sync.pushing import push_waiting

# So long a running bot is given to send it, before the command says how it stands.
_PATIENCE = timedelta(seconds=30)
_LOOK_SECONDS = 0.2
_MANY = 1000


def register(app: typer.Typer) -> None:
    """Add `push` to the command line."""
    app.command("push")(push)


def push(
    name: Annotated[str, typer.Argument(help="Which system, for example netsuite; all of them by default.")] = "",
    as_json: Json = False,
) -> None:
    """Send now what waits for a system of record, and say how each note, contact and message stands.

    A running bot sends it; without one, this command does.
    """

    async def work() -> list[Delivery]:
        settings = current_settings()
        async with AsyncExitStack() as stack:
            sources = build_sources(settings)
            for source in sources:
                stack.push_async_callback(source.close)
            targets = [target for target in targets_of(sources) if name in {"", target.name}]
            if not targets:
                raise CommandError(f"nothing is sent to {name} from here" if name else "no system is set up to send to")
            store = await stack.enter_async_context(open_store(settings, create=False))
            return [one for target in targets for one in await _pushed(settings, store, target)]

    done = run_async(work)
    rows = [delivery_row(one, utc_now()) for one in done]
    print_json(rows) if as_json else print_table("Sent", rows)
    if any(one.state is not DeliveryState.SENT for one in done):
        raise CommandError("not everything has arrived; `tesorio outbox list` says why")


async def _pushed(settings: Settings, store: Store, target: Target) -> tuple[Delivery, ...]:
    if await living(store, utc_now):
        return await _hastened(store, target)
    titles = {target.name: target.title}

    async def trouble(_conn: WriteConnection, delivery: Delivery) -> tuple[Delivery, ...]:
        return trouble_of(delivery, utc_now(), titles)

    sender = Pushes(target, store, clock=utc_now)
    with only_one(settings.data_dir):
        return await push_waiting(store, target.name, sender, clock=utc_now, backoff=_backoff, trouble=trouble)


async def _hastened(store: Store, target: Target) -> tuple[Delivery, ...]:
    """Have the running bot send what it would have waited with; how each stands after a while."""
    async with store.write() as conn:
        waiting = await waiting_for(conn, target.name, limit=_MANY)
        for delivery in waiting:
            if delivery.not_before is not None:
                await move_delivery(conn, delivery, set_going(delivery, utc_now(), may_double=False))
    until = utc_now() + _PATIENCE
    while True:
        async with store.read() as conn:
            seen = tuple([await delivery_by_id(conn, one.id) or one for one in waiting])
        if utc_now() >= until or all(one.state in FINAL for one in seen):
            return seen
        await asyncio.sleep(_LOOK_SECONDS)


def _backoff(attempt: int, asked: float | None) -> float:
    return wait_seconds(attempt, asked=asked, dice=random.random)
