"""What a test or a demo does to the money of a ledger: take it, apply it, take it back.

Every function changes the records on both sides, stamps them with the ledger's clock, and gives the record as it is
then. Amounts are in minor units of the customer's currency. Each raises KeyError for a record that is not there and
ValueError for an amount that the books do not allow.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from sandbox.ledger.adjusting import FIRST_JOURNAL_ID, entry_of
from sandbox.ledger.book import Ledger
from sandbox.ledger.credits import FIRST_CREDIT_MEMO_ID, FIRST_DEPOSIT_ID, credit_memo_of, deposit_of
from sandbox.ledger.drawing import drawn, give_back
from sandbox.ledger.invoices import FIRST_PAYMENT_ID
from sandbox.ledger.orders import FIRST_ORDER_ID, order_of
from sandbox.ledger.records import Application, InvoiceLine, Kind, Payment
from sandbox.ledger.settlement import paid
from sandbox.ledger.setup import ITEMS, RATES
from sandbox.ledger.transactions import CreditMemo, CustomerDeposit, JournalEntry, OrderStatus, SalesOrder

Settling = TypeVar("Settling", Payment, CustomerDeposit, CreditMemo)

_KINDS: dict[type, Kind] = {
    Payment: Kind.PAYMENT,
    CustomerDeposit: Kind.CUSTOMER_DEPOSIT,
    CreditMemo: Kind.CREDIT_MEMO,
}


def take_payment(
    ledger: Ledger,
    customer_id: int,
    amount_minor: int,
    *,
    currency: str | None = None,
    on: date | None = None,
    is_undeposited: bool = False,
) -> Payment:
    """A payment of which nothing is applied yet, in the customer's currency unless another one is named."""
    customer, at = ledger.customers[customer_id], ledger.instant()
    paid_in = currency or customer.currency
    payment_id = ledger.new_id(Kind.PAYMENT, FIRST_PAYMENT_ID)
    payment = Payment(
        id=payment_id,
        number=f"PYMT-{payment_id}",
        customer_id=customer_id,
        subsidiary_id=customer.subsidiary_id,
        currency=paid_in,
        exchange_rate=RATES[paid_in],
        payment_date=on or ledger.today,
        amount_minor=amount_minor,
        applications=(),
        check_number="",
        memo="",
        created_at=at,
        last_modified=at,
        is_undeposited=is_undeposited,
    )
    return ledger.put(Kind.PAYMENT, payment)


def take_deposit(
    ledger: Ledger, customer_id: int, amount_minor: int, *, order_id: int | None = None
) -> CustomerDeposit:
    """A deposit of which nothing is applied yet, for a sales order or for none."""
    deposit_id = ledger.new_id(Kind.CUSTOMER_DEPOSIT, FIRST_DEPOSIT_ID)
    made = deposit_of(ledger.customers[customer_id], amount_minor=amount_minor, at=ledger.instant())
    numbered = replace(made, id=deposit_id, number=f"DEP-{deposit_id}", deposit_date=ledger.today, order_id=order_id)
    return ledger.put(Kind.CUSTOMER_DEPOSIT, numbered)


def issue_credit_memo(
    ledger: Ledger, customer_id: int, total_minor: int, *, invoice_id: int | None = None, memo: str = ""
) -> CreditMemo:
    """A credit memo of one untaxed line, of which nothing is applied yet; made from an invoice or from none."""
    memo_id = ledger.new_id(Kind.CREDIT_MEMO, FIRST_CREDIT_MEMO_ID)
    lines = (_line(total_minor),)
    made = credit_memo_of(ledger.customers[customer_id], lines=lines, at=ledger.instant(), created_from_id=invoice_id)
    numbered = replace(made, id=memo_id, number=f"CM-{memo_id}", memo_date=ledger.today, memo=memo)
    return ledger.put(Kind.CREDIT_MEMO, numbered)


def place_order(
    ledger: Ledger,
    customer_id: int,
    total_minor: int,
    *,
    status: OrderStatus = OrderStatus.PENDING_FULFILLMENT,
    po_number: str = "",
) -> SalesOrder:
    """A sales order of one untaxed line."""
    order_id = ledger.new_id(Kind.SALES_ORDER, FIRST_ORDER_ID)
    customer, lines = ledger.customers[customer_id], (_line(total_minor),)
    made = order_of(customer, lines=lines, status=status, at=ledger.instant())
    numbered = replace(made, id=order_id, number=f"SO-{order_id}", order_date=ledger.today, po_number=po_number)
    return ledger.put(Kind.SALES_ORDER, numbered)


