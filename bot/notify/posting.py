"""From news that waits to messages in the outbox: each is told by one message, or by none when it is true no more.

A message and the word that its notices are told are written in one transaction, but for a flood (`gathering`). Slack's
part comes after that, from the outbox, which sends each message once.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.deliver import slack_post
from bot.deps import Deps
from bot.notify.gathering import SLICE, Aside, ElsewhereError, Gathering
from bot.notify.rhythm import BURST, BURST_WINDOW, digest_day, is_quiet, plan
from bot.notify.standing import still_told
from bot.notify.truth import true_now
from bot.reading.cards import place_of
from bot.views.amounts import day
from bot.views.notices import DigestView, counted_news, digest_message, notice_message
from bot.views.parts import Message
from store.day_marks import mark_day, marked_day
from store.db import ReadConnection, WriteConnection
from store.deliveries import add_deliveries
from store.notices import Notice, mark_told, subscriptions_waiting, told_since, waiting_notices
from store.portfolio_aging import portfolio_aging
from store.subscriptions import (
    ChannelSubscription,
    Rhythm,
    active_subscriptions,
)

KIND = "notice"


async def tell_waiting(deps: Deps) -> None:
    """Post what waits, for those who are told as it happens, outside their quiet hours."""
    async with deps.store.read() as conn:
        waiting = await subscriptions_waiting(conn)
        active = await active_subscriptions(conn) if waiting else ()
    for subscription in active:
        is_due = subscription.rhythm is Rhythm.AT_ONCE and not is_quiet(subscription, deps.clock())
        if subscription.id in waiting and is_due:
            await _tell(deps, subscription)


async def tell_digests(deps: Deps) -> None:
    """Post the digests that are due: one for each, however many days nobody could."""
    now = deps.clock()
    async with deps.store.read() as conn:
        gathering = [each for each in await active_subscriptions(conn) if each.rhythm is not Rhythm.AT_ONCE]
        marks = {each.id: await marked_day(conn, digest_mark(each)) for each in gathering}
    for subscription in gathering:
        mark = marks[subscription.id]
        if mark is None or mark < digest_day(subscription, now):
            await _tell_digest(deps, subscription, now)


def digest_mark(subscription: ChannelSubscription) -> str:
    """Under which name the days of a subscription's digests are marked."""
    return f"digest/{subscription.id}"


async def _tell(deps: Deps, subscription: ChannelSubscription) -> None:
    now = deps.clock()
    async with deps.store.read() as conn:
        recent = await told_since(conn, subscription.id, now - BURST_WINDOW, limit=BURST + 1)
    if any(notice.is_gathered for notice in recent):
        return
    gathering = Gathering(deps, subscription.id)
    try:
        flood = await gathering.set_aside(_flood_id(subscription))
        post = partial(_post_flood, flood=flood) if flood else _post_waiting
        if not await post(deps, subscription, gathering):
            return
        deps.outbox.ring()
        if flood:
            await gathering.settle(flood, now)
    except ElsewhereError:
        return


async def _post_waiting(deps: Deps, subscription: ChannelSubscription, gathering: Gathering) -> bool:
    """Write the messages that it is time for; whether there is one."""
    now = deps.clock()
    async with deps.store.write() as conn:
        current = await still_told(deps, conn, subscription.id)
        if current is None:
            return False
        await gathering.hold(conn)
        waiting, views = await true_now(deps, conn, await waiting_notices(conn, subscription.id, limit=SLICE))
        recent = await told_since(conn, subscription.id, now - BURST_WINDOW, limit=BURST + 1)
        planned = plan(waiting, recent, now)
        for notice in planned.singly:
            drawn = notice_message(views[notice.id], place_of(deps))
            await _post(conn, current, drawn, [notice], now)
        if planned.gathered:
            shown = tuple(views[notice.id] for notice in planned.gathered)
            drawn = digest_message(DigestView(title=counted_news(len(shown)), news=shown), place_of(deps))
            await _post(conn, current, drawn, planned.gathered, now)
        await gathering.let_go(conn)
    return bool(planned.singly or planned.gathered)


