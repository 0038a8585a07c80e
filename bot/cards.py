"""From a record's id to its card: reads what the card shows, in one snapshot of the store."""

from bot.deps import Deps
from bot.lookup.answers import record_as_of
from bot.views.amounts import Place
from bot.views.customer_card import MAX_CHILDREN, CustomerCard, customer_card
from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.match import Match
from bot.views.parts import Message
from bot.views.provenance import Provenance
from bot.views.values import RecordRef
from store.aging import customer_aging
from store.contacts import primary_contact
from store.cursors import is_complete, read_as_of
from store.customers import Customer, children_of, count_children, customer_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoice_by_id, oldest_open_invoices
from store.notes import newest_note

_OLDEST_SHOWN = 5


async def card_for(
    deps: Deps, conn: ReadConnection, ref: RecordRef, *, match: Match | None = None, notice: str | None = None
) -> Message | None:
    """The card of a record as the store has it now; None when we never saw the record."""
    if ref.kind == "invoice":
        invoice = await invoice_by_id(conn, ref.record_id)
        return None if invoice is None else await _invoice(deps, conn, invoice, match, notice)
    customer = await customer_by_id(conn, ref.record_id)
    return None if customer is None else await _customer(deps, conn, customer, match, notice)


async def being_read_first(deps: Deps, conn: ReadConnection) -> str | None:
    """The source that is still being read for the first time, as people call it; until then a miss means little."""
    for origin, title in deps.source_titles.items():
        if not await is_complete(conn, origin, "invoices"):
            return title
    return None


async def _invoice(
    deps: Deps, conn: ReadConnection, invoice: Invoice, match: Match | None, notice: str | None
) -> Message:
    return invoice_card(
        InvoiceCard(
            invoice=invoice,
            provenance=await _provenance(deps, conn, invoice, notice),
            place=_place(deps),
            customer=await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None,
            note=await newest_note(conn, invoice.id),
            match=match,
        ),
    )


async def _customer(
    deps: Deps, conn: ReadConnection, customer: Customer, match: Match | None, notice: str | None
) -> Message:
    children = await children_of(conn, customer.id, limit=MAX_CHILDREN)
    return customer_card(
        CustomerCard(
            customer=customer,
            provenance=await _provenance(deps, conn, customer, notice),
            place=_place(deps),
            aging=await customer_aging(conn, customer.id, deps.today()),
            oldest_open=await oldest_open_invoices(conn, customer.id, limit=_OLDEST_SHOWN),
            parent=await customer_by_id(conn, customer.parent_id) if customer.parent_id else None,
            children=children,
            more_children=await count_children(conn, customer.id) - len(children),
            contact=await primary_contact(conn, customer.id),
            note=await newest_note(conn, customer.id),
            match=match,
        ),
    )


async def _provenance(deps: Deps, conn: ReadConnection, record: Invoice | Customer, notice: str | None) -> Provenance:
    covered, source = await read_as_of(conn, record.origin, "invoices"), deps.source_titles.get(record.origin)
    as_of = record_as_of(record, covered)
    if covered is None and notice is None:
        notice = f"{source or record.origin} is still being read for the first time; figures may be missing."
    return Provenance(
        source=source or record.origin,
        as_of=as_of,
        is_stale=deps.clock() - as_of > deps.stale_after,
        notice=notice,
    )


def _place(deps: Deps) -> Place:
    return Place(time_zone=deps.zone, today=deps.today(), locale=deps.locale)
