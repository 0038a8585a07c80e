"""How a promise to pay turned out, for whoever recorded it."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, day, money
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import Message, button, buttons_row, lines, message, small_print, words
from bot.views.text import literal
from bot.views.values import RecordRef
from store.customers import Customer
from store.invoices import Invoice
from store.money import Money
from store.promises import Promise, PromiseState


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedPromise:
    """A promise with its judgement, and the records that it is about as they are now."""

    promise: Promise
    invoice: Invoice | None = None
    customer: Customer | None = None


def judged_promise(view: JudgedPromise, place: Place, *, is_anew: bool = False) -> Message:
    """The judgement in one sentence, and the buttons to look at the record and to answer.

    `is_anew` says that they were told another one before: a payment was taken back since.
    """
    promise = view.promise
    told = f"{_verdict(promise, place)}: {_subject(view)}"
    promised = _promised(promise, place)
    came = _came(promise, place)
    since = " A payment was taken back since you were told of it before." if is_anew else ""
    said = f"{promised} · {came}.{since}" if since else f"{promised} · {came}"
    blocks = [
        lines("judgement", [[words(told, bold=True)], [words(said)]]),
        _recorded(promise, place),
        *_acts(view),
    ]
    return message(f"{told}. {promised}, {came}.{since}", blocks)


def reopened_promise(view: JudgedPromise, place: Place) -> Message:
    """That a promise that was kept waits again, because a payment was taken back."""
    promise = view.promise
    missing = promise.amount - (promise.received or _nothing(promise))
    told = f"A payment was taken back, so a promise is open again: {_subject(view)}"
    still = f"{money(missing, place)} of {money(promise.amount, place)} has still to come"
    due = f"by {day(promise.promised_on, place)}"
    blocks = [
        lines("judgement", [[words(told, bold=True)], [words(f"{still}, {due}")]]),
        _recorded(promise, place),
        *_acts(view),
    ]
    return message(f"{told}. {still}, {due}.", blocks)


def waiting_promise(view: JudgedPromise, place: Place, source: str) -> Message:
    """That nobody can say yet how it turned out; `source` is the system whose invoices were not read."""
    name = literal(source, MAX_NAME)
    told = f"A promise can't be judged yet: {_subject(view)}. Invoices of {name} were not read since the promised day"
    promised = _promised(view.promise, place)
    blocks = [lines("judgement", [[words(told, bold=True)], [words(promised)]]), _recorded(view.promise, place)]
    return message(f"{told}. {promised}.", blocks)


def _acts(view: JudgedPromise) -> list[Block]:
    """The buttons to look at the record and to answer."""
    ref = RecordRef(kind="invoice" if view.invoice else "customer", record_id=view.promise.about_id)
    return buttons_row("acts", button("Show card", "lookup.open", ref) + button("Reply to Tesorio", "reply.open", ref))


def _came(promise: Promise, place: Place) -> str:
    return f"came so far in payments or credits: {money(promise.received or _nothing(promise), place)}"


def _promised(promise: Promise, place: Place) -> str:
    amount, owed = money(promise.amount, place), money(promise.owed, place)
    return f"Promised: {amount} of {owed} then open, by {day(promise.promised_on, place)}"


def _recorded(promise: Promise, place: Place) -> Block:
    recorded_on = day(promise.made_at.astimezone(place.time_zone).date(), place)
    return small_print("recorded", f"You recorded it on {recorded_on}")


def _verdict(promise: Promise, place: Place) -> str:
    received = promise.received or _nothing(promise)
    if promise.state is PromiseState.KEPT:
        return f"Promise kept, {money(promise.amount, place)} came in payments or credits"
    if promise.state is PromiseState.PARTLY_KEPT:
        missing = promise.amount - received
        return f"Promise partly kept, {money(missing, place)} did not come"
    return f"Promise broken, nothing of {money(promise.amount, place)} came"


def _subject(view: JudgedPromise) -> str:
    name = customer_name(view.customer) if view.customer else ""
    if view.invoice is None:
        return name or "a customer"
    return f"{invoice_number(view.invoice)} of {name}" if name else invoice_number(view.invoice)


def _nothing(promise: Promise) -> Money:
    return Money(currency=promise.amount.currency, minor=0)
