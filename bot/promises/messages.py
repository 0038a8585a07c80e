"""What whoever recorded a promise to pay is told of it, in direct messages."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.access import Capability, SlackPerson, decide
from bot.deliver import slack_post
from bot.deps import Deps
from bot.reading.cards import place_of
from bot.views.judged_promise import JudgedPromise, judged_promise, reopened_promise
from bot.views.parts import Message
from store.customers import customer_by_id
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery, add_deliveries, delivery_by_id
from store.invoices import Invoice
from store.promises import Promise

KIND = "promise"


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a calendar day is over there."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


async def promise_view(conn: ReadConnection, promise: Promise, invoice: Invoice | None) -> JudgedPromise:
    """A promise with the records that it is about."""
    customer_id = invoice.customer_id if invoice else promise.about_id
    customer = await customer_by_id(conn, customer_id) if customer_id else None
    return JudgedPromise(promise=promise, invoice=invoice, customer=customer)


def message_to_author(promise: Promise, drawn: Message, delivery_id: str, now: datetime) -> Delivery:
    """The direct message to whoever recorded it."""
    return slack_post(
        drawn,
        id=delivery_id,
        kind=KIND,
        channel=promise.slack_user,
        at=now,
        author=promise.slack_user,
        about_id=promise.about_id,
    )


async def tell_judgement(deps: Deps, conn: WriteConnection, promise: Promise, invoice: Invoice | None) -> None:
    """How it turned out, if they may still see it; after a payment was taken back, how it turned out then."""
    if not await _may_see(deps, conn, promise):
        return
    first, now = f"{KIND}/{promise.id}", deps.clock()
    is_anew = await delivery_by_id(conn, first) is not None
    drawn = judged_promise(await promise_view(conn, promise, invoice), place_of(deps), is_anew=is_anew)
    id_ = f"{first}/{now.timestamp():.0f}" if is_anew else first
    await add_deliveries(conn, [message_to_author(promise, drawn, id_, now)])


async def tell_reopened(deps: Deps, conn: WriteConnection, promise: Promise, invoice: Invoice | None) -> None:
    """That what counted as kept does so no more, if they may still see it."""
    if not await _may_see(deps, conn, promise):
        return
    now = deps.clock()
    drawn = reopened_promise(await promise_view(conn, promise, invoice), place_of(deps))
    id_ = f"{KIND}/{promise.id}/reopened/{now.timestamp():.0f}"
    await add_deliveries(conn, [message_to_author(promise, drawn, id_, now)])


async def _may_see(deps: Deps, conn: ReadConnection, promise: Promise) -> bool:
    person = SlackPerson(team_id=deps.team_id, user_id=promise.slack_user)
    return (await decide(conn, person, Capability.LOOK_UP)).allowed
