"""A table's rows for a file: all of them, read from the store as they are written."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

from bot.deps import Deps
from bot.exporting.csv_text import CsvValue
from bot.views.aging_table import BUCKETS, amounts_of
from bot.views.table_ref import TableRef, meant_invoices
from store.db import ReadConnection
from store.invoices import days_past_due
from store.open_invoices import ListedInvoice, all_open_invoices
from store.portfolio_aging import CustomerAging, aging_by_customer

_OF_INVOICES = (
    "Invoice",
    "Customer",
    "Customer number",
    "Status",
    "Invoice date",
    "Due date",
    "Days past due",
    "Currency",
    "Total",
    "Open balance",
    "Payment terms",
    "PO number",
    "Subsidiary",
    "Sales rep",
    "Source",
    "Source id",
)
_OF_CUSTOMERS = ("Customer", "Customer number", "Currency", "Open balance", *BUCKETS, "Credit", "Open invoices")

Row = Sequence[CsvValue]


async def table_rows(deps: Deps, conn: ReadConnection, ref: TableRef) -> AsyncIterator[Row]:
    """The titles, then a row for each invoice; for «aging» and «customers» for each customer and currency."""
    wanted, today = meant_invoices(ref), deps.today()
    if ref.kind in {"aging", "customers"}:
        yield _OF_CUSTOMERS
        async for customer in aging_by_customer(conn, wanted, today):
            yield _of_customer(customer)
        return
    yield _OF_INVOICES
    async for listed in all_open_invoices(conn, wanted, today):
        yield _of_invoice(deps, listed, today)


def _of_invoice(deps: Deps, listed: ListedInvoice, today: date) -> Row:
    invoice = listed.invoice
    return (
        invoice.number,
        listed.customer_name,
        listed.customer_number,
        invoice.status.replace("_", " "),
        invoice.invoice_date,
        invoice.due_date,
        days_past_due(invoice, today),
        invoice.open_balance.currency,
        invoice.total.decimal,
        invoice.open_balance.decimal,
        invoice.payment_terms,
        invoice.po_number,
        invoice.subsidiary,
        invoice.sales_rep,
        deps.source_titles.get(invoice.origin, invoice.origin),
        invoice.source_id,
    )


def _of_customer(customer: CustomerAging) -> Row:
    aging = customer.aging
    buckets = (amount.decimal for amount in amounts_of(aging))
    return (
        customer.name,
        customer.number,
        aging.currency,
        aging.open_balance.decimal,
        *buckets,
        aging.credit.decimal,
        aging.open_invoices,
    )
