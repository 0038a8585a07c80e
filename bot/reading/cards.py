"""From a record's id to its card: reads what the card shows, in one snapshot of the store."""

from collections.abc import Mapping
from dataclasses import replace

from bot.deps import Desk
from bot.lookup.answers import record_as_of
from bot.reading.base_totals import base_total_of
from bot.reading.custom_fields import fields_words, shown_fields
from bot.reading.net_balances import NetBalance, net_balances
from bot.reading.standing import standing_of
from bot.views.amounts import Place, counted, moment
from bot.views.children import MAX_CHILDREN, Child
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.files import MAX_FILES
from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.match import Match
from bot.views.parts import Message
from bot.views.provenance import Provenance
from bot.views.settlements import MAX_SETTLED
from bot.views.values import RecordKind, RecordRef
from store.adjustments import adjustments_of
from store.aging import Aging, customer_aging, open_balances
from store.attachments import attachments_of
from store.contacts import primary_contact
from store.cursors import is_complete, read_as_of
from store.customers import Customer, children_of, customer_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoice_by_id, is_owed, oldest_open_invoices
from store.messages import messages_about
from store.notes import newest_note
from store.quarantine import count_quarantined, unreadable_since
from store.receipts import Whose, count_receipts, newest_payment, receipt_page, unapplied_of
from store.reversals import newest_reversal
from store.tie_out import differences_of

_OLDEST_SHOWN = 5
_SETTLEMENT_STREAMS = ("payments", "credit_memos")
_STREAMS: Mapping[RecordKind, str] = {"invoice": "invoices", "customer": "customers"}


async def card_for(
    deps: Desk,
    conn: ReadConnection,
    ref: RecordRef,
    *,
    match: Match | None = None,
    notice: str | None = None,
    is_private: bool = False,
) -> Message | None:
    """The card of a record as the store has it now; None when we never saw the record.

    `is_private` says that only the person who asked will see it: elsewhere a contact's e-mail and telephone are masked.
    """
    card = await read_card(deps, conn, ref, match=match, notice=notice)
    if isinstance(card, CustomerCard):
        return customer_card(replace(card, is_contact_masked=not is_private))
    return invoice_card(card) if card else None


async def read_card(
    deps: Desk, conn: ReadConnection, ref: RecordRef, *, match: Match | None = None, notice: str | None = None
) -> InvoiceCard | CustomerCard | None:
    """All that the card of a record shows; None likewise."""
    if ref.kind == "invoice":
        invoice = await invoice_by_id(conn, ref.record_id)
        return None if invoice is None else await _invoice(deps, conn, invoice, match, notice)
    customer = await customer_by_id(conn, ref.record_id)
    return None if customer is None else await _customer(deps, conn, customer, match, notice)


async def being_read_first(deps: Desk, conn: ReadConnection, kind: RecordKind) -> str | None:
    """The source whose records of this kind are still being read for the first time, as people call it.

    Until then a miss means little, and a closest match may not be the closest.
    """
    for origin, title in deps.ledger_titles.items():
        if not await is_complete(conn, origin, _STREAMS[kind]):
            return title
    return None


async def _invoice(
    deps: Desk, conn: ReadConnection, invoice: Invoice, match: Match | None, notice: str | None
) -> InvoiceCard:
    return InvoiceCard(
        invoice=invoice,
        provenance=await _provenance(deps, conn, invoice, match, notice),
        place=place_of(deps),
        customer=await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None,
        settled=await receipt_page(conn, Whose(invoice_id=invoice.id), limit=MAX_SETTLED),
        settled_in_all=await count_receipts(conn, Whose(invoice_id=invoice.id)),
        reversal=await newest_reversal(conn, invoice) if is_owed(invoice) else None,
        note=await newest_note(conn, invoice.id),
        standing=await standing_of(conn, invoice),
        match=match,
        has_messages=bool(await messages_about(conn, invoice.id, limit=1)),
        can_mail=deps.can_mail,
        custom=await _custom(deps, conn, invoice),
        files=await attachments_of(conn, invoice.id, limit=MAX_FILES),
    )


