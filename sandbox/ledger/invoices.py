"""Invoices as they are issued over the two years before `today`; what became of them is settlement.py's."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sandbox.ledger.chance import chance
from sandbox.ledger.customers import HISTORY_DAYS, minor_units
from sandbox.ledger.records import Customer, CustomField, FieldKind, Installment, Invoice, InvoiceLine, InvoiceStatus
from sandbox.ledger.setup import ITEMS, RATES, TAX_PER_MILLE, TERMS
from sandbox.ledger.showcase import NUMBERS, SHOWN, Shown
from sandbox.ledger.words import MEMOS

FIRST_INVOICE_ID = 100_001
FIRST_INVOICE_NUMBER = 10_001
FIRST_PAYMENT_ID = 5_000_001

_DAYS = {terms.id: terms.days for terms in TERMS}
_REMINDERS = tuple(
    CustomField(script_id="custbody_reminders_sent", kind=FieldKind.INTEGER, value=count) for count in range(4)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How a customer pays: the mean delay after the due date in days, and the share left unpaid."""

    delay: int
    spread: int
    unpaid: float


HABITS = (
    Habit(delay=-3, spread=4, unpaid=0.02),
    Habit(delay=5, spread=8, unpaid=0.05),
    Habit(delay=20, spread=15, unpaid=0.10),
    Habit(delay=45, spread=30, unpaid=0.20),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An invoice before it has a number; `shown` is set where its outcome is fixed by the showcase."""

    issued: datetime
    customer: Customer
    habit: Habit
    shown: Shown | None = None


def make_drafts(rng: random.Random, customers: Sequence[Customer], *, per_customer: int, today: date) -> list[Draft]:
    """All invoices to make, oldest first; the customers of the showcase get theirs on top of their share."""
    drafts = [draft for customer in customers for draft in _history(rng, customer, per_customer, today)]
    drafts += [draft for customer in customers for draft in _showcase(customer, today)]
    return sorted(drafts, key=lambda draft: (draft.issued, draft.customer.id))


def _history(rng: random.Random, customer: Customer, count: int, today: date) -> Iterator[Draft]:
    habit = rng.choices(HABITS, (40, 30, 20, 10))[0]
    for nth in range(count):
        # Oldest first; the day before yesterday is the last one, which keeps every instant in the past.
        days_ago = 2 + int((count - nth - rng.random()) * (HISTORY_DAYS - 2) / count)
        yield Draft(issued=_working_hour(rng, today - timedelta(days=days_ago)), customer=customer, habit=habit)


def _showcase(customer: Customer, today: date) -> Iterator[Draft]:
    for shown in SHOWN.get(customer.name, ()):
        issued = today - timedelta(days=max(2, shown.days_past_due + _DAYS[customer.terms_id]))
        noon = datetime.combine(issued, time(9), UTC)
        yield Draft(issued=noon, customer=customer, habit=HABITS[0], shown=shown)


def _working_hour(rng: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(8, tzinfo=UTC)) + timedelta(seconds=rng.randrange(9 * 3600))


def numbered(drafts: Sequence[Draft]) -> Iterator[tuple[int, str, Draft]]:
    """Each draft with its id and number: numbers ascend with time and leave out those of the showcase."""
    number = FIRST_INVOICE_NUMBER
    for invoice_id, draft in enumerate(drafts, start=FIRST_INVOICE_ID):
        if draft.shown and draft.shown.number:
            yield invoice_id, draft.shown.number, draft
            continue
        number += f"INV-{number}" in NUMBERS
        yield invoice_id, f"INV-{number}", draft
        number += 1


def make_invoice(rng: random.Random, invoice_id: int, number: str, draft: Draft, *, today: date) -> Invoice:
    """The invoice as it was issued: open, nothing paid."""
    customer = draft.customer
    invoice_date = draft.issued.date()
    due_date = invoice_date + timedelta(days=_DAYS[customer.terms_id])
    if draft.shown:
        due_date = today - timedelta(days=draft.shown.days_past_due)
    base_major = draft.shown.base_major if draft.shown else int(rng.lognormvariate(7.6, 1.1)) + 20
    lines = make_lines(rng, minor_units(base_major, customer.currency), customer.address.country)
    subtotal, tax = sum(line.amount_minor for line in lines), sum(line.tax_minor for line in lines)
    return Invoice(
        id=invoice_id,
        number=number,
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        invoice_date=invoice_date,
        due_date=due_date,
        terms_id=customer.terms_id,
        po_number=f"PO-{rng.randrange(1000, 99_999)}" if chance(rng, 70) else "",
        memo=rng.choice(MEMOS).format(n=number.removeprefix("INV-"), today=invoice_date),
        sales_rep_id=customer.sales_rep_id,
        email=customer.email,
        lines=lines,
        installments=_installments(rng, due_date, subtotal + tax),
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        paid_minor=0,
        status=InvoiceStatus.OPEN,
        custom_fields=_custom_fields(rng, customer),
        created_at=draft.issued,
        last_modified=draft.issued,
    )


def make_lines(rng: random.Random, subtotal_minor: int, country: str) -> tuple[InvoiceLine, ...]:
    """One to five lines that add up to about `subtotal_minor`; each quantity times its rate is exact."""
    count = rng.choice((1, 1, 2, 2, 3, 4, 5))
    per_mille = TAX_PER_MILLE.get(country, 0)
    return tuple(_line(rng, line, max(1, subtotal_minor // count), per_mille) for line in range(1, count + 1))


def _line(rng: random.Random, line: int, share_minor: int, per_mille: int) -> InvoiceLine:
    item_id, item, description = rng.choice(ITEMS)
    quantity = rng.choice((1, 1, 2, 3, 5, 10, 12))
    rate = max(1, share_minor // quantity)
    amount = rate * quantity
    return InvoiceLine(
        line=line,
        item_id=item_id,
        item=item,
        description=description,
        quantity=quantity,
        rate_minor=rate,
        amount_minor=amount,
        tax_minor=amount * per_mille // 1000,
    )


def _installments(rng: random.Random, due_date: date, total_minor: int) -> tuple[Installment, ...]:
    if not chance(rng, 2):
        return ()
    first = total_minor // 2
    parts = ((1, due_date - timedelta(days=14), first), (2, due_date, total_minor - first))
    return tuple(Installment(sequence=n, due_date=due, amount_minor=part, open_minor=part) for n, due, part in parts)


def _custom_fields(rng: random.Random, customer: Customer) -> tuple[CustomField, ...]:
    billing = [field for field in customer.custom_fields if field.script_id == "custentity_billing_email"]
    fields = [
        CustomField(script_id="custbody_billing_email", kind=FieldKind.EMAIL, value=field.value) for field in billing
    ]
    fields.append(rng.choice(_REMINDERS))
    if chance(rng, 30):
        freight = Decimal(rng.randrange(500, 40_000)).scaleb(-2)
        fields.append(CustomField(script_id="custbody_freight", kind=FieldKind.DECIMAL, value=freight))
    return tuple(fields)


def invoice_of_one_line(
    customer: Customer,
    *,
    invoice_id: int,
    number: str,
    invoice_date: date,
    due_date: date,
    total_minor: int,
    memo: str,
    currency: str,
    at: datetime,
) -> Invoice:
    """An open invoice for one piece of the first item, untaxed, created at `at`."""
    item_id, item, description = ITEMS[0]
    line = InvoiceLine(
        line=1,
        item_id=item_id,
        item=item,
        description=description,
        quantity=1,
        rate_minor=total_minor,
        amount_minor=total_minor,
        tax_minor=0,
    )
    return Invoice(
        id=invoice_id,
        number=number,
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=currency,
        exchange_rate=RATES[currency],
        invoice_date=invoice_date,
        due_date=due_date,
        terms_id=customer.terms_id,
        po_number="",
        memo=memo,
        sales_rep_id=customer.sales_rep_id,
        email=customer.email,
        lines=(line,),
        installments=(),
        subtotal_minor=total_minor,
        tax_minor=0,
        total_minor=total_minor,
        paid_minor=0,
        status=InvoiceStatus.OPEN,
        custom_fields=(),
        created_at=at,
        last_modified=at,
    )
