"""Pushing notes into systems of record: a delivery becomes a target's item, and its errors become outcomes.

However many replicas push, a system gets no more requests at a time than its account bears.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from store.db import Store
from store.deliveries import Delivery
from store.leases import release_lease, take_lease
from store.pushes import id_in_system, written_at_of
from store.records import RecordId
from store.sending import Absent, Arrived, InDoubt, Later, Outcome, Refused, Trace
from sync.connector import PushItem, Target
from sync.errors import ReauthoriseError, RetryError, SourceError, UnknownOutcomeError

# A replica that was killed in the middle of a request gives its turn back after this.
_TURN_LASTS = timedelta(minutes=2)
_TIMEOUT_SECONDS = 90.0
_LOOK_SECONDS = 0.2
_NOT_THERE = "not_there"
_log = logging.getLogger(__name__)

_T = TypeVar("_T")
Clock = Callable[[], datetime]


class Pushes:
    """The sender of deliveries to one target; see `store.sending.Sender`."""

    spacing = timedelta()

    def __init__(self, target: Target, store: Store, *, clock: Clock) -> None:
        self._target, self._store, self._clock = target, store, clock
        # Those who ask the store for a place write to it each time, so no more ask than could have one.
        self._asking = asyncio.Semaphore(target.at_once)

    async def send(self, delivery: Delivery) -> Outcome:
        """One push, told as data."""
        item = await self._item(delivery)
        if item is None:
            return Refused(reason=f"{_NOT_THERE}: {self._target.title} has no such record, or we do not know its id")
        try:
            async with self._turn():
                return Arrived(external_id=await _in_time(self._target.push(item)))
        except (SourceError, TimeoutError) as error:
            return outcome_of(error)
        except Exception:  # noqa: BLE001 - the outer door of one push, see below
            # Whatever broke, the note may have been stored before.
            _log.exception("%s could not be pushed to %s", delivery.id, self._target.name)
            return InDoubt(reason=f"something broke while {self._target.title} was written to")

    async def find(self, delivery: Delivery) -> Trace:
        """One look-up, told as data."""
        item = await self._item(delivery)
        if item is None:
            return Absent()
        try:
            async with self._turn():
                found = await _in_time(self._target.find(item))
        except (SourceError, TimeoutError) as error:
            return Later(reason=_words(error), after_seconds=getattr(error, "after_seconds", None))
        except Exception:  # noqa: BLE001 - the outer door of one look-up: it comes again
            _log.exception("%s could not be looked up in %s", delivery.id, self._target.name)
            return Later(reason=f"something broke while {self._target.title} was read")
        return Absent() if found is None else Arrived(external_id=found)

    async def _item(self, delivery: Delivery) -> PushItem | None:
        payload = delivery.payload
        async with self._store.read() as conn:
            kind, about = str(payload["kind"]), RecordId(delivery.about_id)
            source_id = await id_in_system(conn, self._target.name, kind, about)
        if source_id is None:
            return None
        return PushItem(
            key=delivery.id,
            kind=kind,
            source_id=source_id,
            title=str(payload["title"]),
            text=str(payload["text"]),
            author=str(payload["author"]),
            written_at=written_at_of(payload),
        )

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of the places that the system's account has, for as long as the block lasts."""
        holder = uuid4().hex
        async with self._asking:
            while (place := await self._free_place(holder)) is None:  # noqa: ASYNC110 - other replicas ring no bell here
                await asyncio.sleep(_LOOK_SECONDS)
            try:
                yield
            finally:
                async with self._store.write() as conn:
                    await release_lease(conn, place, holder)

    async def _free_place(self, holder: str) -> str | None:
        async with self._store.write() as conn:
            for number in range(self._target.at_once):
                name = f"push/{self._target.name}/{number}"
                if await take_lease(conn, name, holder, now=self._clock(), lasting=_TURN_LASTS):
                    return name
        return None


def outcome_of(error: SourceError | TimeoutError) -> Outcome:
    """What a target's error means for the delivery.

    Refused credentials are cured in the settings, not in the note, so it waits for that.
    """
    if isinstance(error, UnknownOutcomeError | TimeoutError):
        return InDoubt(reason=_words(error))
    if isinstance(error, RetryError):
        return Later(reason=_words(error), after_seconds=error.after_seconds)
    if isinstance(error, ReauthoriseError):
        return Later(reason=_words(error))
    return Refused(reason=_words(error))


async def _in_time(call: Awaitable[_T]) -> _T:
    return await asyncio.wait_for(call, _TIMEOUT_SECONDS)


def _words(error: SourceError | TimeoutError) -> str:
    return str(error) or "no answer in time"
