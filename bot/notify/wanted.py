"""Whether a piece of news is wanted by a subscription. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bot.notify.news import News
from store.customers import Customer
from store.invoices import InvoiceStatus
from store.money import Money
from store.notices import Notice
from store.portfolio import InvoiceFilter, has_custom, matches, owner_of
from store.records import RecordId
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm


def is_wanted(subscription: ChannelSubscription, news: News, today: date) -> bool:
    """Whether the subscription asked for this; `today` is the company's calendar date."""
    if news.kind not in subscription.events or news.at < subscription.counts_from:
        return False
    return _FITS[news.kind](subscription.wanted, news, today)


def is_equal(one: ChannelSubscription, other: ChannelSubscription) -> bool:
    """Whether two of one place, which are not the same one, tell the same at the same times."""
    return one.id != other.id and _what(one) == _what(other)


def days_to_cross(wanted: InvoiceFilter) -> int:
    """On which day after its due date an invoice becomes news: the first of its days past due that is wanted."""
    return (wanted.days_over or 0) + 1


def notice_of(subscription: ChannelSubscription, news: News) -> Notice:
    """The news as a subscription's own, under an id that is the same whenever it is found again."""
    about = news.about_id or RecordId("")
    return Notice(
        id=":".join((subscription.id, news.kind.value, about or news.origin, news.occasion)),
        subscription_id=subscription.id,
        kind=news.kind,
        at=news.at,
        about_id=about,
        origin=news.origin,
        amount=news.amount,
        text=news.text,
    )


def _what(subscription: ChannelSubscription) -> tuple[object, ...]:
    """What is told, and when; of the times only those that count in its rhythm."""
    quiet = (subscription.quiet_from, subscription.quiet_until)
    digest = (subscription.digest_at, subscription.digest_weekday, subscription.time_zone)
    times = (quiet, subscription.time_zone if any(quiet) else "")
    is_at_once = subscription.rhythm is Rhythm.AT_ONCE
    return (frozenset(subscription.events), subscription.wanted, subscription.rhythm, times if is_at_once else digest)


def _fits_past_due(wanted: InvoiceFilter, news: News, today: date) -> bool:
    if news.invoice is None or not matches(_with_days(wanted), news.invoice, news.customer, today):
        return False
    # It was past due by its earlier due date as well, so it is not newly so.
    return news.previous_due is None or (today - news.previous_due).days < days_to_cross(wanted)


def _fits_payment(wanted: InvoiceFilter, news: News, today: date) -> bool:
    """By what was paid, and by how late: what is still open says nothing of it."""
    return _fits_as_owed(wanted, news, today)


def _fits_large(wanted: InvoiceFilter, news: News, today: date) -> bool:
    return wanted.amount_over is not None and _fits_as_owed(replace(wanted, days_over=None), news, today)


def _fits_note(wanted: InvoiceFilter, news: News, today: date) -> bool:
    if news.invoice is not None:
        return matches(wanted, news.invoice, news.customer, today)
    return news.customer is not None and _fits_customer(wanted, news.customer, None)


def _fits_limit(wanted: InvoiceFilter, news: News, today: date) -> bool:
    del today
    return news.customer is not None and _fits_customer(wanted, news.customer, news.amount)


def _fits_always(wanted: InvoiceFilter, news: News, today: date) -> bool:
    del wanted, news, today
    return True


def _fits_as_owed(wanted: InvoiceFilter, news: News, today: date) -> bool:
    """Whether the invoice would be wanted if the news' amount were open on it."""
    if news.invoice is None or news.amount is None:
        return False
    owed = replace(news.invoice, open_balance=news.amount, status=InvoiceStatus.OPEN, deleted_at=None)
    return matches(wanted, owed, news.customer, today)


def _fits_customer(wanted: InvoiceFilter, customer: Customer, amount: Money | None) -> bool:
    return (
        wanted.owner in {None, owner_of(None, customer)}
        and wanted.customer_id in {None, customer.id}
        and wanted.subsidiary in {None, customer.subsidiary}
        and has_custom(wanted, None, customer)
        and (amount is None or wanted.currency in {None, amount.currency})
        and (amount is None or wanted.amount_over is None or amount.decimal > wanted.amount_over)
    )


def _with_days(wanted: InvoiceFilter) -> InvoiceFilter:
    """The filter, for invoices that are past due at all."""
    return replace(wanted, days_over=wanted.days_over or 0)


_FITS: Mapping[NewsKind, Callable[[InvoiceFilter, News, date], bool]] = {
    NewsKind.PAST_DUE: _fits_past_due,
    NewsKind.PAYMENT: _fits_payment,
    NewsKind.LARGE_INVOICE: _fits_large,
    NewsKind.CREDIT_LIMIT: _fits_limit,
    NewsKind.ERP_NOTE: _fits_note,
    NewsKind.SYNC_TROUBLE: _fits_always,
}
