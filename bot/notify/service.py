"""The notifier: reads the feed, looks at the calendar, and puts what is to be told into the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.deps import Deps
from bot.feed import Reader, follow
from bot.notify.balances import tell_differences
from bot.notify.forgetting import forget_what_is_over
from bot.notify.gather import credit_news, news_in, note_known_breaks, note_standing_breaks, read_batch
from bot.notify.past_due import tell_new_day
from bot.notify.pausing import offer_again
from bot.notify.posting import tell_digests, tell_waiting
from bot.notify.trouble import tell_trouble
from bot.notify.wanted import is_wanted, notice_of
from store.changes import Change
from store.db import WriteConnection
from store.notices import add_notices
from store.subscriptions import active_subscriptions


@asynccontextmanager
async def notifier(deps: Deps) -> AsyncIterator[None]:
    """Tell subscribers what is news, as long as the block lasts."""
    async with follow(deps, reader(deps), after_round=partial(look_round, deps)):
        yield


def reader(deps: Deps) -> Reader:
    """The reader of the feed that keeps what is news for each subscription."""

    async def handle(conn: WriteConnection, changes: tuple[Change, ...]) -> None:
        await _keep_news(deps, conn, changes)

    async def begin(conn: WriteConnection) -> None:
        await note_known_breaks(conn, deps.source_titles, deps.clock())

    return Reader(name="notices", handle=handle, begin=begin)


async def look_round(deps: Deps) -> None:
    """What the passing of time brings, and all that waits to be told."""
    await tell_new_day(deps)
    await tell_trouble(deps)
    await tell_differences(deps)
    await tell_digests(deps)
    await tell_waiting(deps)
    await offer_again(deps)
    await forget_what_is_over(deps)


async def _keep_news(deps: Deps, conn: WriteConnection, changes: tuple[Change, ...]) -> None:
    batch = await read_batch(conn, changes)
    if not batch.changes:
        return
    await note_standing_breaks(conn, batch, deps.clock())
    found = [*await news_in(conn, batch), *await credit_news(conn, batch, deps.clock())]
    if not found:
        return
    today = deps.today()
    for subscription in await active_subscriptions(conn):
        own = [notice_of(subscription, news) for news in found if is_wanted(subscription, news, today)]
        await add_notices(conn, own)
