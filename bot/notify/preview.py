"""The dry run: what a subscription would have posted in the last days, found by the same rules as the real thing."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.deps import Deps
from bot.notify.gather import Batch, has_news_before, news_in, read_batch
from bot.notify.news import News, past_due_news
from bot.notify.past_due import customers_of, first_morning
from bot.notify.rhythm import BURST_WINDOW, digest_day, is_quiet, plan
from bot.notify.wanted import days_to_cross, is_wanted, notice_of
from store.changes import Change, changes_since
from store.credit_limits import breaks_since
from store.crossings import due_between
from store.customers import Customer, customers_by_id
from store.db import ReadConnection
from store.disputes import disputed_invoices
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.notices import Notice
from store.records import RecordId
from store.source_alerts import alerts_since
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm

DAYS = 7
# Of a flood of changes the newest count, and of invoices that are past due no more of them: somebody waits.
MOST = 5_000
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """How many messages there would have been, and how much news of each kind in them.

    `is_partial` says that there was more than MOST to look at, and only so much was counted.
    """

    messages: int
    news: tuple[tuple[NewsKind, int], ...]
    is_partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What was read: news that may be wanted, and the invoices that may have become past due as days passed."""

    news: tuple[News, ...]
    batch: Batch
    due: tuple[Invoice, ...] = ()
    customers: Mapping[RecordId, Customer]
    is_partial: bool


async def preview(deps: Deps, subscription: ChannelSubscription) -> Preview:
    """What the subscription would have posted in the last DAYS days, had it been there."""
    begin = deps.clock() - timedelta(days=DAYS)
    early = replace(subscription, counts_from=begin)
    async with deps.store.read() as conn:
        seen = await _seen(deps, conn, early, begin)
    # Judging thousands of them takes longer than others should wait for their acknowledgements.
    return await asyncio.to_thread(_counted, deps, early, seen, begin)


def _counted(deps: Deps, subscription: ChannelSubscription, seen: _Seen, begin: datetime) -> Preview:
    now = deps.clock()
    days = timedelta(days=days_to_cross(subscription.wanted))
    changes = _by_record(seen.batch.changes)
    crossed = (_crossing(deps, invoice, seen.customers, changes.get(invoice.id, ()), days) for invoice in seen.due)
    found = [*seen.news, *(news for news in crossed if news is not None and news.at <= now)]
    wanted = (news for news in found if is_wanted(subscription, news, _day_of(news.at, deps.zone)))
    notices = {notice.id: notice for notice in (notice_of(subscription, news) for news in wanted)}
    told = sorted(notices.values(), key=lambda notice: (notice.at, notice.id))
    count = Counter(notice.kind for notice in told)
    return Preview(
        messages=messages(subscription, told, begin, now),
        news=tuple((kind, count[kind]) for kind in NewsKind if count[kind]),
        is_partial=seen.is_partial,
    )


