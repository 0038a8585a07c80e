"""Newly past due: nobody changes an invoice when its due date passes, so once a day the store is asked.

An invoice is told to a subscription once for each of its due dates. One in dispute is forgotten when it would be
posted, and found again on the day after that was settled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.deps import Deps
from bot.notify.news import past_due_news
from bot.notify.rhythm import due_day
from bot.notify.wanted import days_to_cross, is_wanted, notice_of
from store.crossings import due_page
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
        subscriptions = await active_subscriptions(conn)
    for subscription in subscriptions:
        if NewsKind.PAST_DUE in subscription.events:
            for search in _searches(deps, subscription, done, day):
                await _keep_all(deps, subscription, search, now)
    # Last: what was found before a crash is found again then, and kept once.
    async with deps.store.write() as conn:
        await mark_day(conn, _MARK, day)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """Which invoices to look at: by due date, both days included; of settled disputes only, where an instant is."""

    first: date
    last: date
    today: date
    settled_since: datetime | None = None


def _searches(deps: Deps, subscription: ChannelSubscription, done: date | None, today: date) -> tuple[_Search, ...]:
    """What crossed on the days since the last that was done, and what was in dispute then and is no more."""
    days = timedelta(days=days_to_cross(subscription.wanted))
    since = first_morning(deps, subscription.counts_from)
    if done is None or done < since:
        return (_Search(first=since - days, last=today - days, today=today),)
    settled_since = datetime.combine(done - timedelta(days=1), time(), deps.zone)
    return (
        _Search(first=done + timedelta(days=1) - days, last=today - days, today=today),
        _Search(first=since - days, last=done - days, today=today, settled_since=settled_since),
    )


async def _keep_all(deps: Deps, subscription: ChannelSubscription, search: _Search, now: datetime) -> None:
    """Keep what is news of a search page by page, so that nobody waits long for the store."""
    after = RecordId("")
    while True:
        async with deps.store.read() as conn:
            page = await due_page(conn, search.first, search.last, after=after, settled_since=search.settled_since)
            found = await _crossed(conn, subscription, page, search.today, now)
        if found:
            async with deps.store.write() as conn:
                await add_notices(conn, found)
        if not page:
            return
        after = page[-1].id


async def _crossed(
    conn: ReadConnection, subscription: ChannelSubscription, page: Sequence[Invoice], today: date, now: datetime
) -> list[Notice]:
    """What of a page is news to the subscription, and was never told."""
    customers = await customers_of(conn, page)
    found: list[Notice] = []
    for invoice in page:
        customer = customers.get(invoice.customer_id) if invoice.customer_id else None
        news = past_due_news(invoice, customer, now)
        if news is not None and is_wanted(subscription, news, today):
            found.append(notice_of(subscription, news))
    known = await known_notices(conn, [notice.id for notice in found])
    return [notice for notice in found if notice.id not in known]
