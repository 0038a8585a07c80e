"""Sending what waits for a system now, while no bot runs that would: each customer's deliveries in their order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from store.db import Store, WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.outbox import move_delivery, record_arrival, waiting_for
from store.sending import FINAL, Arrived, Backoff, Sender, after_finding, after_sending
from sync.pull import Clock

_BATCH = 1000

# What people must be told about a delivery that has come to this state, as further deliveries.
Trouble = Callable[[WriteConnection, Delivery], Awaitable[tuple[Delivery, ...]]]


async def push_waiting(
    store: Store, target: str, sender: Sender, *, clock: Clock, backoff: Backoff, trouble: Trouble
) -> tuple[Delivery, ...]:
    """Send what waits for this target, however long it was to wait; how each stands then.

    Behind one that does not arrive, what is about the same customer stays where it is. Raises StoreError.
    """
    async with store.read() as conn:
        waiting = await waiting_for(conn, target, limit=_BATCH)
    job = _Job(store, sender, clock, backoff, trouble)
    by_lane = sorted(waiting, key=attrgetter("lane", "sequence"))
    lanes = [list(lane) for _, lane in groupby(by_lane, key=attrgetter("lane"))]
    sent = await asyncio.gather(*(job.lane(lane) for lane in lanes))
    return tuple(sorted((one for lane in sent for one in lane), key=attrgetter("sequence")))


class _Job:
    def __init__(self, store: Store, sender: Sender, clock: Clock, backoff: Backoff, trouble: Trouble) -> None:
        self._store, self._sender, self._clock = store, sender, clock
        self._backoff, self._trouble = backoff, trouble

    async def lane(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        done: list[Delivery] = []
        for delivery in deliveries:
            done.append(await self._brought(delivery))
            if done[-1].state not in FINAL:
                break
        return done

    async def _brought(self, delivery: Delivery) -> Delivery:
        """The delivery after one attempt; what may have arrived is looked for first."""
        if delivery.in_doubt:
            trace = await self._sender.find(delivery)
            delivery = await self._moved(delivery, after_finding(delivery, trace, self._clock(), self._backoff))
            if delivery.in_doubt or delivery.state is not DeliveryState.QUEUED:
                return delivery
        attempts, now = delivery.attempts + 1, self._clock()
        leaving = replace(delivery, attempts=attempts, tried_at=now, in_doubt=True)
        if not await self._put(delivery, leaving):
            return delivery
        outcome = await self._sender.send(leaving)
        after = after_sending(leaving, outcome, self._clock(), self._backoff)
        if await self._put(leaving, after):
            return after
        if isinstance(outcome, Arrived):
            # Whatever was decided about it meanwhile: it is there, and comes back under that id.
            async with self._store.write() as conn:
                await record_arrival(conn, leaving.id, outcome.external_id, self._clock())
            return after
        return leaving

    async def _moved(self, before: Delivery, after: Delivery) -> Delivery:
        return after if await self._put(before, after) else before

    async def _put(self, before: Delivery, after: Delivery) -> bool:
        """Store what became of it, with what people must be told; False when somebody else moved it meanwhile."""
        async with self._store.write() as conn:
            moved = await move_delivery(conn, before, after)
            if moved and after.state is not before.state:
                await add_deliveries(conn, await self._trouble(conn, after))
        return moved