def messages(subscription: ChannelSubscription, found: Sequence[Notice], begin: datetime, end: datetime) -> int:
    """How many messages these notices make, in the order of their instants, by the rules of quiet hours and bursts."""
    if subscription.rhythm is not Rhythm.AT_ONCE:
        span = digest_day(subscription, end) - digest_day(subscription, begin)
        return span.days // (7 if subscription.rhythm is Rhythm.WEEKLY else 1)
    looks = {begin + _STEP * step for step in range((end - begin) // _STEP + 1)} | {notice.at for notice in found}
    waiting: list[Notice] = []
    told: list[Notice] = []
    coming, count = 0, 0
    for now in sorted(looks):
        while coming < len(found) and found[coming].at <= now:
            waiting.append(found[coming])
            coming += 1
        if not waiting or is_quiet(subscription, now):
            continue
        told = [notice for notice in told if notice.told_at is not None and now - notice.told_at < BURST_WINDOW]
        planned = plan(waiting, told, now)
        # One that was gathered stands for all of its message: the plan asks only whether there is any.
        told += [replace(notice, told_at=now) for notice in planned.singly]
        told += [replace(notice, told_at=now, is_gathered=True) for notice in planned.gathered[:1]]
        gone = {notice.id for notice in (*planned.singly, *planned.gathered)}
        waiting = [notice for notice in waiting if notice.id not in gone] if gone else waiting
        count += len(planned.singly) + bool(planned.gathered)
    return count


def open_then(invoice: Invoice, changes: Iterable[Change], instant: datetime) -> Invoice:
    """The invoice with what was open on it at an earlier instant, told by the first change after it."""
    for change in changes:
        if change.at is not None and change.at > instant and "open_balance_minor" in change.fields:
            before, _ = change.fields["open_balance_minor"]
            balance = Money(currency=invoice.open_balance.currency, minor=before)
            return replace(invoice, open_balance=balance, status=InvoiceStatus.OPEN)
    return invoice


async def _seen(deps: Deps, conn: ReadConnection, subscription: ChannelSubscription, begin: datetime) -> _Seen:
    changes = await changes_since(conn, begin, limit=MOST)
    is_full = len(changes) == MOST and await has_news_before(conn, changes[0], begin)
    batch = await read_batch(conn, changes)
    due, is_cut = await _due(deps, conn, subscription, batch, begin)
    disputed = await disputed_invoices(conn, list(batch.invoices.keys() | {invoice.id for invoice in due}))
    of_changes = [
        news
        for news in await news_in(conn, batch)
        if news.kind is not NewsKind.PAST_DUE or news.about_id not in disputed
    ]
    due = tuple(invoice for invoice in due if invoice.id not in disputed)
    return _Seen(
        news=(*of_changes, *await _broken_limits(conn, begin), *await _troubles(conn, begin)),
        batch=batch,
        due=due,
        customers=await customers_of(conn, due),
        is_partial=is_cut or is_full,
    )


async def _due(
    deps: Deps, conn: ReadConnection, subscription: ChannelSubscription, batch: Batch, begin: datetime
) -> tuple[tuple[Invoice, ...], bool]:
    """What may have become past due as days passed, of what is open still and what was paid since; whether cut."""
    if NewsKind.PAST_DUE not in subscription.events:
        return (), False
    days, today = timedelta(days=days_to_cross(subscription.wanted)), deps.today()
    first, last = first_morning(deps, begin) - days, today - days
    known, is_cut = await _first(due_between(conn, first, last))
    paid = {each.id: each for each in batch.invoices.values() if each.due_date and first <= each.due_date <= last}
    return tuple((paid | {invoice.id: invoice for invoice in known}).values()), is_cut


async def _first(pages: AsyncIterator[tuple[Invoice, ...]]) -> tuple[list[Invoice], bool]:
    """As many as are counted, and whether there are more."""
    found: list[Invoice] = []
    async for page in pages:
        found += page
        if len(found) > MOST:
            break
    return found[:MOST], len(found) > MOST


def _by_record(changes: Iterable[Change]) -> Mapping[RecordId, Sequence[Change]]:
    found: defaultdict[RecordId, list[Change]] = defaultdict(list)
    for change in changes:
        found[change.record_id].append(change)
    return found


def _crossing(
    deps: Deps,
    invoice: Invoice,
    customers: Mapping[RecordId, Customer],
    changes: Sequence[Change],
    days: timedelta,
) -> News | None:
    if invoice.due_date is None:
        return None
    at = _morning(invoice.due_date + days, deps.rules.notify.past_due_at, deps.zone)
    customer = customers.get(invoice.customer_id) if invoice.customer_id else None
    return past_due_news(open_then(invoice, changes, at), customer, at)


async def _broken_limits(conn: ReadConnection, begin: datetime) -> list[News]:
    since = await breaks_since(conn, begin)
    customers = await customers_by_id(conn, list(since))
    return [
        News(
            kind=NewsKind.CREDIT_LIMIT,
            occasion=since[customer.id].isoformat(),
            at=since[customer.id],
            origin=customer.origin,
            customer=customer,
        )
        for customer in customers.values()
    ]


async def _troubles(conn: ReadConnection, begin: datetime) -> list[News]:
    return [
        News(kind=NewsKind.SYNC_TROUBLE, occasion=told_at.isoformat(), at=told_at, origin=source)
        for source, told_at in await alerts_since(conn, begin)
    ]


def _morning(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)


def _day_of(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
