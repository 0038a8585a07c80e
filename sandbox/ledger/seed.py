"""The records that a seed gives: customers, then their contacts, invoices and payments, then all the rest."""

import gc
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from sandbox.ledger.adjusting import make_entries, paid_back
from sandbox.ledger.correspondence import correspondence
from sandbox.ledger.credits import with_credits
from sandbox.ledger.custom_fields import DEFINITIONS, with_customer_fields, with_invoice_fields
from sandbox.ledger.customers import make_contacts, make_customers
from sandbox.ledger.invoices import make_drafts, make_invoice, numbered
from sandbox.ledger.names import identities
from sandbox.ledger.orders import make_orders
from sandbox.ledger.rates import make_rates
from sandbox.ledger.records import Invoice, Kind, Payment
from sandbox.ledger.settlement import end_of_history, make_payments, settled
from sandbox.ledger.setup import ACCOUNTS, EMPLOYEES, SUBSIDIARIES


@contextmanager
def _without_collections() -> Iterator[None]:
    # A million new objects, none in a cycle: collecting among them would take a third of the time for nothing.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collections()
def seeded(*, customers: int, today: date, seed: int, invoices_per_customer: int) -> Mapping[Kind, tuple[Any, ...]]:
    """The same records for the same arguments, on every machine; each kind in ascending order of id."""
    rng = random.Random(seed)  # noqa: S311 -- repeatable data, not a secret
    people = make_customers(rng, identities(rng, customers), cutoff=end_of_history(today))
    contacts = make_contacts(rng, people)
    drafts = make_drafts(rng, people, per_customer=invoices_per_customer, today=today)
    invoices = {
        invoice_id: settled(rng, make_invoice(rng, invoice_id, number, draft, today=today), draft, today=today)
        for invoice_id, number, draft in numbered(drafts)
    }
    payments = tuple(make_payments(rng, invoices.values()))
    for payment in payments:
        for applied in payment.applications:
            invoices[applied.invoice_id] = _touched_by(payment, invoices[applied.invoice_id])
    # What follows has a chance of its own, so that it changes nothing of what is above.
    apart = random.Random(f"{seed}:beyond")  # noqa: S311 -- likewise
    books = with_credits(apart, people, invoices, payments, today=today)
    memos, refunds = paid_back(people, books.credits, today=today)
    orders, bills = make_orders(apart, people, invoices, today=today)
    invoices |= {invoice_id: replace(invoices[invoice_id], order_id=order) for invoice_id, order in bills.items()}
    invoices |= dict(with_invoice_fields(apart, invoices.values()))
    people = tuple(with_customer_fields(apart, people))
    records: dict[Kind, tuple[Any, ...]] = {
        Kind.CUSTOMER: people,
        Kind.CONTACT: contacts,
        Kind.INVOICE: tuple(invoices.values()),
        Kind.PAYMENT: tuple(books.payments),
        Kind.CUSTOMER_DEPOSIT: tuple(books.deposits),
        Kind.DEPOSIT_APPLICATION: tuple(books.deposit_applications),
        Kind.CREDIT_MEMO: memos,
        Kind.CUSTOMER_REFUND: refunds,
        Kind.JOURNAL_ENTRY: tuple(make_entries(people, today=today)),
        Kind.SALES_ORDER: orders,
        Kind.SUBSIDIARY: SUBSIDIARIES,
        Kind.ACCOUNT: ACCOUNTS,
        Kind.EXCHANGE_RATE: make_rates(apart, today=today),
        Kind.EMPLOYEE: EMPLOYEES,
        Kind.CUSTOM_FIELD: DEFINITIONS,
    }
    return records | correspondence(records, today=today, seed=seed)


def _touched_by(payment: Payment, invoice: Invoice) -> Invoice:
    if invoice.last_modified == payment.created_at:
        return invoice
    return replace(invoice, last_modified=payment.created_at)
