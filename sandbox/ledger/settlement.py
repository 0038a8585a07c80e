"""What became of each invoice by `today`: which day it was paid, by which payment, or that it was voided."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sandbox.ledger.chance import chance
from sandbox.ledger.invoices import FIRST_PAYMENT_ID, Draft
from sandbox.ledger.records import Application, Installment, Invoice, InvoiceStatus, Payment


def settled(rng: random.Random, invoice: Invoice, draft: Draft, *, today: date) -> Invoice:
    """The invoice at `today`, its last change being the day on which it was settled or voided."""
    if draft.shown:
        return _shown(invoice, draft.shown.paid_percent, today)
    if chance(rng, 1):
        return voided(invoice, min(_next_day(invoice.created_at), end_of_history(today)))
    paid_on = invoice.due_date + timedelta(days=int(rng.gauss(draft.habit.delay, draft.habit.spread)))
    paid_at = max(datetime.combine(paid_on, invoice.created_at.timetz()), _next_day(invoice.created_at))
    if paid_at > end_of_history(today):
        return invoice
    if rng.random() < draft.habit.unpaid * _still_collectible(invoice.due_date, today):
        part = invoice.total_minor * rng.randrange(1, 9) // 10
        return paid(invoice, part, paid_at) if chance(rng, 25) and part else _edited(rng, invoice, today)
    return paid(invoice, invoice.total_minor, paid_at)


def end_of_history(today: date) -> datetime:
    """The last instant of the generated past: over in every time zone in which it may already be `today`."""
    return datetime.combine(today - timedelta(days=1), time(10), UTC)


def paid(invoice: Invoice, amount_minor: int, paid_at: datetime) -> Invoice:
    """The invoice after `amount_minor` more was applied to it; below zero, after it was taken back."""
    total_paid = invoice.paid_minor + amount_minor
    return replace(
        invoice,
        paid_minor=total_paid,
        status=_status(total_paid, invoice.total_minor),
        installments=_spread(invoice.installments, total_paid),
        last_modified=paid_at,
    )


def _status(paid_minor: int, total_minor: int) -> InvoiceStatus:
    if paid_minor == total_minor:
        return InvoiceStatus.PAID_IN_FULL
    return InvoiceStatus.PARTIALLY_PAID if paid_minor else InvoiceStatus.OPEN


def voided(invoice: Invoice, voided_at: datetime) -> Invoice:
    """The invoice with every amount at zero, as an ERP keeps it."""
    lines = tuple(replace(line, rate_minor=0, amount_minor=0, tax_minor=0) for line in invoice.lines)
    return replace(
        invoice,
        lines=lines,
        installments=(),
        subtotal_minor=0,
        tax_minor=0,
        total_minor=0,
        paid_minor=0,
        status=InvoiceStatus.VOIDED,
        memo="VOID",
        last_modified=voided_at,
    )


def make_payments(rng: random.Random, invoices: Iterable[Invoice]) -> Iterator[Payment]:
    """The payments behind what is paid, oldest first: one per invoice, or one for two that one customer owed."""
    waiting: dict[int, Invoice] = {}
    payment_id = FIRST_PAYMENT_ID
    for invoice in sorted(invoices, key=lambda candidate: (candidate.last_modified, candidate.id)):
        if not invoice.paid_minor:
            continue
        earlier = waiting.pop(invoice.customer_id, None)
        if earlier is None and chance(rng, 25):
            waiting[invoice.customer_id] = invoice
            continue
        yield _payment(rng, payment_id, [earlier, invoice] if earlier else [invoice])
        payment_id += 1
    for invoice in waiting.values():
        yield _payment(rng, payment_id, [invoice])
        payment_id += 1


def _payment(rng: random.Random, payment_id: int, invoices: list[Invoice]) -> Payment:
    last = invoices[-1]
    applied = tuple(Application(invoice_id=invoice.id, amount_minor=invoice.paid_minor) for invoice in invoices)
    amount = sum(application.amount_minor for application in applied)
    overpaid = amount // 20 if chance(rng, 3) else 0
    return Payment(
        id=payment_id,
        number=f"PYMT-{payment_id - FIRST_PAYMENT_ID + 1:05}",
        customer_id=last.customer_id,
        subsidiary_id=last.subsidiary_id,
        currency=last.currency,
        exchange_rate=last.exchange_rate,
        payment_date=last.last_modified.date(),
        amount_minor=amount + overpaid,
        applications=applied,
        check_number=str(rng.randrange(10_000, 99_999)) if chance(rng, 40) else "",
        memo="Overpaid" if overpaid else "",
        created_at=last.last_modified,
        last_modified=last.last_modified,
    )


def _shown(invoice: Invoice, paid_percent: int, today: date) -> Invoice:
    if not paid_percent:
        return invoice
    paid_at = min(_next_day(invoice.created_at), end_of_history(today))
    return paid(invoice, invoice.total_minor * paid_percent // 100, paid_at)


def _edited(rng: random.Random, invoice: Invoice, today: date) -> Invoice:
    if not chance(rng, 30):
        return invoice
    room = (end_of_history(today) - invoice.created_at) * rng.random()
    changed = (invoice.created_at + room).replace(microsecond=0)
    return replace(invoice, memo="Reminder sent; customer asked for a copy", last_modified=changed)


def _spread(installments: tuple[Installment, ...], paid_minor: int) -> tuple[Installment, ...]:
    left, after = paid_minor, []
    for part in installments:
        settled_now = min(left, part.amount_minor)
        left -= settled_now
        after.append(replace(part, open_minor=part.amount_minor - settled_now))
    return tuple(after)


def _still_collectible(due_date: date, today: date) -> float:
    # What is very old has mostly been collected or written off, so the books are not one great over-90 bucket.
    return 1.0 if today - due_date < timedelta(days=150) else 0.25


def _next_day(instant: datetime) -> datetime:
    return instant + timedelta(days=1)
