"""A flood of news becomes one message without anybody waiting long for the store.

It is set aside for the message in slices, each a transaction of its own; then the message is written, and after that
what was set aside counts as told, in slices again. What is set aside is in no other message. After a crash the next
round goes on where this one was: with the slices that are left, or with the count if the message is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from bot.deps import Deps
from bot.notify.truth import true_now
from bot.views.notices import ROWS, NoticeView
from store.db import WriteConnection
from store.deliveries import delivery_by_id
from store.leases import release_lease, take_lease
from store.notices import count_aside, first_aside, gathered_for, mark_aside_told, set_aside, waiting_notices
from store.subscriptions import NewsKind

# As much as one transaction tells.
SLICE = 500
_LASTING = timedelta(minutes=1)


class ElsewhereError(Exception):
    """Another replica gathers for this subscription, or did until a moment ago."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """What was set aside: how much of each kind, and the oldest of them as they are now."""

    counts: Mapping[NewsKind, int]
    first: tuple[NoticeView, ...]


class Gathering:
    """Gathers for one subscription, and holds the right to tell it. Its methods raise ElsewhereError and StoreError."""

    def __init__(self, deps: Deps, subscription_id: str) -> None:
        self._deps, self.subscription_id = deps, subscription_id
        self._lease, self._holder = f"telling/{subscription_id}", uuid4().hex

    async def set_aside(self, delivery_id: str) -> str:
        """Let less than a slice wait: the id of the message that the rest is for, «» when nothing had to be set aside.

        That is `delivery_id`, unless something was set aside before.
        """
        begun = await self._begun()
        if not begun and not await self._is_flood():
            return ""
        while await self._slice(begun or delivery_id):
            pass
        return begun or delivery_id

    async def hold(self, conn: WriteConnection) -> None:
        """The first thing in a transaction that tells: the lease's row lets them through one after the other.

        So of replicas that would tell the same at once one does.
        """
        now = self._deps.clock()
        if await take_lease(conn, self._lease, self._holder, now=now, lasting=_LASTING) is None:
            raise ElsewhereError

    async def let_go(self, conn: WriteConnection) -> None:
        """Nothing more is told for now."""
        await release_lease(conn, self._lease, self._holder)

    async def is_written(self, conn: WriteConnection, delivery_id: str) -> bool:
        """Whether another replica has written the message meanwhile; if not, none does before this transaction ends."""
        await self.hold(conn)
        return await delivery_by_id(conn, delivery_id) is not None

    async def aside(self, conn: WriteConnection, delivery_id: str) -> Aside:
        """What the message tells of what was set aside for it, in the transaction that writes the message."""
        counts = await count_aside(conn, self.subscription_id, delivery_id)
        first: list[NoticeView] = []
        for kind in tuple(counts):
            known = await first_aside(conn, self.subscription_id, delivery_id, kind, limit=ROWS)
            still_so, views = await true_now(self._deps, conn, known)
            first.extend(views.values())
            counts[kind] -= len(known) - len(still_so)
        return Aside(counts=counts, first=tuple(first))

    async def settle(self, delivery_id: str, at: datetime) -> None:
        """Count as told what was set aside for the message that was written at this instant."""
        told = SLICE
        while told == SLICE:
            async with self._deps.store.write() as conn:
                await self.hold(conn)
                told = await mark_aside_told(conn, self.subscription_id, delivery_id, at=at, limit=SLICE)
                if told < SLICE:
                    await self.let_go(conn)

    async def _begun(self) -> str:
        """The message that something is set aside for and that is not written yet."""
        async with self._deps.store.read() as conn:
            begun = await gathered_for(conn, self.subscription_id) or ""
            written = await delivery_by_id(conn, begun) if begun else None
        if written is None:
            return begun
        await self.settle(begun, written.created_at)
        return ""

    async def _is_flood(self) -> bool:
        async with self._deps.store.read() as conn:
            return len(await waiting_notices(conn, self.subscription_id, limit=SLICE)) == SLICE

    async def _slice(self, delivery_id: str) -> bool:
        """Set one slice aside; False when less than that is left."""
        async with self._deps.store.write() as conn:
            await self.hold(conn)
            waiting = await waiting_notices(conn, self.subscription_id, limit=SLICE)
            if len(waiting) < SLICE:
                return False
            still_so, _ = await true_now(self._deps, conn, waiting)
            await set_aside(conn, [notice.id for notice in still_so], delivery_id)
        return True
