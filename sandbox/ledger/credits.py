"""Credit memos, deposits and discounts of the seeded past.

They are made after the invoices and payments, by a chance of their own, so the invoices are what they would be without
them: what a credit memo, a deposit or a discount settled is taken off the payment that settled the invoice.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.ledger.chance import chance
from sandbox.ledger.customers import minor_units
from sandbox.ledger.invoices import make_lines
from sandbox.ledger.records import Application, Customer, Invoice, InvoiceLine, Payment
from sandbox.ledger.settlement import end_of_history
from sandbox.ledger.setup import RATES
from sandbox.ledger.showcase import AHEAD, CREDITED
from sandbox.ledger.transactions import CreditMemo, CustomerDeposit, DepositApplication

FIRST_DEPOSIT_ID = 6_000_001
FIRST_DEPOSIT_APPLICATION_ID = 6_500_001
FIRST_CREDIT_MEMO_ID = 7_000_001

_REASONS = ("Damaged in transit", "Price corrected", "Returned goods", "Goodwill", "Short shipment <2 of 3>")
_UNDEPOSITED_DAYS = 5


@dataclass(kw_only=True, slots=True)
class Books:
    """What becomes of the payments, and what is found beside them, in the order in which it happened."""

    payments: list[Payment] = field(default_factory=list)
    credits: list[CreditMemo] = field(default_factory=list)
    deposits: list[CustomerDeposit] = field(default_factory=list)
    deposit_applications: list[DepositApplication] = field(default_factory=list)


def with_credits(
    rng: random.Random,
    customers: Sequence[Customer],
    invoices: Mapping[int, Invoice],
    payments: Iterable[Payment],
    *,
    today: date,
) -> Books:
    """The payments less what was settled otherwise, with the credit memos and deposits that did, and the open ones."""
    known = {customer.id: customer for customer in customers}
    books = Books()
    for payment in payments:
        invoice = invoices[payment.applications[-1].invoice_id]
        _settle_otherwise(rng, books, _as_banked(rng, payment, today), known[payment.customer_id], invoice)
    for customer in customers:
        _keep_open(rng, books, customer, today)
    books.credits = list(_numbered(books.credits, FIRST_CREDIT_MEMO_ID, "CM"))
    _number_deposits(books)
    return books


def _settle_otherwise(rng: random.Random, books: Books, payment: Payment, customer: Customer, invoice: Invoice) -> None:
    """Of a hundred payments: three after a credit memo, two after a deposit, two less a discount."""
    way, percent = rng.choices(("in full", "credit", "deposit", "discount"), (93, 3, 2, 2))[0], rng.randrange(5, 30)
    last = payment.applications[-1]
    part = last.amount_minor * percent // 100
    applied = Application(invoice_id=invoice.id, amount_minor=part)
    at = _midway(invoice.created_at, payment.created_at)
    if not part or way == "in full":
        books.payments.append(payment)
    elif way == "credit":
        books.credits.append(_memo_on(rng, customer, invoice, applied, at))
        books.payments.append(_reduced(payment, part))
    elif way == "deposit":
        deposit = replace(deposit_of(customer, amount_minor=part, at=at), drawn_minor=part)
        books.deposits.append(deposit)
        books.deposit_applications.append(application_of(deposit, amount_minor=part, applications=(applied,), at=at))
        books.payments.append(_reduced(payment, part))
    else:
        discount = last.amount_minor // 50
        books.payments.append(_reduced(payment, discount, discount_minor=discount))


def _reduced(payment: Payment, part_minor: int, *, discount_minor: int = 0) -> Payment:
    *others, last = payment.applications
    rest = replace(last, amount_minor=last.amount_minor - part_minor, discount_minor=discount_minor)
    return replace(payment, amount_minor=payment.amount_minor - part_minor, applications=(*others, rest))


def _as_banked(rng: random.Random, payment: Payment, today: date) -> Payment:
    recent = today - payment.payment_date < timedelta(days=_UNDEPOSITED_DAYS)
    return replace(payment, is_undeposited=True) if recent and chance(rng, 60) else payment


def _memo_on(
    rng: random.Random, customer: Customer, invoice: Invoice, applied: Application, at: datetime
) -> CreditMemo:
    made_from = invoice.id if chance(rng, 70) else None
    lines = (_plain_line(rng, applied.amount_minor),)
    memo = credit_memo_of(customer, lines=lines, applications=(applied,), created_from_id=made_from, at=at)
    return replace(memo, memo=rng.choice(_REASONS))


def _plain_line(rng: random.Random, amount_minor: int) -> InvoiceLine:
    (line, *_) = make_lines(rng, amount_minor, "US")
    return replace(line, quantity=1, rate_minor=amount_minor, amount_minor=amount_minor, tax_minor=0)


def _keep_open(rng: random.Random, books: Books, customer: Customer, today: date) -> None:
    """Of a hundred customers four have an open credit memo and three a deposit, besides those of the showcase."""
    kept = rng.choices(("nothing", "credit", "deposit"), (93, 4, 3))[0]
    days_ago, base_major = rng.randrange(2, 120), rng.randrange(50, 2500)
    at = end_of_history(today) - timedelta(days=days_ago, seconds=rng.randrange(86_400))
    if customer.name in CREDITED or kept == "credit":
        amount = minor_units(CREDITED.get(customer.name, base_major), customer.currency)
        memo = credit_memo_of(customer, lines=(_plain_line(rng, amount),), at=at)
        books.credits.append(replace(memo, memo=rng.choice(_REASONS)))
    if customer.name in AHEAD or kept == "deposit":
        amount = minor_units(AHEAD.get(customer.name, base_major), customer.currency)
        books.deposits.append(deposit_of(customer, amount_minor=amount, at=at))


def _numbered(records: Iterable[Any], first_id: int, prefix: str) -> Iterator[Any]:
    ordered = sorted(records, key=lambda record: record.created_at)
    for nth, record in enumerate(ordered):
        yield replace(record, id=first_id + nth, number=f"{prefix}-{nth + 1:05}")


def _number_deposits(books: Books) -> None:
    # What was drawn in this past was drawn when its deposit was made, by one customer at one instant.
    books.deposits = list(_numbered(books.deposits, FIRST_DEPOSIT_ID, "DEP"))
    known = {(one.customer_id, one.created_at): one.id for one in books.deposits if one.drawn_minor}
    books.deposit_applications = [
        replace(one, deposit_id=known[one.customer_id, one.created_at])
        for one in _numbered(books.deposit_applications, FIRST_DEPOSIT_APPLICATION_ID, "DEPAPP")
    ]


def _midway(first: datetime, last: datetime) -> datetime:
    return (first + (last - first) / 2).replace(microsecond=0)


def credit_memo_of(
    customer: Customer,
    *,
    lines: tuple[InvoiceLine, ...],
    at: datetime,
    applications: tuple[Application, ...] = (),
    created_from_id: int | None = None,
) -> CreditMemo:
    """A credit memo that waits for its id and number."""
    subtotal, tax = sum(line.amount_minor for line in lines), sum(line.tax_minor for line in lines)
    return CreditMemo(
        id=0,
        number="",
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        memo_date=at.date(),
        created_from_id=created_from_id,
        sales_rep_id=customer.sales_rep_id,
        email=customer.email,
        memo="",
        lines=lines,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        applications=applications,
        is_voided=False,
        created_at=at,
        last_modified=at,
    )


def application_of(
    deposit: CustomerDeposit,
    *,
    amount_minor: int,
    at: datetime,
    applications: tuple[Application, ...] = (),
    refund_id: int | None = None,
) -> DepositApplication:
    """A deposit application that waits for its id and number."""
    return DepositApplication(
        id=0,
        number="",
        deposit_id=deposit.id,
        refund_id=refund_id,
        customer_id=deposit.customer_id,
        subsidiary_id=deposit.subsidiary_id,
        currency=deposit.currency,
        exchange_rate=deposit.exchange_rate,
        application_date=at.date(),
        deposit_date=deposit.deposit_date,
        total_minor=amount_minor,
        applications=applications,
        memo="",
        created_at=at,
        last_modified=at,
    )


def deposit_of(customer: Customer, *, amount_minor: int, at: datetime) -> CustomerDeposit:
    """A deposit that waits for its id and number, and secures no order."""
    return CustomerDeposit(
        id=0,
        number="",
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        deposit_date=at.date(),
        order_id=None,
        amount_minor=amount_minor,
        check_number="",
        memo="",
        is_undeposited=False,
        is_voided=False,
        created_at=at,
        last_modified=at,
    )
