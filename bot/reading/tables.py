"""From a table's place to what is shown: reads it in one snapshot of the store."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.deps import Deps
from bot.reading.cards import place_of
from bot.reading.custom_fields import ShownField, custom_cells, table_fields
from bot.reading.payment_tables import payments_message
from bot.views.amounts import Place
from bot.views.debtor_table import DEBTORS_PER_PAGE, DebtorTable, debtor_table
from bot.views.invoice_table import ROWS_PER_PAGE, InvoiceTable, Listed, invoice_table
from bot.views.names import customer_name
from bot.views.parts import Message
from bot.views.portfolio import Debtor, Portfolio, portfolio_message
from bot.views.portfolio_menus import Menus
from bot.views.provenance import Provenance
from bot.views.table_ref import InvalidTableError, TableKind, TableRef, decode_table, meant_invoices
from store.aging import Aging
from store.cursors import read_as_of
from store.customers import Customer, customer_by_id, customers_by_id
from store.db import ReadConnection
from store.invoices import Invoice
from store.open_invoices import open_invoice_page
from store.portfolio import owners, subsidiaries
from store.portfolio_aging import PastDue, count_past_due, largest_past_due, past_due_page, portfolio_aging
from store.quarantine import count_quarantined
from store.records import RecordId

# Where there are several currencies, the first two have their share.
_LARGEST, _LARGEST_OF_SEVERAL = 5, 3
_UNREAD = "{} invoices could not be read and may be missing here."
_FIRST_READING = "{} is still being read for the first time; records may be missing."


async def table_message(deps: Deps, conn: ReadConnection, ref: TableRef) -> Message:
    """The page of a table as the store has it now."""
    return await _MAKERS[ref.kind](deps, conn, ref)


async def table_anew(deps: Deps, value: str) -> Message | None:
    """The table that a value stands for; None when it stands for none."""
    try:
        ref = decode_table(value)
    except InvalidTableError:
        return None
    async with deps.store.read() as conn:
        return await table_message(deps, conn, ref)


async def _aging(deps: Deps, conn: ReadConnection, ref: TableRef) -> Message:
    wanted, today = meant_invoices(ref), deps.today()
    aging = await portfolio_aging(conn, wanted, today)
    largest = await largest_past_due(conn, wanted, today, limit=_LARGEST if len(aging) == 1 else _LARGEST_OF_SEVERAL)
    return portfolio_message(
        Portfolio(
            place=place_of(deps),
            provenance=await company_provenance(deps, conn),
            filter=ref.filter,
            customer=await customer_of(conn, ref),
            aging=aging,
            largest=await _debtors(conn, largest, aging),
            menus=Menus(ref=ref.start, owners=await owners(conn), subsidiaries=await subsidiaries(conn)),
        )
    )


async def _invoices(deps: Deps, conn: ReadConnection, ref: TableRef) -> Message:
    wanted, today = meant_invoices(ref), deps.today()
    page = await open_invoice_page(conn, wanted, today, limit=ROWS_PER_PAGE, after=ref.after, before=ref.before)
    ids = {invoice.customer_id for invoice in page.invoices if invoice.customer_id}
    known = await customers_by_id(conn, tuple(ids)) if ids else {}
    fields, place = await table_fields(deps, conn), place_of(deps)
    rows = tuple(_listed(each, known.get(each.customer_id or RecordId("")), fields, place) for each in page.invoices)
    return invoice_table(
        InvoiceTable(
            ref=ref,
            place=place,
            provenance=await company_provenance(deps, conn),
            rows=rows,
            custom=tuple(each.label for each in fields),
            totals=await portfolio_aging(conn, wanted, today),
            has_previous=page.has_more if ref.before else ref.after is not None,
            has_next=page.has_more or ref.before is not None,
            customer=await customer_of(conn, ref),
        )
    )


def _listed(invoice: Invoice, customer: Customer | None, fields: Sequence[ShownField], place: Place) -> Listed:
    return Listed(invoice=invoice, customer=_name(customer), custom=custom_cells(fields, invoice, customer, place))


async def _customers(deps: Deps, conn: ReadConnection, ref: TableRef) -> Message:
    wanted, today = meant_invoices(ref), deps.today()
    totals = await portfolio_aging(conn, wanted, today)
    customers, rows = await count_past_due(conn, wanted, today)
    order = [each.currency for each in totals]
    page = await past_due_page(conn, wanted, today, order, limit=DEBTORS_PER_PAGE, skipped=ref.first - 1)
    return debtor_table(
        DebtorTable(
            ref=ref,
            place=place_of(deps),
            provenance=await company_provenance(deps, conn),
            debtors=await _debtors(conn, page, totals),
            totals=totals,
            customers=customers,
            rows=rows,
        )
    )


async def customer_of(conn: ReadConnection, ref: TableRef) -> str:
    """How the customer is called that a table is of; «» when it is of all."""
    customer = await customer_by_id(conn, ref.customer_id) if ref.customer_id else None
    return customer_name(customer) if customer else ""


async def company_provenance(deps: Deps, conn: ReadConnection) -> Provenance:
    """Where sums over all sources come from: they are as old as the source that was read longest ago."""
    ages = [await read_as_of(conn, origin, "invoices") for origin in deps.ledger_titles]
    as_of = min((each for each in ages if each is not None), default=deps.clock())
    return Provenance(
        source=" and ".join(deps.ledger_titles.values()) or "No source",
        as_of=as_of,
        is_stale=deps.clock() - as_of > deps.stale_after,
        notice=await _notice(deps, conn),
    )


async def _notice(deps: Deps, conn: ReadConnection) -> str | None:
    for origin, title in deps.ledger_titles.items():
        if await read_as_of(conn, origin, "invoices") is None:
            return _FIRST_READING.format(title)
    unread = sum([await count_quarantined(conn, origin, "invoices") for origin in deps.ledger_titles])
    return _UNREAD.format(f"{unread:,}") if unread else None


async def _debtors(conn: ReadConnection, largest: Sequence[PastDue], aging: Sequence[Aging]) -> tuple[Debtor, ...]:
    """By name; the currency with the most invoices first."""
    order = [each.currency for each in aging]
    ranked = sorted(largest, key=lambda each: order.index(each.past_due_balance.currency))
    known = await customers_by_id(conn, [each.customer_id for each in ranked]) if ranked else {}
    return tuple(Debtor(name=_name(known.get(each.customer_id)), owes=each) for each in ranked)


def _name(customer: Customer | None) -> str:
    return customer.name if customer else ""


_MAKERS: Mapping[TableKind, Callable[[Deps, ReadConnection, TableRef], Awaitable[Message]]] = {
    "aging": _aging,
    "overdue": _invoices,
    "open": _invoices,
    "customers": _customers,
    "payments": payments_message,
}
