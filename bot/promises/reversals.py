"""A payment that is taken back: promises that it had kept wait again, and who recorded them hears so once."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.deps import Deps
from bot.promises.messages import end_of_day, tell_reopened
from store.db import WriteConnection
from store.invoices import Invoice, invoice_by_id
from store.money import Money
from store.promises import Promise, PromiseState, kept_promises_about, reopen_promise
from store.records import RecordId

# A bounced debit or a disputed card payment comes back within four months; what is later is another story.
_COMES_BACK_WITHIN = timedelta(days=120)


async def reopen_kept(
    deps: Deps, conn: WriteConnection, about_id: RecordId, invoice: Invoice, *, left_minor: int, reversed_at: datetime
) -> None:
    """Let kept promises about a record wait again, the latest first, until all that was taken back is accounted for.

    `left_minor`, in the invoice's currency, is what open promises had not got.
    """
    currency = invoice.open_balance.currency
    since = reversed_at - _COMES_BACK_WITHIN
    about = await invoice_by_id(conn, about_id)
    for promise in await kept_promises_about(conn, about_id, since=since):
        if left_minor <= 0 or promise.amount.currency != currency or promise.made_at >= reversed_at:
            continue
        received = still_received(promise, about, left_minor)
        left_minor -= (promise.received or promise.amount).minor - received.minor
        if received.minor >= promise.amount.minor:
            continue
        if await reopen_promise(conn, promise.id, received=received, at=deps.clock()):
            await _tell(deps, conn, replace(promise, state=PromiseState.OPEN, received=received), about)


def still_received(promise: Promise, invoice: Invoice | None, taken_minor: int) -> Money:
    """What has come of a kept promise after so much was taken back: of an invoice, as its open balance says."""
    got = (promise.received or promise.amount).minor
    left = promise.owed.minor - invoice.open_balance.minor if invoice else got - taken_minor
    return Money(currency=promise.amount.currency, minor=max(0, min(got, left)))


async def _tell(deps: Deps, conn: WriteConnection, promise: Promise, invoice: Invoice | None) -> None:
    """Once: where its day is over, the judge says in the same round how it turned out."""
    if deps.clock() < end_of_day(promise.promised_on, deps.zone):
        await tell_reopened(deps, conn, promise, invoice)
    deps.outbox.ring()
