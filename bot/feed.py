"""Reading the change feed: each reader is shown every change once, in batches, inside one transaction each.

The reader's cursor moves in the transaction in which its handler writes what follows from the changes. So a crash
neither repeats nor loses any, and of two replicas one deals with a batch.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.deps import Deps
from store.changes import Change, changes_after, last_sequence, settled_sequence
from store.db import Store, WriteConnection
from store.feed_cursors import begin_feed, feed_position, move_feed

Handle = Callable[[WriteConnection, tuple[Change, ...]], Awaitable[None]]
Begin = Callable[[WriteConnection], Awaitable[None]]
Round = Callable[[], Awaitable[None]]

# SQLite has one writer, so a batch should be dealt with while a person does not notice the wait.
_BATCH = 500
# What another replica wrote wakes nobody here, and time passes too.
_LOOK_SECONDS = 2.0


class _LostError(Exception):
    """Another replica was first: what this one wrote for the batch must not stay."""


async def _nothing(_conn: WriteConnection) -> None:
    return


async def _no_round() -> None:
    return


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """One who reads the feed under a name for ever its own.

    `handle` is given the changes in the order of their numbers and the connection to write with; `begin` is called
    once in the reader's life, before its first change.
    """

    name: str
    handle: Handle
    begin: Begin = _nothing


async def read_on(store: Store, reader: Reader, *, limit: int = _BATCH) -> bool:
    """Let the reader deal with its next batch; False when it had read all there is.

    True also where another replica was first with the batch: more may have come since. The first call only notes where
    the feed ends: what came before it is no news. Raises StoreError, and whatever the handler raises; then the batch
    comes again.
    """
    async with store.read() as conn:
        position, newest = await feed_position(conn, reader.name), await last_sequence(conn)
    if position is None:
        await _start(store, reader)
        return False
    if newest <= position:
        return False
    async with store.write() as conn:
        settled = await settled_sequence(conn)
    async with store.read() as conn:
        found = await changes_after(conn, position, limit=limit)
    batch = tuple(change for change in found if change.sequence <= settled)
    if not batch:
        return False
    with contextlib.suppress(_LostError):
        await _deal_with(store, reader, batch, position)
    return True


@asynccontextmanager
async def follow(deps: Deps, reader: Reader, *, after_round: Round = _no_round) -> AsyncIterator[None]:
    """Let the reader deal with what is written as long as the block lasts.

    `after_round` is called whenever all was read: at least every few seconds.
    """

    async def look() -> None:
        while await read_on(deps.store, reader):
            pass
        await after_round()

    with deps.changed.listen() as bell:
        async with deps.services.beside(reader.name, look, partial(bell.wait, _LOOK_SECONDS)):
            yield


async def _start(store: Store, reader: Reader) -> None:
    async with store.write() as conn:
        if await begin_feed(conn, reader.name, await settled_sequence(conn)):
            await reader.begin(conn)


async def _deal_with(store: Store, reader: Reader, batch: tuple[Change, ...], position: int) -> None:
    """Raises _LostError when the reader stands elsewhere by now."""
    async with store.write() as conn:
        # The fence first: whoever comes too late is refused before anything is written.
        if not await move_feed(conn, reader.name, before=position, after=batch[-1].sequence):
            raise _LostError
        await reader.handle(conn, batch)