def post_journal_entry(ledger: Ledger, customer_id: int, amount_minor: int) -> JournalEntry:
    """Moves the customer's balance by an entry in the books alone; below zero, down."""
    entry_id = ledger.new_id(Kind.JOURNAL_ENTRY, FIRST_JOURNAL_ID)
    entry = entry_of(ledger.customers[customer_id], entry_id, amount_minor, at=ledger.instant())
    return ledger.put(Kind.JOURNAL_ENTRY, replace(entry, entry_date=ledger.today))


def apply(ledger: Ledger, record: Settling, invoice_id: int, amount_minor: int, *, discount_minor: int = 0) -> Settling:
    """Settles a part of the invoice with what is unapplied, and grants the discount on top.

    Of a deposit it is drawn for that, which changes neither its text nor its date of change.
    """
    invoice, at = ledger.invoices[invoice_id], ledger.instant()
    if not 0 < amount_minor <= record.unapplied_minor:
        raise ValueError(f"{amount_minor} is not within the unapplied amount of {record.unapplied_minor}")
    if record.currency != invoice.currency:
        raise ValueError(f"{record.number} is in {record.currency} and {invoice.number} in {invoice.currency}")
    if amount_minor + discount_minor > invoice.open_minor:
        raise ValueError(f"{amount_minor} is not within the open balance of {invoice.open_minor}")
    applied = Application(invoice_id=invoice_id, amount_minor=amount_minor, discount_minor=discount_minor)
    ledger.put(Kind.INVOICE, paid(invoice, applied.settled_minor, at))
    if isinstance(record, CustomerDeposit):
        drawn(ledger, record, amount_minor, applications=(applied,))
        return _as_it_is(ledger, record)
    changed = replace(record, applications=(*record.applications, applied), last_modified=at)
    return ledger.put(_KINDS[type(record)], changed)


def unapply(ledger: Ledger, record: Settling, invoice_id: int) -> Settling:
    """Takes back what was applied to the invoice, which is open by that much again."""
    if isinstance(record, CustomerDeposit):
        give_back(ledger, record.id, invoice_id)
        return _as_it_is(ledger, record)
    kept = tuple(applied for applied in record.applications if applied.invoice_id != invoice_id)
    ledger.release([applied for applied in record.applications if applied.invoice_id == invoice_id])
    changed = replace(record, applications=kept, last_modified=ledger.instant())
    return ledger.put(_KINDS[type(record)], changed)


def reverse_payment(ledger: Ledger, payment_id: int) -> Payment:
    """Voids a payment, as when a cheque bounces: it keeps its number at zero and frees what it settled."""
    payment = ledger.payments[payment_id]
    ledger.release(payment.applications)
    voided: Payment = ledger.edit(
        Kind.PAYMENT, payment_id, amount_minor=0, applications=(), is_voided=True, memo="VOID"
    )
    return voided


def cancel_deposit(ledger: Ledger, deposit_id: int) -> CustomerDeposit:
    """Cancels a deposit: it keeps its number at zero and frees what it settled."""
    give_back(ledger, deposit_id)
    voided: CustomerDeposit = ledger.edit(Kind.CUSTOMER_DEPOSIT, deposit_id, amount_minor=0, is_voided=True)
    return voided


def void_credit_memo(ledger: Ledger, memo_id: int) -> CreditMemo:
    """Voids a credit memo: it keeps its number at zero and frees what it settled."""
    memo = ledger.records(Kind.CREDIT_MEMO)[memo_id]
    ledger.release(memo.applications)
    lines = tuple(replace(line, rate_minor=0, amount_minor=0, tax_minor=0) for line in memo.lines)
    nothing = {"subtotal_minor": 0, "tax_minor": 0, "total_minor": 0, "applications": (), "lines": lines}
    voided: CreditMemo = ledger.edit(Kind.CREDIT_MEMO, memo_id, **nothing, is_voided=True, memo="VOID")
    return voided


def stamp(ledger: Ledger, kind: Kind, ids: Iterable[int], at: datetime) -> None:
    """The records say that they were last changed at `at`.

    With a past instant it is as if they had been saved then and had become visible only now; many with one instant
    are a tie that no cursor by time can break.
    """
    for record_id in ids:
        ledger.edit(kind, record_id, last_modified=at)


def _as_it_is(ledger: Ledger, record: Settling) -> Settling:
    known: Settling = ledger.records(_KINDS[type(record)])[record.id]
    return known


def _line(total_minor: int) -> InvoiceLine:
    item_id, item, description = ITEMS[0]
    return InvoiceLine(
        line=1,
        item_id=item_id,
        item=item,
        description=description,
        quantity=1,
        rate_minor=total_minor,
        amount_minor=total_minor,
        tax_minor=0,
    )
