"""From news that waits to messages in the outbox: each is told by one message, or by none when it is true no more.

A message and the word that its notices are told are written in one transaction. Slack's part comes after that, from
the outbox, which sends each message once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.cards import place_of
from bot.deliver import slack_post
from bot.deps import Deps
from bot.notify.past_due import customers_of
from bot.notify.rhythm import BURST_WINDOW, digest_day, is_quiet, plan
from bot.notify.standing import still_told
from bot.views.amounts import day
from bot.views.notices import DigestView, NoticeView, counted_news, digest_message, notice_message
from bot.views.parts import Message
from store.customers import Customer, customers_by_id
from store.day_marks import mark_day, marked_day
from store.db import ReadConnection, WriteConnection
from store.deliveries import add_deliveries
from store.disputes import disputed_invoices
from store.invoices import Invoice, days_past_due, invoices_by_id
from store.notices import Notice, forget_notices, mark_told, subscriptions_waiting, told_since, waiting_notices
from store.portfolio_aging import portfolio_aging
from store.records import RecordId
from store.subscriptions import (
    ChannelSubscription,
    NewsKind,
    Rhythm,
    active_subscriptions,
)
from store.upsert import chunks

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
    async with deps.store.write() as conn:
        current = await still_told(deps, conn, subscription.id)
        if current is None:
            return
        known = await waiting_notices(conn, subscription.id)
        waiting, views = await _true_now(deps, conn, known)
        planned = plan(waiting, await told_since(conn, subscription.id, now - BURST_WINDOW), now)
        for notice in planned.singly:
            drawn = notice_message(views[notice.id], place_of(deps))
            await _post(conn, current, drawn, [notice], now)
        if planned.gathered:
            shown = tuple(views[notice.id] for notice in planned.gathered)
            drawn = digest_message(DigestView(title=counted_news(len(shown)), news=shown), place_of(deps))
            await _post(conn, current, drawn, planned.gathered, now)
        posted = bool(planned.singly or planned.gathered)
    if posted:
        deps.outbox.ring()


async def _tell_digest(deps: Deps, subscription: ChannelSubscription, now: datetime) -> None:
    due = digest_day(subscription, now)
    async with deps.store.write() as conn:
        # The first thing, so that of two replicas one goes on.
        if not await mark_day(conn, digest_mark(subscription), due):
            return
        current = await still_told(deps, conn, subscription.id)
        if current is None:
            return
        waiting, views = await _true_now(deps, conn, await waiting_notices(conn, subscription.id))
        drawn = await _digest(deps, conn, current, tuple(views[notice.id] for notice in waiting), now)
        await _post(conn, current, drawn, waiting, now, key=due.isoformat())
    deps.outbox.ring()


async def _digest(
    deps: Deps,
    conn: ReadConnection,
    subscription: ChannelSubscription,
    news: tuple[NoticeView, ...],
    now: datetime,
) -> Message:
    place = place_of(deps)
    word = "Daily" if subscription.rhythm is Rhythm.DAILY else "Weekly"
    local = day(now.astimezone(ZoneInfo(subscription.time_zone)).date(), place)
    aging = await portfolio_aging(conn, subscription.wanted, deps.today())
    return digest_message(
        DigestView(title=f"{word} digest of {local}: {counted_news(len(news))}", news=news, aging=aging), place
    )


async def _true_now(
    deps: Deps, conn: WriteConnection, waiting: Sequence[Notice]
) -> tuple[list[Notice], dict[str, NoticeView]]:
    """What waits and is still so, and how each is shown; what is so no more is forgotten."""
    invoices, customers = await _records(conn, waiting)
    disputed = await disputed_invoices(conn, list(invoices))
    views: dict[str, NoticeView] = {}
    for notice in waiting:
        invoice = invoices.get(notice.about_id)
        if invoice is None or _is_so(notice.kind, invoice, deps.today(), is_disputed=invoice.id in disputed):
            views[notice.id] = _view(deps, notice, invoice, customers)
    await forget_notices(conn, [notice.id for notice in waiting if notice.id not in views])
    return [notice for notice in waiting if notice.id in views], views


async def _records(
    conn: ReadConnection, waiting: Sequence[Notice]
) -> tuple[dict[RecordId, Invoice], dict[RecordId, Customer]]:
    invoices: dict[RecordId, Invoice] = {}
    customers: dict[RecordId, Customer] = {}
    for chunk in chunks(sorted({notice.about_id for notice in waiting})):
        invoices |= await invoices_by_id(conn, chunk)
        customers |= await customers_by_id(conn, chunk)
    return invoices, customers | await customers_of(conn, invoices.values())


def _is_so(kind: NewsKind, invoice: Invoice, today: date, *, is_disputed: bool) -> bool:
    """Whether what was found about an invoice holds: paid or disputed meanwhile, it is not told as past due."""
    if kind is NewsKind.PAST_DUE:
        return days_past_due(invoice, today) > 0 and not is_disputed
    return invoice.deleted_at is None


def _view(deps: Deps, notice: Notice, invoice: Invoice | None, customers: Mapping[RecordId, Customer]) -> NoticeView:
    customer_id = invoice.customer_id if invoice else notice.about_id
    return NoticeView(
        kind=notice.kind,
        source=deps.source_titles.get(notice.origin, notice.origin),
        invoice=invoice,
        customer=customers.get(customer_id) if customer_id else None,
        amount=notice.amount,
        text=notice.text,
    )


async def _post(
    conn: WriteConnection,
    subscription: ChannelSubscription,
    drawn: Message,
    told: Sequence[Notice],
    now: datetime,
    *,
    key: str = "",
) -> None:
    """`key` names the occasion where it is not what is told that does."""
    ids = [notice.id for notice in told]
    name = key or hashlib.blake2b("\n".join(ids).encode(), digest_size=12).hexdigest()
    delivery = slack_post(
        drawn,
        id=f"{KIND}/{subscription.id}/{name}",
        kind=KIND,
        channel=subscription.channel_id,
        at=now,
        author=subscription.owner_slack,
        about_id=told[0].about_id if len(told) == 1 else "",
    )
    await add_deliveries(conn, [delivery])
    await mark_told(conn, ids, at=now, delivery_id=delivery.id, is_gathered=len(ids) > 1)
