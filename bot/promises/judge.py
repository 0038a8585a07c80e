"""The judge of promises to pay: counts what comes in, says once how a promise turned out, and tells who recorded it.

A promise is kept as soon as its amount has come. Where it has not by the promised day, that is said once the source was
read after that day: until then a payment may only not have been seen.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.access import Capability, SlackPerson, decide
from bot.deps import Deps
from bot.feature import Feature
from bot.feed import Reader, follow, read_on
from bot.notify.news import paid_minor
from bot.promises.messages import KIND, end_of_day, message_to_author, promise_view, tell_judgement
from bot.promises.reversals import reopen_kept
from bot.reading.cards import place_of
from bot.views.judged_promise import waiting_promise
from bot.views.outbox import REFUSED_HERE
from store.changes import Change, settled_sequence
from store.cursors import read_as_of, read_cursor
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery, add_deliveries, delivery_by_id
from store.feed_cursors import feed_position
from store.invoices import Invoice, InvoiceStatus, invoice_by_id, invoices_by_id
from store.money import Money
from store.promises import (
    Promise,
    PromiseState,
    add_received,
    judge_promise,
    open_promises,
    open_promises_about,
    promise_by_id,
    withdraw_promise,
)
from store.sending import Outcome, Refused

_READER = "promises"
_PAGE = 200
# A source that was not read for so long after the promised day may never be: who recorded the promise should know.
_PATIENCE = timedelta(days=7)


def outcome(promise: Promise, *, is_over: bool) -> PromiseState:
    """How a promise stands; `is_over` when all that came by the promised day has been seen."""
    received = promise.received.minor if promise.received else 0
    if received >= promise.amount.minor:
        return PromiseState.KEPT
    if not is_over:
        return PromiseState.OPEN
    return PromiseState.PARTLY_KEPT if received > 0 else PromiseState.BROKEN


def shares(paid: Money, promises: Sequence[Promise]) -> tuple[tuple[Promise, Money], ...]:
    """How a payment counts towards promises about one record: the soonest first, towards none beyond its amount.

    One that is taken back, which is negative, is taken off again: the latest first, off none more than it got.
    """
    if paid.minor < 0:
        return _taken_back(paid, promises)
    left, found = paid.minor, []
    for promise in promises:
        if promise.amount.currency != paid.currency:
            continue
        received = promise.received.minor if promise.received else 0
        share = min(left, promise.amount.minor - received)
        if share > 0:
            found.append((promise, Money(currency=paid.currency, minor=share)))
            left -= share
    return tuple(found)


def _taken_back(paid: Money, promises: Sequence[Promise]) -> tuple[tuple[Promise, Money], ...]:
    left, found = -paid.minor, []
    for promise in reversed(promises):
        got = promise.received.minor if promise.received and promise.received.currency == paid.currency else 0
        if share := min(left, got):
            found.append((promise, Money(currency=paid.currency, minor=-share)))
            left -= share
    return tuple(found)


@asynccontextmanager
async def judging(deps: Deps) -> AsyncIterator[None]:
    """Judge promises as long as the block lasts."""
    async with follow(deps, reader(deps), after_round=partial(judge_due, deps)):
        yield


def reader(deps: Deps) -> Reader:
    """The reader of the feed that counts payments towards promises."""

    async def handle(conn: WriteConnection, changes: tuple[Change, ...]) -> None:
        of_invoices = [change for change in changes if change.kind == "invoice" and change.action == "changed"]
        ids = sorted({change.record_id for change in of_invoices if "open_balance_minor" in change.fields})
        invoices = await invoices_by_id(conn, ids)
        for change in of_invoices:
            if invoice := invoices.get(change.record_id):
                await _count(deps, conn, change, invoice)

    return Reader(name=_READER, handle=handle)


async def judge_due(deps: Deps) -> None:
    """Judge the promises whose day is over and whose source was read since, by all that was read by then."""
    after = ""
    while True:
        async with deps.store.read() as conn:
            page = await open_promises(conn, after=after, limit=_PAGE)
            over = [promise for promise in page if await _is_over(deps, conn, promise)]
        for promise in page:
            if promise not in over and deps.clock() >= end_of_day(promise.promised_on, deps.zone) + _PATIENCE:
                await _say_waiting(deps, promise)
        if over:
            await _judge_all(deps, over)
        if len(page) < _PAGE:
            return
        after = page[-1].id


async def check(deps: Deps, delivery: Delivery) -> Outcome | None:
    """Why a judgement can't be sent to who recorded the promise: they may not see it any more. Raises StoreError."""
    async with deps.store.read() as conn:
        person = SlackPerson(team_id=deps.team_id, user_id=delivery.author)
        allowed = (await decide(conn, person, Capability.LOOK_UP)).allowed
    return None if allowed else Refused(reason=f"{REFUSED_HERE}: Your account here does not allow this any more.")


