"""From what was typed, or from the menu that keeps it, to why a record is on the card."""

from collections.abc import Iterable

from bot.deps import Deps
from bot.lookup.find import find
from bot.lookup.match import Found
from bot.lookup.match import Match as LookupMatch
from bot.reading.cards import place_of
from bot.views.amounts import Place, money
from bot.views.invoice_card import status_words
from bot.views.match import MAX_DETAIL, Candidate, Match
from bot.views.names import customer_name, invoice_number
from bot.views.text import literal, size
from bot.views.values import RecordKind, RecordRef
from store.customers import Customer, customer_by_id, customers_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoice_by_id, invoices_by_id
from store.records import RecordId

# The amount and the status must fit behind it.
_MAX_CUSTOMER = 30


async def found_for(deps: Deps, conn: ReadConnection, kind: RecordKind, text: str) -> Found:
    """What the text may mean, best first."""
    return await find(conn, deps.index, kind, text)


async def match_for(deps: Deps, conn: ReadConnection, ref: RecordRef, query: str | None) -> Match | None:
    """How the query leads to this record, as the store is now; None when it does not, or nothing was asked."""
    if not query:
        return None
    found = await found_for(deps, conn, ref.kind, query)
    shown = next((match for match in found.candidates if match.record_id == ref.record_id), None)
    return await match_of(deps, conn, query, shown, found.candidates) if shown else None


async def match_of(
    deps: Deps, conn: ReadConnection, query: str, shown: LookupMatch, candidates: tuple[LookupMatch, ...]
) -> Match:
    """The reason for the record that is shown, with the others in the menu; any but the best one was chosen there."""
    others = [match for match in candidates if match.record_id != shown.record_id]
    return Match(
        query=query,
        reason=None if shown.is_exact else shown.why,
        candidates=await candidates_for(deps, conn, others),
        is_chosen=shown != candidates[0],
    )


async def candidates_for(deps: Deps, conn: ReadConnection, matches: Iterable[LookupMatch]) -> tuple[Candidate, ...]:
    """Records as a menu offers them: with what tells two of one name or number apart, and why they match."""
    matches = tuple(matches)
    invoices = await invoices_by_id(conn, _invoice_ids(matches)) if _invoice_ids(matches) else {}
    owners = {invoice.customer_id for invoice in invoices.values() if invoice.customer_id}
    customers = await customers_by_id(conn, tuple(owners)) if owners else {}
    return tuple(_candidate(match, invoices.get(match.record_id), customers, place_of(deps)) for match in matches)


async def candidate_of(deps: Deps, conn: ReadConnection, ref: RecordRef) -> Candidate | None:
    """A known record as a menu names it; None when we never saw it."""
    if ref.kind == "invoice":
        invoice = await invoice_by_id(conn, ref.record_id)
        if invoice is None:
            return None
        owner = await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None
        detail = _short(_known_of_invoice(invoice, owner, place_of(deps)))
        return Candidate(ref=ref, label=invoice_number(invoice), detail=detail)
    customer = await customer_by_id(conn, ref.record_id)
    return Candidate(ref=ref, label=customer_name(customer), detail=customer.number or "") if customer else None


def _invoice_ids(matches: tuple[LookupMatch, ...]) -> tuple[RecordId, ...]:
    return tuple(match.record_id for match in matches if match.kind == "invoice")


def _candidate(
    match: LookupMatch, invoice: Invoice | None, customers: dict[RecordId, Customer], place: Place
) -> Candidate:
    known: tuple[str | None, ...] = (match.number,)
    if invoice is not None:
        owner = customers.get(invoice.customer_id) if invoice.customer_id else None
        known = _known_of_invoice(invoice, owner, place)
    ref = RecordRef(kind=match.kind, record_id=match.record_id)
    return Candidate(ref=ref, label=match.label, detail=_detail(known, match.why))


def _known_of_invoice(invoice: Invoice, owner: Customer | None, place: Place) -> tuple[str | None, ...]:
    name = literal(owner.name, _MAX_CUSTOMER) if owner else None
    return name, money(invoice.open_balance, place), status_words(invoice)


def _short(known: tuple[str | None, ...]) -> str:
    return " · ".join(filter(None, known))


def _detail(known: tuple[str | None, ...], why: str) -> str:
    """What is known of the record, and why it matches where there is room for all of it."""
    short = _short(known)
    full = " · ".join(filter(None, (short, why)))
    return short if short and size(full) > MAX_DETAIL else full
