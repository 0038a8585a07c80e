"""Balances that differ: told once when they appear, as trouble of the source, by their number alone."""

from datetime import datetime, timedelta

from bot.deps import Deps
from bot.notify.news import News
from bot.notify.wanted import is_wanted, notice_of
from bot.views.amounts import counted
from store.db import ReadConnection
from store.facts import keep_fact, read_fact
from store.notices import add_notices
from store.subscriptions import NewsKind, active_subscriptions
from store.tie_out import TieOut, count_appeared, latest_tie_out

# What comes and goes is told so often at most.
TOLD_EVERY = timedelta(hours=6)


async def tell_differences(deps: Deps) -> None:
    """Compare what the newest tie-outs found with what people were told."""
    for source, title in deps.source_titles.items():
        async with deps.store.read() as conn:
            found, told_at = await latest_tie_out(conn, source), await _told_at(conn, source)
            new = await count_appeared(conn, source, since=told_at) if found else 0
        if found is not None and is_news(new, told_at, deps.clock()):
            await _tell(deps, found, difference_words(title, found, new))


def is_news(new: int, told_at: datetime | None, now: datetime) -> bool:
    """Whether differences that appeared since people were last told are told now."""
    return new > 0 and (told_at is None or now - told_at >= TOLD_EVERY)


def difference_words(title: str, found: TieOut, new: int) -> str:
    """How many balances differ; whose they are stands where admins look."""
    differ = f"{counted(found.differing, 'balance')} of {found.compared:,} in {title}"
    verb = "is" if found.differing == 1 else "are"
    return (
        f"{differ} {verb} not what its open items come to, {new:,} of them new. "
        f"«tesorio status {found.source}» lists them with likely causes."
    )


async def _tell(deps: Deps, found: TieOut, words: str) -> None:
    now = deps.clock()
    # Found by two replicas at once it is the same news, and told once.
    occasion = f"balances {found.at.isoformat()}"
    news = News(kind=NewsKind.SYNC_TROUBLE, occasion=occasion, at=now, origin=found.source, text=words)
    async with deps.store.write() as conn:
        await keep_fact(conn, _fact(found.source), now.isoformat())
        wanting = await active_subscriptions(conn)
        await add_notices(conn, [notice_of(one, news) for one in wanting if is_wanted(one, news, deps.today())])


async def _told_at(conn: ReadConnection, source: str) -> datetime | None:
    told = await read_fact(conn, _fact(source))
    return datetime.fromisoformat(told) if told else None


def _fact(source: str) -> str:
    return f"{source}.balances_told_at"
