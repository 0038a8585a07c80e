"""Replicas that share a database: each shows that it lives, and they go on with the work of one that is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from bot.doors.intake import Intake
from bot.services import Services
from store.db import Store
from store.errors import StoreError
from store.leases import holders, release_lease, take_lease
from sync.durable import DurableWork
from sync.pull import Clock

_PREFIX = "replica/"
_EVERY_SECONDS = 20.0
# A busy moment is no death: several renewals have to fail.
_LASTING = timedelta(seconds=100)


@asynccontextmanager
async def alive(
    work: DurableWork,
    store: Store,
    replica: str,
    services: Services,
    *,
    clock: Clock,
    every_seconds: float = _EVERY_SECONDS,
) -> AsyncIterator[None]:
    """Show that this replica lives while the block lasts, and take over from those that do no more.

    Enter it before the engine is launched, so that its work is never taken for that of a replica that is gone.
    """
    await _renew(store, replica, clock)

    async def look() -> None:
        await _renew(store, replica, clock)
        await work.take_over(await living(store, clock))

    try:
        async with services.beside("replicas", look, partial(asyncio.sleep, every_seconds)):
            yield
    finally:
        with contextlib.suppress(StoreError):
            async with store.write() as conn:
                await release_lease(conn, f"{_PREFIX}{replica}", replica)


async def living(store: Store, clock: Clock) -> frozenset[str]:
    """The replicas that have shown lately that they live. Raises StoreError."""
    async with store.read() as conn:
        return await holders(conn, _PREFIX, now=clock())


@asynccontextmanager
async def answering_for_others(
    intake: Intake, store: Store, services: Services, *, clock: Clock, every_seconds: float = _EVERY_SECONDS
) -> AsyncIterator[None]:
    """Serve, while the block lasts, what replicas have acknowledged to Slack that are gone."""

    async def look() -> None:
        await intake.take_over(await living(store, clock))

    async with services.beside("inbox", look, partial(asyncio.sleep, every_seconds)):
        yield


async def _renew(store: Store, replica: str, clock: Clock) -> None:
    async with store.write() as conn:
        await take_lease(conn, f"{_PREFIX}{replica}", replica, now=clock(), lasting=_LASTING)
