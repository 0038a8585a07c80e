"""Pushing into systems of record: a delivery becomes a target's item, and its errors become outcomes.

However many replicas push, a system gets no more requests at a time than its account bears.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import uuid4

from store.db import Store
from store.deliveries import Delivery
from store.errors import StoreError
from store.facts import read_fact
from store.leases import release_all, release_lease, take_lease
from store.sending import Absent, Arrived, InDoubt, Later, Outcome, Refused, Trace
from sync.connector import PushItem, Target
from sync.errors import NotPermittedError, ReauthoriseError, RetryError, SourceError, StopError, UnknownOutcomeError
from sync.push_items import item_of

# A replica that was killed in the middle of a request gives its turn back after this.
_TURN_LASTS = timedelta(minutes=2)
_RENEW_SECONDS = 30
_PLACES = "push/"
_LOOK_UP_SECONDS = 90.0
# So long a request may live over there, whatever became of our end of it: the longest that settings let us wait.
REQUEST_LIVES = timedelta(minutes=15)
_LOOK_SECONDS = 0.2
_NOT_THERE, _NOT_TAKEN, _NOT_PERMITTED = "not_there", "not_taken", "not_permitted"
_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Pushes:
    """The sender of deliveries to one target; see `store.sending.Sender`."""

    spacing = timedelta()

    def __init__(self, target: Target, store: Store, *, clock: Clock, replica: str = "") -> None:
        self._target, self._store, self._clock, self._replica = target, store, clock, replica
        # Those who ask the store for a place write to it each time, so no more ask than could have one.
        self._asking = asyncio.Semaphore(target.at_once)

    async def send(self, delivery: Delivery) -> Outcome:
        """One push, told as data."""
        target = self._target
        if delivery.kind not in target.takes:
            return Refused(reason=f"{_NOT_TAKEN}: {target.title} takes no {delivery.kind} from here")
        item, objection = await self._prepared(delivery)
        if item is None:
            return objection or Refused(
                reason=f"{_NOT_THERE}: {target.title} has no such record, or we don't know its id"
            )
        try:
            async with self._turn():
                return Arrived(external_id=await target.push(item))
        except (SourceError, TimeoutError) as error:
            return outcome_of(error)
        except Exception:  # noqa: BLE001 - the outer door of one push, see below
            # Whatever broke, it may have been stored before.
            _log.exception("%s could not be pushed to %s", delivery.id, target.name)
            return InDoubt(reason=f"something broke while {target.title} was written to")

    async def find(self, delivery: Delivery) -> Trace:
        """One look-up, told as data."""
        item, objection = await self._prepared(delivery)
        if item is None:
            return objection or Absent()
        try:
            async with self._turn():
                async with asyncio.timeout(_LOOK_UP_SECONDS):
                    found = await self._target.find(item)
        except (SourceError, TimeoutError) as error:
            return Later(reason=_words(error), after_seconds=getattr(error, "after_seconds", None))
        except Exception:  # noqa: BLE001 - the outer door of one look-up: it comes again
            _log.exception("%s could not be looked up in %s", delivery.id, self._target.name)
            return Later(reason=f"something broke while {self._target.title} was read")
        return self._absent(delivery) if found is None else Arrived(external_id=found)

    def _absent(self, delivery: Delivery) -> Trace:
        """That it is not there; of what no key keeps single, only once no request can bring it."""
        if delivery.kind not in self._target.keyless or delivery.tried_at is None:
            return Absent()
        left = delivery.tried_at + REQUEST_LIVES - self._clock()
        if left <= timedelta():
            return Absent()
        return Later(reason="it may still be on its way", after_seconds=left.total_seconds())

    async def _prepared(self, delivery: Delivery) -> tuple[PushItem | None, Later | None]:
        """What is pushed, unless its record is not known there, or the settings have come to name another account."""
        target = self._target
        async with self._store.read() as conn:
            bound = await read_fact(conn, f"{target.name}.account")
            item = await item_of(conn, target, delivery)
        try:
            account = await target.account()
        except SourceError as error:
            return None, Later(reason=_words(error), after_seconds=getattr(error, "after_seconds", None))
        if bound is not None and account not in {"", bound}:
            return None, Later(reason=f"this store holds the data of {target.title} account {bound}, not of {account}")
        return item, None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of the places that the system's account has, for as long as the block lasts."""
        holder = f"{self._replica}/{uuid4().hex}"
        async with self._asking:
            while (place := await self._free_place(holder)) is None:  # noqa: ASYNC110 - other replicas ring no bell here
                await asyncio.sleep(_LOOK_SECONDS)
            keeping = asyncio.create_task(self._keep(place, holder))
            try:
                yield
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                async with self._store.write() as conn:
                    await release_lease(conn, place, holder)

    async def _keep(self, place: str, holder: str) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            with suppress(StoreError):
                async with self._store.write() as conn:
                    await take_lease(conn, place, holder, now=self._clock(), lasting=_TURN_LASTS)

    async def _free_place(self, holder: str) -> str | None:
        async with self._store.write() as conn:
            for number in range(self._target.at_once):
                name = f"{_PLACES}{self._target.name}/{number}"
                if await take_lease(conn, name, holder, now=self._clock(), lasting=_TURN_LASTS):
                    return name
        return None


async def free_places(store: Store, replica: str) -> None:
    """Give back what this replica held when it was killed; not while it pushes."""
    async with store.write() as conn:
        await release_all(conn, _PLACES, f"{replica}/")


def outcome_of(error: SourceError | TimeoutError) -> Outcome:
    """What a target's error means for the delivery.

    Refused credentials and a missing WSDL are cured in the set-up, not in the note, so it waits for that.
    """
    if isinstance(error, UnknownOutcomeError | TimeoutError):
        return InDoubt(reason=_words(error))
    if isinstance(error, RetryError):
        return Later(reason=_words(error), after_seconds=error.after_seconds)
    if isinstance(error, ReauthoriseError | StopError):
        return Later(reason=_words(error))
    if isinstance(error, NotPermittedError):
        return Refused(reason=f"{_NOT_PERMITTED}: {error.detail}")
    return Refused(reason=_words(error))


def _words(error: SourceError | TimeoutError) -> str:
    return str(error) or "no answer in time"
