"""What `tesorio find --json` prints: the lookup's answer with the figures that people look it up for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.lookup.match import Found, Match
from store.aging import Aging, customer_aging
from store.cursors import read_as_of
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.invoices import Invoice, days_past_due, invoice_by_id
from store.money import Money
from store.search import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceAnswer:
    """An invoice and when it was so in its source (UTC)."""

    invoice: Invoice
    customer: Customer | None
    as_of: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerAnswer:
    """A customer, what it owes per currency, and when that was so in its source (UTC)."""

    customer: Customer
    aging: tuple[Aging, ...]
    as_of: datetime


async def read_answer(
    conn: ReadConnection, match: Match | None, *, today: date
) -> InvoiceAnswer | CustomerAnswer | None:
    """The record behind a match, with its figures; None when there is none."""
    if match is None:
        return None
    return await (_read_invoice(conn, match) if match.kind == "invoice" else _read_customer(conn, match, today))


def answer_json(
    query: str, kind: Kind, found: Found, record: InvoiceAnswer | CustomerAnswer | None, *, today: date
) -> dict[str, Any]:
    """One query's line: amounts are decimal strings in the currency's exponent, days and instants ISO 8601.

    On a miss the answer is null and the candidates are mere suggestions. An open balance is the ERP's own, also of an
    invoice on which nothing is owed (pending, voided), which is never past due; a customer's are what it owes, credits
    not subtracted.
    """
    return {
        "query": query,
        "kind": kind,
        "answer": None if record is None else _body(record, today),
        "reason": found.answer.why if found.answer else "no match",
        "candidates": [match.label for match in found.candidates],
    }


def record_as_of(record: Invoice | Customer, invoices_covered: datetime | None) -> datetime:
    """Since when the figures stand: the newest of its source's invoices being read in full and of its own refresh.

    A customer's figures are its invoices', so it is as old as their stream. Before the first load is complete, a
    record is as old as its own reading.
    """
    return max(filter(None, (invoices_covered, record.refreshed_at)), default=record.seen_at)


def decimal_text(amount: Money) -> str:
    """An amount in major units, with exactly the currency's decimals: «1234.50», «-3», «0.005»."""
    return f"{amount.decimal:f}"


async def _read_invoice(conn: ReadConnection, match: Match) -> InvoiceAnswer | None:
    invoice = await invoice_by_id(conn, match.record_id)
    if invoice is None:
        return None
    as_of = record_as_of(invoice, await read_as_of(conn, invoice.origin, "invoices"))
    customer = await customer_by_id(conn, invoice.customer_id) if invoice.customer_id else None
    return InvoiceAnswer(invoice=invoice, customer=customer, as_of=as_of)


async def _read_customer(conn: ReadConnection, match: Match, today: date) -> CustomerAnswer | None:
    customer = await customer_by_id(conn, match.record_id)
    if customer is None:
        return None
    as_of = record_as_of(customer, await read_as_of(conn, customer.origin, "invoices"))
    return CustomerAnswer(customer=customer, aging=await customer_aging(conn, customer.id, today), as_of=as_of)


def _body(answer: InvoiceAnswer | CustomerAnswer, today: date) -> Mapping[str, Any]:
    return _invoice_body(answer, today) if isinstance(answer, InvoiceAnswer) else _customer_body(answer)


def _invoice_body(answer: InvoiceAnswer, today: date) -> Mapping[str, Any]:
    invoice = answer.invoice
    return {
        "number": invoice.number,
        "customer": answer.customer.name if answer.customer else None,
        "status": invoice.status.value,
        "currency": invoice.total.currency,
        "total": decimal_text(invoice.total),
        "open_balance": decimal_text(invoice.open_balance),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "days_past_due": days_past_due(invoice, today),
        "source": invoice.origin,
        "source_id": invoice.source_id,
        "as_of": answer.as_of.isoformat(),
    }


def _customer_body(answer: CustomerAnswer) -> Mapping[str, Any]:
    return {
        "name": answer.customer.name,
        "balances": [
            {
                "currency": aging.currency,
                "open_balance": decimal_text(aging.open_balance),
                "past_due_balance": decimal_text(aging.past_due_balance),
            }
            for aging in answer.aging
        ],
        "source": answer.customer.origin,
        "source_id": answer.customer.source_id,
        "as_of": answer.as_of.isoformat(),
    }
