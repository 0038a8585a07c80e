"""Each request once, however often Slack sends it and to whichever program.

What only reads is remembered in memory. What changes something is claimed in the store first, and what was acknowledged
before it was served is kept there, so that a program that was killed goes on with it when it runs again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from bot.doors.seldom import Seldom
from store.db import Store, WriteConnection
from store.errors import StoreError
from store.inbox import (
    LeftBehind,
    claim_request,
    finish_request,
    forget_requests,
    left_behind,
    left_by_others,
    take_again,
)

_REMEMBERED = 10_000
# Slack sends an event again for six minutes and takes no notice of an action after minutes.
_KEPT = timedelta(days=3)
# An answer to what was asked longer ago would come out of the blue.
_WORTH_SERVING = timedelta(hours=24)
_MAX_ATTEMPTS = 3
_TIDY_SECONDS = 6 * 3600
# The acknowledgement waits for the claim, and Slack waits three seconds for the acknowledgement.
_PATIENCE_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Recent:
    """The last keys that were added, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: OrderedDict[str, None] = OrderedDict()

    def add(self, key: str) -> bool:
        """Whether the key is new; an empty one always is."""
        if not key:
            return True
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > self._limit:
            self._keys.popitem(last=False)
        return True


class Inbox:
    """What has come in. `holder` names this program among those that share the store; used within its block."""

    def __init__(
        self,
        store: Store,
        *,
        holder: str,
        clock: Callable[[], datetime],
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._store, self._holder, self._clock = store, holder, clock
        self._patience_seconds = patience_seconds
        self._recent = Recent(_REMEMBERED)
        self._claiming: dict[str, asyncio.Task[bool]] = {}
        self._tidying: asyncio.Task[None] | None = None
        self._trouble = Seldom(_log)

    async def __aenter__(self) -> Self:
        self._tidying = asyncio.create_task(self._tidy_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
            await asyncio.gather(self._tidying, *self._claiming.values(), return_exceptions=True)

    def remember(self, key: str) -> bool:
        """Whether this process has not seen the request; for what only reads."""
        return self._recent.add(key)

    async def claim(self, key: str, payload: Mapping[str, Any] | None = None) -> bool:
        """Whether the request is ours to serve; when True comes back, no program will be told so again.

        With `payload` it is kept until `done`. While the store cannot write, or is slow about it, the memory of this
        process alone decides: people can still ask, and what cannot be stored says so itself.
        """
        if not self._recent.add(key):
            return False
        if not key:
            return True
        claiming = asyncio.create_task(self._written(key, payload))
        self._claiming[key] = claiming
        claiming.add_done_callback(lambda _: self._claiming.pop(key, None))
        in_time, _ = await asyncio.wait({claiming}, timeout=self._patience_seconds)
        return claiming.result() if in_time else True

    async def done(self, key: str) -> None:
        """The request was served: its payload is not kept any longer."""
        if claiming := self._claiming.get(key):
            await claiming
        try:
            async with self._store.write() as conn:
                await finish_request(conn, key, at=self._clock())
        except StoreError as error:
            self._trouble.warning("a served request could not be noted: %s", error)

    async def unfinished(self) -> tuple[LeftBehind, ...]:
        """What this program owes to people since it was ended in the middle, each counted as tried once more."""
        async with self._store.write() as conn:
            found = await left_behind(conn, self._holder, since=self._clock() - _WORTH_SERVING)
            return await self._taken(conn, found)

    async def left_by_others(self, living: Collection[str]) -> tuple[LeftBehind, ...]:
        """What programs owe that live no more, from now on owed by this one. Raises StoreError."""
        holders, since = frozenset(living) | {self._holder}, self._clock() - _WORTH_SERVING
        async with self._store.read() as conn:
            if not await left_by_others(conn, holders, since=since):
                return ()
        async with self._store.write() as conn:
            return await self._taken(conn, await left_by_others(conn, holders, since=since))

    async def _taken(self, conn: WriteConnection, found: tuple[LeftBehind, ...]) -> tuple[LeftBehind, ...]:
        owed = (one for one in found if one.attempts < _MAX_ATTEMPTS)
        return tuple([one for one in owed if await take_again(conn, one, holder=self._holder)])

    async def tidy(self) -> None:
        """Remove what is older than anything that Slack sends again."""
        try:
            async with self._store.write() as conn:
                await forget_requests(conn, before=self._clock() - _KEPT)
        except StoreError as error:
            self._trouble.warning("old requests could not be removed: %s", error)

    async def _tidy_on(self) -> None:
        while True:
            await self.tidy()
            await asyncio.sleep(_TIDY_SECONDS)

    async def _written(self, key: str, payload: Mapping[str, Any] | None) -> bool:
        try:
            # A person waits for the acknowledgement, and pages of a sync can wait for this.
            async with self._store.write(urgent=True) as conn:
                return await claim_request(conn, key, holder=self._holder, at=self._clock(), payload=payload)
        except StoreError as error:
            self._trouble.warning("a request could not be claimed, it is served from memory: %s", error)
            return True


def request_key(payload: Mapping[str, Any]) -> str:
    """What stays the same when Slack sends a request again: an event's id, or the trigger of what a person did.

    Empty when there is nothing of the kind: then nobody can tell a second one from the first.
    """
    if event_id := payload.get("event_id"):
        return f"event:{event_id}"
    if trigger_id := payload.get("trigger_id"):
        return f"trigger:{trigger_id}"
    view = payload.get("view")
    if isinstance(view, Mapping) and view.get("id"):
        return f"view:{payload.get('type')}:{view['id']}:{view.get('hash') or ''}"
    return _action_key(payload)


def _action_key(payload: Mapping[str, Any]) -> str:
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    action_ts = first.get("action_ts") if isinstance(first, Mapping) else payload.get("action_ts")
    user = payload.get("user")
    who = user.get("id") if isinstance(user, Mapping) else None
    return f"action:{who}:{action_ts}" if action_ts else ""