async def _customer(
    deps: Desk, conn: ReadConnection, customer: Customer, match: Match | None, notice: str | None
) -> CustomerCard:
    children, all_children = await _children(conn, customer)
    aging = await customer_aging(conn, customer.id, deps.today())
    balances = await _balances(conn, customer, aging)
    return CustomerCard(
        customer=customer,
        provenance=await _provenance(deps, conn, customer, match, notice),
        place=place_of(deps),
        aging=aging,
        balances=balances,
        differences=await differences_of(conn, customer.id),
        base_total=await base_total_of(conn, customer, balances or (), deps.today()),
        last_payment=await newest_payment(conn, customer.id),
        has_receipts=await count_receipts(conn, Whose(customer_id=customer.id)) > 0,
        oldest_open=await oldest_open_invoices(conn, customer.id, limit=_OLDEST_SHOWN),
        parent=await customer_by_id(conn, customer.parent_id) if customer.parent_id else None,
        children=children,
        more_children=all_children - len(children),
        contact=await primary_contact(conn, customer.id),
        note=await newest_note(conn, customer.id),
        standing=await standing_of(conn, customer),
        match=match,
        has_messages=bool(await messages_about(conn, customer.id, limit=1)),
        can_mail=deps.can_mail,
        custom=await _custom(deps, conn, customer),
    )


async def _custom(deps: Desk, conn: ReadConnection, record: Invoice | Customer) -> tuple[tuple[str, str | None], ...]:
    kind: RecordKind = "invoice" if isinstance(record, Invoice) else "customer"
    return fields_words(await shown_fields(conn, deps.custom_fields, kind), record, place_of(deps))


async def _balances(
    conn: ReadConnection, customer: Customer, aging: tuple[Aging, ...]
) -> tuple[NetBalance, ...] | None:
    """Gross and net; None while payments or credits have never been read: nobody knows then what is unapplied."""
    for stream in _SETTLEMENT_STREAMS:
        if await read_as_of(conn, customer.origin, stream) is None:
            return None
    return net_balances(aging, await unapplied_of(conn, customer.id), await adjustments_of(conn, customer.id))


async def _children(conn: ReadConnection, customer: Customer) -> tuple[tuple[Child, ...], int]:
    """The first of its children, and how many there are."""
    children, total = await children_of(conn, customer.id, limit=MAX_CHILDREN)
    owed = await open_balances(conn, [child.id for child in children]) if children else {}
    return tuple(Child(customer=child, open_balances=owed.get(child.id, ())) for child in children), total


async def _provenance(
    deps: Desk, conn: ReadConnection, record: Invoice | Customer, match: Match | None, notice: str | None
) -> Provenance:
    covered = await read_as_of(conn, record.origin, "invoices")
    as_of = record_as_of(record, covered)
    source = deps.source_titles.get(record.origin, record.origin)
    lacking = source if isinstance(record, Customer) and covered is None else None
    if lacking is None and match is not None and match.is_doubtful:
        lacking = await being_read_first(deps, conn, "invoice" if isinstance(record, Invoice) else "customer")
    if notice is None and lacking is not None:
        notice = f"{lacking} is still being read for the first time; records may be missing."
    if notice is None and isinstance(record, Customer):
        notice = _unread_words(await count_quarantined(conn, record.origin, "invoices"), source)
    is_stale = deps.clock() - as_of > deps.stale_after
    kind = "invoice" if isinstance(record, Invoice) else "customer"
    broken_since = await unreadable_since(conn, record.origin, kind, record.source_id)
    if broken_since is not None:
        words = f"This {kind} could not be read since {moment(broken_since, place_of(deps))}; this was known before."
        return Provenance(source=source, as_of=min(as_of, broken_since), is_stale=True, notice=notice or words)
    return Provenance(source=source, as_of=as_of, is_stale=is_stale, notice=notice)


def _unread_words(unread: int, source: str) -> str | None:
    """A sum is only as good as what it sums: whose invoice was unreadable is not known, so every sum says it."""
    return f"{counted(unread, 'invoice')} in {source} could not be read and may be missing here." if unread else None


def place_of(deps: Desk) -> Place:
    """For whom this installation writes, today."""
    return Place(time_zone=deps.zone, today=deps.today(), locale=deps.locale)
