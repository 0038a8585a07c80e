"""One delivery brought to its end: waited for, looked up where it may have arrived, sent, and told of.

All that must survive a crash is in the store: before anything is sent the delivery is marked as in doubt, and only an
answer, a look-up or a person takes the doubt away. So this may be killed anywhere and run again from the start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.bell import Listener
from bot.deps import Deps
from bot.feature import Check, Delivered
from store.db import ReadConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.errors import StoreError
from store.outbox import last_tried, move_delivery, record_arrival
from store.sending import (
    FINAL,
    Arrived,
    Backoff,
    Outcome,
    Refused,
    Sender,
    Untraceable,
    after_finding,
    after_sending,
    after_silence,
    held_back,
    waiting_since,
)
from store.work import Payload, TryLaterError

KIND = "deliver"
# A clock that is set by hand is noticed so soon.
_LOOK_SECONDS = 1.0
# An update looks so often whether the message that it changes is known to be there.
_ASKED_AGAIN = timedelta(minutes=1)
# So many of a lane may go one right after the other; Slack takes short bursts.
BURST = 3
# So long a stop waits for the answer to what was just sent.
_DRAIN_SECONDS = 15.0
_log = logging.getLogger(__name__)

# What people must be told about a delivery that has come to this state, as further deliveries.
Trouble = Callable[[Deps, ReadConnection, Delivery], Awaitable[tuple[Delivery, ...]]]


def work_id_of(delivery: Delivery) -> str:
    """The id of the durable work that brings this round of a delivery to its end."""
    return f"{KIND}/{delivery.id}" + (f"/{delivery.round}" if delivery.round > 1 else "")


def is_over(delivery: Delivery) -> bool:
    """Whether nothing is left to do: it came to an end, and its feature knows."""
    return delivery.state in FINAL and delivery.told == delivery.state.value


def is_asked_about(delivery: Delivery, now: datetime) -> bool:
    """Whether a person was asked if it arrived, and may still say so: its lane goes on without it meanwhile."""
    is_asked = delivery.asked_at is not None and delivery.told == delivery.state.value
    return is_asked and delivery.not_before is not None and delivery.not_before > now


class Delivering:
    """The handler of the durable work KIND; its payload names the delivery.

    `senders` bring deliveries to their targets, `told` and `checks` are the features' by kind of delivery. What waited
    longer than `outdated_after` when this program began is not sent unless a person says so.
    """

    def __init__(
        self,
        deps: Deps,
        *,
        senders: Mapping[str, Sender],
        told: Mapping[str, Delivered],
        checks: Mapping[str, Check],
        trouble: Trouble,
        backoff: Backoff,
        outdated_after: timedelta,
    ) -> None:
        self._deps, self._senders, self._told, self._checks = deps, senders, told, checks
        self._trouble, self._backoff = trouble, backoff
        self._outdated_after, self._began = outdated_after, deps.clock()

    async def __call__(self, _work_id: str, payload: Payload) -> None:
        with self._deps.decisions.listen() as decisions:
            try:
                delivery = await self._read(payload["delivery_id"])
                while delivery is not None and self._has_more(delivery):
                    if await self._is_of_asked(delivery):
                        await self._put_off(delivery)
                        return
                    delivery = await self._further(delivery, decisions) or await self._read(delivery.id)
            except StoreError as error:
                raise TryLaterError(str(error)) from error

    def _has_more(self, delivery: Delivery) -> bool:
        """Whether this work has anything left to do; a decision, or the end of the time for it, starts another."""
        return not is_over(delivery) and not is_asked_about(delivery, self._deps.clock())

    async def _read(self, delivery_id: str) -> Delivery | None:
        async with self._deps.store.read() as conn:
            return await delivery_by_id(conn, delivery_id)

    async def _further(self, delivery: Delivery, decisions: Listener) -> Delivery | None:
        """Do the next thing with it; how it stands then, None when the store has to be asked."""
        now, after = self._deps.clock(), None
        if delivery.told != delivery.state.value:
            after = await self._tell(delivery)
        elif self._is_outdated(delivery):
            after = await self._move(delivery, held_back(delivery, self._began - waiting_since(delivery), now))
        elif delivery.not_before is not None and delivery.not_before > now:
            await self._wait_until(delivery.not_before, decisions)
        elif delivery.asked_at is not None:
            after = await self._move(delivery, after_silence(delivery, now))
        elif delivery.in_doubt:
            after = await self._look_up(delivery)
        elif await self._has_lane_rested(delivery, decisions):
            after = await self._to_the_end(delivery)
        return after

    def _is_outdated(self, delivery: Delivery) -> bool:
        return not delivery.in_doubt and self._began - waiting_since(delivery) > self._outdated_after

    async def _is_of_asked(self, delivery: Delivery) -> bool:
        """Whether it changes a message of which a person has yet to say whether it is there."""
        changed = await self._read(str(delivery.payload["of"])) if "of" in delivery.payload else None
        return changed is not None and is_asked_about(changed, self._deps.clock())

    async def _put_off(self, delivery: Delivery) -> None:
        """Let another round begin when its time has come, so that what is behind it on the lane need not wait."""
        later = self._deps.clock() + _ASKED_AGAIN
        after = replace(delivery, round=delivery.round + 1, is_enqueued=False, not_before=later)
        await self._move(delivery, after)

    async def _wait_until(self, instant: datetime, decisions: Listener) -> bool:
        """Return True then, or False as soon as a person has decided about any delivery."""
        while (left := (instant - self._deps.clock()).total_seconds()) > 0:
            if await decisions.wait(min(left, _LOOK_SECONDS)):
                return False
        return True

    async def _has_lane_rested(self, delivery: Delivery, decisions: Listener) -> bool:
        """Whether it is time for it after the last ones on this lane; False when a person decided something first.

        Counted over a few of them, so that what one was late is made up for by the next. Nothing else is sent on the
        lane meanwhile: this work has it.
        """
        sender = self._senders.get(delivery.target)
        if sender is None or not sender.spacing:
            return True
        async with self._deps.store.read() as conn:
            earlier = await last_tried(conn, delivery.lane, nth=BURST)
        # An instant to come was written by a clock that has been set back since.
        if earlier is None or earlier > self._deps.clock():
            return True
        return await self._wait_until(earlier + BURST * sender.spacing, decisions)

    async def _look_up(self, delivery: Delivery) -> Delivery | None:
        sender = self._senders.get(delivery.target)
        # Of a target that is set up no more nobody knows whether it has it.
        trace = await sender.find(delivery) if sender else Untraceable()
        return await self._move(delivery, after_finding(delivery, trace, self._deps.clock(), self._backoff))

    async def _to_the_end(self, delivery: Delivery) -> Delivery | None:
        """Send it. A stop of the program waits for the answer, so that no doubt is left where there need be none."""
        sending = asyncio.ensure_future(self._send(delivery))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait({sending}, timeout=_DRAIN_SECONDS)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            raise

    async def _send(self, delivery: Delivery) -> Delivery | None:
        now = self._deps.clock()
        leaving = replace(delivery, attempts=delivery.attempts + 1, tried_at=now, in_doubt=True)
        async with self._deps.store.write() as conn:
            if not await move_delivery(conn, delivery, leaving):
                return None
        outcome = await self._outcome(leaving)
        moved = await self._move(leaving, after_sending(leaving, outcome, self._deps.clock(), self._backoff))
        if moved is None and isinstance(outcome, Arrived):
            async with self._deps.store.write() as conn:
                await record_arrival(conn, delivery.id, outcome.external_id, self._deps.clock())
        return moved

    async def _outcome(self, delivery: Delivery) -> Outcome:
        sender = self._senders.get(delivery.target)
        if sender is None:
            return Refused(reason=f"not_set_up: {delivery.target} is not set up here")
        check = self._checks.get(delivery.kind)
        objection = await check(self._deps, delivery) if check else None
        return objection or await sender.send(delivery)

    async def _move(self, before: Delivery, after: Delivery) -> Delivery | None:
        """Store what became of it, with what people must be told; None when somebody else moved it meanwhile."""
        if after.kind not in self._told:
            after = replace(after, told=after.state.value)
        has_news = after.state is not before.state or after.asked_at != before.asked_at
        trouble: tuple[Delivery, ...] = ()
        async with self._deps.store.write() as conn:
            moved = await move_delivery(conn, before, after)
            if moved and has_news:
                trouble = await self._trouble(self._deps, conn, after)
                await add_deliveries(conn, trouble)
        if moved:
            _note(after)
        if trouble:
            self._deps.outbox.ring()
        return after if moved else None

    async def _tell(self, delivery: Delivery) -> Delivery | None:
        """Tell the feature that sent it; it may hear the same again after a crash."""
        handler = self._told.get(delivery.kind)
        try:
            if handler is not None:
                await handler(self._deps, delivery)
        except (StoreError, TryLaterError):
            raise
        except Exception:  # noqa: BLE001 - the outer door of what features do: the lane goes on without it
            _log.exception("%s could not be told that it is %s", delivery.id, delivery.state.value)
        told = replace(delivery, told=delivery.state.value)
        async with self._deps.store.write() as conn:
            return told if await move_delivery(conn, delivery, told) else None


def _note(delivery: Delivery) -> None:
    if delivery.state is DeliveryState.SENT:
        _log.debug("%s arrived", delivery.id)
    elif delivery.reason:
        _log.warning("%s (attempt %d): %s", delivery.id, delivery.attempts, delivery.reason)
