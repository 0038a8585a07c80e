"""Newly past due: nobody changes an invoice when its due date passes, so once a day the store is asked.

An invoice is told to a subscription once for each of its due dates. One in dispute is found each day, and told on the
first on which that is settled: what is not so when it would be posted is forgotten.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.deps import Deps
from bot.notify.news import past_due_news
from bot.notify.rhythm import due_day
from bot.notify.wanted import days_to_cross, is_wanted, notice_of
from store.crossings import due_between
from store.customers import Customer, customers_by_id
from store.day_marks import mark_day, marked_day
from store.db import ReadConnection
from store.invoices import Invoice
from store.notices import Notice, add_notices, known_notices
from store.records import RecordId
from store.subscriptions import ChannelSubscription, NewsKind, active_subscriptions
from store.upsert import chunks

_MARK = "past_due"


async def tell_new_day(deps: Deps) -> None:
    """Find what became past due, if that was not done today; days on which nobody could are made up for."""
    now = deps.clock()
    day = due_day(now, deps.zone, deps.rules.notify.past_due_at)
    async with deps.store.read() as conn:
        done = await marked_day(conn, _MARK)
        if done is not None and done >= day:
            return
        found = await _all_crossed(deps, conn, await active_subscriptions(conn), day, now)
    async with deps.store.write() as conn:
        if await mark_day(conn, _MARK, day):
            await add_notices(conn, found)


def first_morning(deps: Deps, instant: datetime) -> date:
    """The first day whose past due invoices are told after this instant."""
    return due_day(instant, deps.zone, deps.rules.notify.past_due_at) + timedelta(days=1)


async def customers_of(conn: ReadConnection, invoices: Iterable[Invoice]) -> dict[RecordId, Customer]:
    """The customers of these invoices, by their ids."""
    ids = sorted({invoice.customer_id for invoice in invoices if invoice.customer_id})
    known: dict[RecordId, Customer] = {}
    for chunk in chunks(ids):
        known |= await customers_by_id(conn, chunk)
    return known


async def _all_crossed(
    deps: Deps, conn: ReadConnection, subscriptions: Iterable[ChannelSubscription], today: date, now: datetime
) -> tuple[Notice, ...]:
    """What became past due for these subscriptions since each counts, up to today, and was never told."""
    found: list[Notice] = []
    for subscription in subscriptions:
        if NewsKind.PAST_DUE in subscription.events:
            since = first_morning(deps, subscription.counts_from)
            found += await _crossed(conn, subscription, since, today, now)
    known = await known_notices(conn, [notice.id for notice in found])
    return tuple(notice for notice in found if notice.id not in known)


async def _crossed(
    conn: ReadConnection, subscription: ChannelSubscription, since: date, today: date, now: datetime
) -> list[Notice]:
    days = timedelta(days=days_to_cross(subscription.wanted))
    found: list[Notice] = []
    async for page in due_between(conn, since - days, today - days):
        customers = await customers_of(conn, page)
        for invoice in page:
            customer = customers.get(invoice.customer_id) if invoice.customer_id else None
            news = past_due_news(invoice, customer, now)
            if news is not None and is_wanted(subscription, news, today):
                found.append(notice_of(subscription, news))
    return found