async def _judge_all(deps: Deps, over: Sequence[Promise]) -> None:
    """Judge promises whose source was seen to be read past their day.

    What the source told by then is settled in the feed, but may not have been counted yet: that comes first.
    """
    async with deps.store.write() as conn:
        settled = await settled_sequence(conn)
    while await read_on(deps.store, reader(deps)):
        pass
    for promise in over:
        async with deps.store.write() as conn:
            # The position before the promise, so that all up to there is counted in it.
            position = await feed_position(conn, _READER)
            current = await promise_by_id(conn, promise.id)
            if position is None or position < settled or current is None:
                return
            if current.state is PromiseState.OPEN:
                await _judge(deps, conn, current, is_over=True)
        deps.outbox.ring()


async def _count(deps: Deps, conn: WriteConnection, change: Change, invoice: Invoice) -> None:
    paid = Money(currency=invoice.open_balance.currency, minor=paid_minor(change, invoice.status))
    if not paid.minor or change.at is None:
        return
    about = [invoice.id, *([invoice.customer_id] if invoice.customer_id else [])]
    waiting = [each for each in await open_promises_about(conn, about) if each.made_at < change.at]
    for record_id in about:
        counted = shares(paid, [each for each in waiting if each.about_id == record_id])
        for promise, share in counted:
            await add_received(conn, promise.id, share)
            received = share if promise.received is None else promise.received + share
            await _judge(deps, conn, replace(promise, received=received), is_over=False)
        left = -paid.minor + sum(share.minor for _, share in counted)
        if left > 0:
            await reopen_kept(deps, conn, record_id, invoice, left_minor=left, reversed_at=change.at)


async def _is_over(deps: Deps, conn: ReadConnection, promise: Promise) -> bool:
    end = end_of_day(promise.promised_on, deps.zone)
    if deps.clock() < end:
        return False
    as_of = await _payments_seen_until(deps, conn, promise)
    return as_of is not None and as_of >= end


async def _payments_seen_until(deps: Deps, conn: ReadConnection, promise: Promise) -> datetime | None:
    """Up to when all that could have come of it was seen; None when that is not known.

    A customer of a system that has no invoices, such as one that only the CRM knows, is paid for in the others; where
    none has any, there is nothing to wait for but that the customer's own system was read.
    """
    origin = promise.about_id.partition(":")[0]
    if await read_cursor(conn, origin, "invoices") is not None:
        return await read_as_of(conn, origin, "invoices")
    others = [source for source in deps.source_titles if await read_cursor(conn, source, "invoices") is not None]
    if not others:
        return await read_as_of(conn, origin, "customers")
    seen = [await read_as_of(conn, source, "invoices") for source in others]
    return min((each for each in seen if each is not None), default=None) if None not in seen else None


async def _judge(deps: Deps, conn: WriteConnection, promise: Promise, *, is_over: bool) -> None:
    """Say how it turned out, if it has."""
    invoice = await invoice_by_id(conn, promise.about_id)
    state = outcome(promise, is_over=is_over)
    if state is PromiseState.OPEN:
        return
    now = deps.clock()
    if state is not PromiseState.KEPT and invoice is not None and _is_void(invoice):
        await withdraw_promise(conn, promise.id, at=now)
        return
    received = promise.received or Money(currency=promise.amount.currency, minor=0)
    if await judge_promise(conn, promise.id, state, received=received, at=now):
        await tell_judgement(deps, conn, replace(promise, state=state, received=received), invoice)


async def _say_waiting(deps: Deps, promise: Promise) -> None:
    """Tell who recorded it, once, that its source was not read for long."""
    delivery_id = f"{KIND}/{promise.id}/waiting"
    async with deps.store.read() as conn:
        if await delivery_by_id(conn, delivery_id) is not None:
            return
        invoice = await invoice_by_id(conn, promise.about_id)
        view = await promise_view(conn, promise, invoice)
    origin = promise.about_id.partition(":")[0]
    drawn = waiting_promise(view, place_of(deps), deps.source_titles.get(origin, origin))
    # Whether they may see it is decided when it is sent.
    async with deps.store.write() as conn:
        await add_deliveries(conn, [message_to_author(promise, drawn, delivery_id, deps.clock())])
    deps.outbox.ring()


def _is_void(invoice: Invoice) -> bool:
    """Whether there is nothing to pay any more: a promise of it can't be broken."""
    return invoice.status is InvoiceStatus.VOIDED or invoice.deleted_at is not None


FEATURE = Feature(scopes=frozenset({"chat:write"}), checks={KIND: check}, services=(judging,))