async def _post_flood(deps: Deps, subscription: ChannelSubscription, gathering: Gathering, *, flood: str) -> bool:
    """Write the one message of all that was set aside and of what still waits; whether there was anything."""
    now = deps.clock()
    async with deps.store.write() as conn:
        current = await still_told(deps, conn, subscription.id)
        if current is None or await gathering.is_written(conn, flood):
            await gathering.let_go(conn)
            return False
        view, waiting = await _all_news(deps, conn, gathering, flood)
        total = sum(view.counts.values())
        if total:
            drawn = digest_message(replace(view, title=counted_news(total)), place_of(deps))
            await _post(conn, current, drawn, waiting, now, flood=flood)
    return bool(total)


async def _all_news(
    deps: Deps, conn: WriteConnection, gathering: Gathering, flood: str
) -> tuple[DigestView, list[Notice]]:
    """What a digest without a title tells: what was set aside, if anything was, and what waits; and the latter."""
    known = await waiting_notices(conn, gathering.subscription_id, limit=SLICE)
    waiting, views = await true_now(deps, conn, known)
    aside = await gathering.aside(conn, flood) if flood else Aside(counts={}, first=())
    counts = Counter(notice.kind for notice in waiting) + Counter(aside.counts)
    return DigestView(title="", news=(*aside.first, *(views[notice.id] for notice in waiting)), counts=counts), waiting


async def _tell_digest(deps: Deps, subscription: ChannelSubscription, now: datetime) -> None:
    gathering = Gathering(deps, subscription.id)
    try:
        flood = await gathering.set_aside(_flood_id(subscription))
        if not await _post_digest(deps, subscription, gathering, flood, now):
            return
        deps.outbox.ring()
        if flood:
            await gathering.settle(flood, now)
    except ElsewhereError:
        return


async def _post_digest(
    deps: Deps, subscription: ChannelSubscription, gathering: Gathering, flood: str, now: datetime
) -> bool:
    due = digest_day(subscription, now)
    async with deps.store.write() as conn:
        if flood and await gathering.is_written(conn, flood):
            return False
        # Of two replicas one goes on.
        if not await mark_day(conn, digest_mark(subscription), due):
            return False
        current = await still_told(deps, conn, subscription.id)
        if current is None:
            return False
        view, waiting = await _all_news(deps, conn, gathering, flood)
        drawn = await _digest(deps, conn, current, view, now)
        await _post(conn, current, drawn, waiting, now, key=due.isoformat(), flood=flood)
    return True


def _flood_id(subscription: ChannelSubscription) -> str:
    # Never that of another message, in which what is set aside now would be lost.
    return f"{KIND}/{subscription.id}/{uuid4().hex}"


async def _digest(
    deps: Deps, conn: ReadConnection, subscription: ChannelSubscription, view: DigestView, now: datetime
) -> Message:
    place = place_of(deps)
    word = "Daily" if subscription.rhythm is Rhythm.DAILY else "Weekly"
    local = day(now.astimezone(ZoneInfo(subscription.time_zone)).date(), place)
    aging = await portfolio_aging(conn, subscription.wanted, deps.today())
    title = f"{word} digest of {local}: {counted_news(sum(view.counts.values()))}"
    return digest_message(replace(view, title=title, aging=aging), place)


async def _post(
    conn: WriteConnection,
    subscription: ChannelSubscription,
    drawn: Message,
    told: Sequence[Notice],
    now: datetime,
    *,
    key: str = "",
    flood: str = "",
) -> None:
    """`key` names the occasion where it is not what is told that does; `flood` is the id when more was set aside."""
    ids = [notice.id for notice in told]
    name = key or hashlib.blake2b("\n".join(ids).encode(), digest_size=12).hexdigest()
    delivery = slack_post(
        drawn,
        id=flood or f"{KIND}/{subscription.id}/{name}",
        kind=KIND,
        channel=subscription.channel_id,
        at=now,
        author=subscription.owner_slack,
        about_id=told[0].about_id if len(told) == 1 and not flood else "",
    )
    await add_deliveries(conn, [delivery])
    await mark_told(conn, ids, at=now, delivery_id=delivery.id, is_gathered=bool(flood) or len(ids) > 1)
