"""Refunds and journal entries of the seeded past, so that the books are not of bills and payments alone.

Told by the ids of customers, so that nothing else in the ledger depends on them; those of the showcase have none.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sandbox.ledger.customers import minor_units
from sandbox.ledger.records import Customer, Kind
from sandbox.ledger.settlement import end_of_history
from sandbox.ledger.setup import RATES
from sandbox.ledger.showcase import AHEAD, CREDITED, SHOWN
from sandbox.ledger.transactions import CreditMemo, CustomerRefund, JournalEntry, Refunded

FIRST_JOURNAL_ID = 9_000_001
FIRST_REFUND_ID = 9_500_001
_SHOWCASE = {*SHOWN, *CREDITED, *AHEAD}
# One customer of so many has an entry, and one open credit memo of two was paid back by half.
_EVERY = 20
_DAYS_AGO = 30


def make_entries(customers: Iterable[Customer], *, today: date) -> Iterator[JournalEntry]:
    """Small differences that were charged or written off in the books."""
    at = end_of_history(today) - timedelta(days=_DAYS_AGO)
    chosen = (one for one in customers if not one.id % _EVERY and one.name not in _SHOWCASE)
    for nth, customer in enumerate(chosen):
        amount = minor_units(40 + customer.id % 60, customer.currency)
        yield entry_of(customer, FIRST_JOURNAL_ID + nth, -amount if nth % 2 else amount, at=at)


def paid_back(
    customers: Iterable[Customer], memos: Collection[CreditMemo], *, today: date
) -> tuple[tuple[CreditMemo, ...], tuple[CustomerRefund, ...]]:
    """The credit memos as they are after some were paid back, and the refunds by which they were."""
    shown = {customer.id for customer in customers if customer.name in _SHOWCASE}
    spare = [memo for memo in memos if memo.unapplied_minor > 1 and memo.customer_id not in shown][::2]
    refunds = tuple(_half_of(memo, FIRST_REFUND_ID + nth, today) for nth, memo in enumerate(spare))
    amounts = {one.refunded[0].record_id: one.total_minor for one in refunds}
    return tuple(replace(memo, refunded_minor=amounts.get(memo.id, 0)) for memo in memos), refunds


def entry_of(customer: Customer, entry_id: int, amount_minor: int, *, at: datetime) -> JournalEntry:
    """An entry that moves the customer's balance."""
    return JournalEntry(
        id=entry_id,
        number=f"JE-{entry_id}",
        customer_id=customer.id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        entry_date=at.date(),
        amount_minor=amount_minor,
        memo="Adjustment of receivables",
        created_at=at,
        last_modified=at,
    )


def _half_of(memo: CreditMemo, refund_id: int, today: date) -> CustomerRefund:
    at, amount = min(memo.created_at + timedelta(days=1), end_of_history(today)), memo.unapplied_minor // 2
    return CustomerRefund(
        id=refund_id,
        number=f"REF-{refund_id - FIRST_REFUND_ID + 1:05}",
        customer_id=memo.customer_id,
        subsidiary_id=memo.subsidiary_id,
        currency=memo.currency,
        exchange_rate=memo.exchange_rate,
        refund_date=at.date(),
        total_minor=amount,
        refunded=(Refunded(kind=Kind.CREDIT_MEMO, record_id=memo.id, amount_minor=amount),),
        memo="Paid back on request",
        is_voided=False,
        created_at=at,
        last_modified=at,
    )
