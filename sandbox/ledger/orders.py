"""Sales orders of the seeded past: those that some invoices bill, and a few that wait. By a chance of their own."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sandbox.ledger.chance import chance
from sandbox.ledger.customers import minor_units
from sandbox.ledger.invoices import make_lines
from sandbox.ledger.records import Customer, Invoice, InvoiceLine
from sandbox.ledger.settlement import end_of_history
from sandbox.ledger.setup import RATES
from sandbox.ledger.transactions import OrderStatus, SalesOrder

FIRST_ORDER_ID = 8_000_001

_WAITING = (
    OrderStatus.PENDING_APPROVAL,
    OrderStatus.PENDING_FULFILLMENT,
    OrderStatus.PARTIALLY_FULFILLED,
    OrderStatus.PENDING_BILLING,
    OrderStatus.CLOSED,
    OrderStatus.CANCELLED,
)


def make_orders(
    rng: random.Random, customers: Sequence[Customer], invoices: Mapping[int, Invoice], *, today: date
) -> tuple[tuple[SalesOrder, ...], dict[int, int]]:
    """The orders, ids ascending with time, and the order that an invoice bills, by the invoice's id."""
    known = {customer.id: customer for customer in customers}
    drafts = [*_billed(rng, known, invoices.values()), *_waiting(rng, customers, today)]
    drafts.sort(key=lambda draft: draft[0].created_at)
    orders, bills = [], {}
    for nth, (order, invoice_id) in enumerate(drafts):
        numbered = replace(order, id=FIRST_ORDER_ID + nth, number=f"SO-{nth + 1:05}")
        orders.append(numbered)
        if invoice_id is not None:
            bills[invoice_id] = numbered.id
    return tuple(orders), bills


def _billed(
    rng: random.Random, known: Mapping[int, Customer], invoices: Iterable[Invoice]
) -> Iterator[tuple[SalesOrder, int | None]]:
    """Of a hundred invoices six bill an order of a few days before."""
    for invoice in invoices:
        if not invoice.total_minor or not chance(rng, 6):
            continue
        at = invoice.created_at - timedelta(days=rng.randrange(1, 9))
        order = order_of(known[invoice.customer_id], lines=invoice.lines, status=OrderStatus.BILLED, at=at)
        yield replace(order, po_number=invoice.po_number, last_modified=invoice.created_at), invoice.id


def _waiting(rng: random.Random, customers: Sequence[Customer], today: date) -> Iterator[tuple[SalesOrder, int | None]]:
    for customer in customers:
        if not chance(rng, 25):
            continue
        at = end_of_history(today) - timedelta(days=rng.randrange(0, 60), seconds=rng.randrange(86_400))
        total = minor_units(int(rng.lognormvariate(7.6, 1.1)) + 20, customer.currency)
        lines = make_lines(rng, total, customer.address.country)
        yield order_of(customer, lines=lines, status=rng.choice(_WAITING), at=at), None


def order_of(customer: Customer, *, lines: tuple[InvoiceLine, ...], status: OrderStatus, at: datetime) -> SalesOrder:
    """An order that waits for its id and number."""
    subtotal, tax = sum(line.amount_minor for line in lines), sum(line.tax_minor for line in lines)
    return SalesOrder(
        id=0,
        number="",
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        order_date=at.date(),
        status=status,
        terms_id=customer.terms_id,
        sales_rep_id=customer.sales_rep_id,
        po_number="",
        email=customer.email,
        memo="",
        lines=lines,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        created_at=at,
        last_modified=at,
    )
