"""The form of a reply as it is drawn for a record: read from the store, with what was entered so far."""

from dataclasses import replace

from bot.deps import Deps
from bot.reading.cards import place_of
from bot.reading.matches import candidate_of, match_for
from bot.replying.replies import about_of
from bot.replying.reply_form import About, Filled
from bot.views.amounts import Place, money
from bot.views.invoice_card import status_words
from bot.views.match import Candidate, match_words
from bot.views.names import invoice_number
from bot.views.pick import picked
from bot.views.reply import MAX_INVOICES, Origin, ReplyForm, ReplyKind
from bot.views.values import RecordRef, encode
from store.db import ReadConnection
from store.invoices import Invoice, oldest_open_invoices


async def form_of(deps: Deps, origin: Origin, filled: Filled, *, query: str = "", notice: str = "") -> ReplyForm:
    """The form with what was entered; `query` led to the record where that is known, and may have guessed it."""
    async with deps.store.read() as conn:
        if query and filled.ref:
            origin = replace(origin, query=query, guessed=encode(filled.ref))
        origin, ref = _about_now(origin, filled)
        invoices = await _invoices_of(deps, conn, origin) if filled.kind is ReplyKind.DISPUTE and ref is None else None
        record = await candidate_of(deps, conn, ref) if ref else None
        about = await about_of(conn, ref)
        doubt = await _doubt(deps, conn, origin, ref) if record else ""
    return ReplyForm(
        origin=origin,
        kind=filled.kind,
        record=record,
        invoices=invoices,
        text=filled.text,
        targets=deps.target_titles,
        chosen=filled.targets,
        owed=_owed(about, place_of(deps)) if about else "",
        doubt=doubt,
        notice=notice,
    )


def _about_now(origin: Origin, filled: Filled) -> tuple[Origin, RecordRef | None]:
    """What the form is about, now that this kind was chosen.

    A dispute about a customer has yet to get its invoice, and any other kind is about that customer again.
    """
    ref = filled.ref
    if filled.kind is not ReplyKind.DISPUTE:
        return replace(origin, customer=""), ref or picked(origin.customer)
    if ref is not None and ref.kind == "customer":
        return replace(origin, customer=encode(ref)), None
    return origin, ref


async def _invoices_of(deps: Deps, conn: ReadConnection, origin: Origin) -> tuple[Candidate, ...] | None:
    """The open invoices of the customer that a dispute was begun with; none where they are too many for a menu."""
    customer = picked(origin.customer)
    if customer is None:
        return None
    found = await oldest_open_invoices(conn, customer.record_id, limit=MAX_INVOICES + 1)
    return tuple([_named(deps, each) for each in found]) if len(found) <= MAX_INVOICES else ()


def _named(deps: Deps, invoice: Invoice) -> Candidate:
    ref = RecordRef(kind="invoice", record_id=invoice.id)
    detail = f"{money(invoice.open_balance, place_of(deps))} · {status_words(invoice)}"
    return Candidate(ref=ref, label=invoice_number(invoice), detail=detail)


def _owed(about: About, place: Place) -> str:
    """«$17,250.00 on INV-12345»: named, since another record may be chosen while this is on show."""
    amounts = " + ".join(money(each, place) for each in about.owed)
    return f"{amounts} on {about.label}" if amounts else ""


async def _doubt(deps: Deps, conn: ReadConnection, origin: Origin, ref: RecordRef | None) -> str:
    """Why the record may be another one than was meant; «» when it was found exactly or chosen by the person."""
    if ref is None or not origin.guessed or origin.guessed != encode(ref):
        return ""
    match = await match_for(deps, conn, ref, origin.query)
    return match_words(match) if match and match.is_doubtful else ""
