"""A table's rows for a file: all of them, read from the store as they are written."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date

from bot.deps import Deps
from bot.exporting.csv_text import CsvValue
from bot.reading.cards import place_of
from bot.reading.custom_fields import custom_cells, table_fields
from bot.reading.payment_tables import whose_payments
from bot.views.aging_table import BUCKETS, amounts_of
from bot.views.table_ref import TableRef, meant_invoices
from store.applications import Application
from store.db import ReadConnection
from store.invoices import days_past_due
from store.open_invoices import ListedInvoice, all_open_invoices
from store.portfolio import owner_of
from store.portfolio_aging import CustomerAging, aging_by_customer
from store.receipts import Receipt, Whose, receipt_page

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

_OF_PAYMENTS = (
    "Number",
    "Kind",
    "Date",
    "Currency",
    "Amount",
    "Unapplied",
    "Voided",
    "Status",
    "Applied to",
    "Applied amount",
    "Discount",
    "Applied on",
    "Source",
    "Source id",
)
_FETCHED = 500

Row = Sequence[CsvValue]


async def table_rows(deps: Deps, conn: ReadConnection, ref: TableRef) -> AsyncIterator[Row]:
    """The titles, then a row for each invoice; for «aging» and «customers» for each customer and currency.

    For «payments» for each part of a payment that was applied to something, and one for a payment that was not.
    """
    if ref.kind == "payments":
        yield _OF_PAYMENTS
        async for receipt in _receipts(conn, whose_payments(ref)):
            for row in _of_receipt(deps, receipt):
                yield row
        return
    wanted, today = meant_invoices(ref), deps.today()
    if ref.kind in {"aging", "customers"}:
        yield _OF_CUSTOMERS
        async for customer in aging_by_customer(conn, wanted, today):
            yield _of_customer(customer)
        return
    fields, place = await table_fields(deps, conn), place_of(deps)
    yield (*_OF_INVOICES, *(each.label for each in fields))
    async for listed in all_open_invoices(conn, wanted, today):
        yield (*_of_invoice(deps, listed, today), *custom_cells(fields, listed.invoice, listed.customer, place))


def _of_invoice(deps: Deps, listed: ListedInvoice, today: date) -> Row:
    invoice = listed.invoice
    return (
        invoice.number,
        listed.customer.name if listed.customer else None,
        listed.customer.number if listed.customer else None,
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
        owner_of(invoice, listed.customer),
        deps.source_titles.get(invoice.origin, invoice.origin),
        invoice.source_id,
    )


async def _receipts(conn: ReadConnection, whose: Whose) -> AsyncIterator[Receipt]:
    skipped = 0
    while page := await receipt_page(conn, whose, limit=_FETCHED, skipped=skipped):
        for receipt in page:
            yield receipt
        skipped += len(page)


def _of_receipt(deps: Deps, receipt: Receipt) -> Iterator[Row]:
    for applied in receipt.applications or (None,):
        yield (
            receipt.number,
            receipt.kind.replace("_", " "),
            receipt.received_on,
            receipt.total.currency,
            receipt.total.decimal,
            receipt.unapplied.decimal,
            "yes" if receipt.is_voided else "no",
            receipt.status,
            *_of_application(applied),
            deps.source_titles.get(receipt.origin, receipt.origin),
            receipt.source_id,
        )


def _of_application(applied: Application | None) -> Row:
    if applied is None:
        return (None, None, None, None)
    discount = applied.discount.decimal if applied.discount else None
    return (applied.number or applied.applied_to, applied.amount.decimal, discount, applied.applied_on)


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
