"""The dry run: what a subscription would have posted in the last days, found by the same rules as the real thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.deps import Deps
from bot.notify.gather import Batch, news_in, read_batch
from bot.notify.news import News, past_due_news
from bot.notify.past_due import customers_of, first_morning
from bot.notify.rhythm import digest_day, is_quiet, plan
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
# Of a flood of changes the newest count: somebody waits for the answer.
_MAX_CHANGES = 5_000
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """How many messages there would have been, and how much news of each kind in them."""

    messages: int
    news: tuple[tuple[NewsKind, int], ...]


async def preview(deps: Deps, conn: ReadConnection, subscription: ChannelSubscription) -> Preview:
    """What the subscription would have posted in the last DAYS days, had it been there."""
    now = deps.clock()
    begin = now - timedelta(days=DAYS)
    early = replace(subscription, counts_from=begin)
    found = await _news(deps, conn, early, begin)
    notices = {notice.id: notice for notice in (notice_of(early, news) for news in found)}
    told = sorted(notices.values(), key=lambda notice: (notice.at, notice.id))
    kinds = [(kind, sum(notice.kind is kind for notice in told)) for kind in NewsKind]
    return Preview(messages=messages(early, told, begin, now), news=tuple(each for each in kinds if each[1]))


def messages(subscription: ChannelSubscription, found: Sequence[Notice], begin: datetime, end: datetime) -> int:
    """How many messages these notices make, in the order of their instants, by the rules of quiet hours and bursts."""
    if subscription.rhythm is not Rhythm.AT_ONCE:
        span = digest_day(subscription, end) - digest_day(subscription, begin)
        return span.days // (7 if subscription.rhythm is Rhythm.WEEKLY else 1)
    looks = {begin + _STEP * step for step in range((end - begin) // _STEP + 1)} | {notice.at for notice in found}
    waiting: list[Notice] = []
    told: list[Notice] = []
    coming, count = list(found), 0
    for now in sorted(looks):
        while coming and coming[0].at <= now:
            waiting.append(coming.pop(0))
        if not waiting or is_quiet(subscription, now):
            continue
        planned = plan(waiting, told, now)
        gone = (*planned.singly, *planned.gathered)
        told += [replace(notice, told_at=now, is_gathered=notice in planned.gathered) for notice in gone]
        waiting = [notice for notice in waiting if notice not in gone]
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


async def _news(deps: Deps, conn: ReadConnection, subscription: ChannelSubscription, begin: datetime) -> list[News]:
    batch = await read_batch(conn, await changes_since(conn, begin, limit=_MAX_CHANGES))
    disputed = await disputed_invoices(conn, list(batch.invoices))
    of_changes = [
        news
        for news in await news_in(conn, batch)
        if news.kind is not NewsKind.PAST_DUE or news.about_id not in disputed
    ]
    found = [*of_changes, *await _broken_limits(conn, begin), *await _troubles(conn, begin)]
    wanted = [news for news in found if is_wanted(subscription, news, _day_of(news.at, deps.zone))]
    if NewsKind.PAST_DUE not in subscription.events:
        return wanted
    return wanted + await _crossed(deps, conn, subscription, batch, begin)


async def _crossed(
    deps: Deps, conn: ReadConnection, subscription: ChannelSubscription, batch: Batch, begin: datetime
) -> list[News]:
    """What became past due as days passed: what is open still, and what was paid since."""
    days, today = timedelta(days=days_to_cross(subscription.wanted)), deps.today()
    first, last = first_morning(deps, begin) - days, today - days
    known = {invoice.id: invoice async for page in due_between(conn, first, last) for invoice in page}
    paid = {each.id: each for each in batch.invoices.values() if each.due_date and first <= each.due_date <= last}
    invoices = list((paid | known).values())
    disputed = await disputed_invoices(conn, [invoice.id for invoice in invoices])
    customers = await customers_of(conn, invoices)
    found = [_crossing(deps, invoice, customers, batch, days) for invoice in invoices if invoice.id not in disputed]
    return [
        news
        for news in found
        if news is not None and news.at <= deps.clock() and is_wanted(subscription, news, _day_of(news.at, deps.zone))
    ]


def _crossing(
    deps: Deps,
    invoice: Invoice,
    customers: dict[RecordId, Customer],
    batch: Batch,
    days: timedelta,
) -> News | None:
    if invoice.due_date is None:
        return None
    at = _morning(invoice.due_date + days, deps.rules.notify.past_due_at, deps.zone)
    changes = [change for change in batch.changes if change.record_id == invoice.id]
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
