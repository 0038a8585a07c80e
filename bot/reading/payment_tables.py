"""From a table of payments to what is shown of it: reads it in one snapshot of the store."""

from bot.deps import Deps
from bot.reading.cards import place_of
from bot.views.names import customer_name, invoice_number
from bot.views.parts import Message
from bot.views.payment_table import PAYMENTS_PER_PAGE, PaymentTable, payment_table
from bot.views.provenance import Provenance
from bot.views.table_ref import TableRef
from store.cursors import read_as_of
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.invoices import Invoice, invoice_by_id, invoices_by_id
from store.receipts import Whose, count_receipts, receipt_page, unapplied_of

_STREAMS = ("payments", "credit_memos")


async def payments_message(deps: Deps, conn: ReadConnection, ref: TableRef) -> Message:
    """The page of a table of payments as the store has it now."""
    whose, record = whose_payments(ref), await record_of(conn, ref)
    rows = await receipt_page(conn, whose, limit=PAYMENTS_PER_PAGE, skipped=ref.first - 1)
    paid = [each.applied_to for receipt in rows for each in receipt.applications]
    return payment_table(
        PaymentTable(
            ref=ref,
            place=place_of(deps),
            provenance=await _provenance(deps, conn, record),
            about=record_words(record),
            rows=rows,
            total=await count_receipts(conn, whose),
            unapplied=await unapplied_of(conn, ref.customer_id) if ref.customer_id else (),
            known=frozenset(await invoices_by_id(conn, paid)) if paid else frozenset(),
        )
    )


def whose_payments(ref: TableRef) -> Whose:
    """Whose payments a table is of."""
    return Whose(customer_id=ref.customer_id, invoice_id=ref.invoice_id)


async def record_of(conn: ReadConnection, ref: TableRef) -> Customer | Invoice | None:
    """The customer or invoice that a table of payments is of; None where we never saw it."""
    if ref.invoice_id is not None:
        return await invoice_by_id(conn, ref.invoice_id)
    return await customer_by_id(conn, ref.customer_id) if ref.customer_id else None


def record_words(record: Customer | Invoice | None) -> str:
    """How it is called, for places where Slack parses nothing."""
    if isinstance(record, Invoice):
        return invoice_number(record)
    return customer_name(record) if record else "Unknown record"


async def _provenance(deps: Deps, conn: ReadConnection, record: Customer | Invoice | None) -> Provenance:
    """As old as the one of its streams that was read longest ago."""
    origins = [record.origin] if record else list(deps.ledger_titles)
    ages = [await read_as_of(conn, origin, stream) for origin in origins for stream in _STREAMS]
    as_of = min((each for each in ages if each is not None), default=deps.clock())
    sources = " and ".join(deps.source_titles.get(origin, origin) for origin in origins) or "No source"
    unread = "Payments or credits are still being read for the first time; some may be missing."
    return Provenance(
        source=sources,
        as_of=as_of,
        is_stale=deps.clock() - as_of > deps.stale_after,
        notice=unread if None in ages else None,
    )
