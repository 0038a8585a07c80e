"""What becomes of money that was paid ahead or too much: drawn from deposits, paid back, or settled in the books.

As in hands.py, every function changes the records on both sides and raises ValueError for what the books do not allow.
"""

from dataclasses import replace

from sandbox.ledger.adjusting import FIRST_REFUND_ID
from sandbox.ledger.book import Ledger
from sandbox.ledger.credits import FIRST_DEPOSIT_APPLICATION_ID, application_of
from sandbox.ledger.records import Application, Kind, Payment
from sandbox.ledger.settlement import paid
from sandbox.ledger.setup import RATES
from sandbox.ledger.transactions import CreditMemo, CustomerDeposit, CustomerRefund, DepositApplication, Refunded


def drawn(
    ledger: Ledger,
    deposit: CustomerDeposit,
    amount_minor: int,
    *,
    applications: tuple[Application, ...] = (),
    refund_id: int | None = None,
) -> DepositApplication:
    """The new deposit application by which so much leaves the deposit."""
    application_id = ledger.new_id(Kind.DEPOSIT_APPLICATION, FIRST_DEPOSIT_APPLICATION_ID)
    made = application_of(
        deposit, amount_minor=amount_minor, at=ledger.instant(), applications=applications, refund_id=refund_id
    )
    numbered = replace(made, id=application_id, number=f"DEPAPP-{application_id}", application_date=ledger.today)
    ledger.draw(deposit.id, amount_minor)
    return ledger.put(Kind.DEPOSIT_APPLICATION, numbered)


def give_back(ledger: Ledger, deposit_id: int, invoice_id: int | None = None) -> None:
    """Deletes the deposit's applications, or those to one invoice; what they settled is open again."""
    held = ledger.records(Kind.DEPOSIT_APPLICATION).values()
    found = [one for one in held if one.deposit_id == deposit_id]
    for one in found:
        if invoice_id is None or any(applied.invoice_id == invoice_id for applied in one.applications):
            ledger.delete(Kind.DEPOSIT_APPLICATION, one.id)


def release_application(ledger: Ledger, application_id: int) -> DepositApplication:
    """Takes the application off its invoices without giving the money back to the deposit."""
    ledger.release(ledger.records(Kind.DEPOSIT_APPLICATION)[application_id].applications)
    freed: DepositApplication = ledger.edit(Kind.DEPOSIT_APPLICATION, application_id, applications=())
    return freed


def refund(
    ledger: Ledger, customer_id: int, amount_minor: int, source: Payment | CreditMemo | CustomerDeposit | None = None
) -> CustomerRefund:
    """Pays so much back to the customer, out of what is unapplied of the source, or of nothing.

    The source keeps its date of change, so that only the refund tells of it.
    """
    if source is not None and amount_minor > source.unapplied_minor:
        raise ValueError(f"{amount_minor} is not within the unapplied amount of {source.unapplied_minor}")
    customer, at = ledger.customers[customer_id], ledger.instant()
    refund_id = ledger.new_id(Kind.CUSTOMER_REFUND, FIRST_REFUND_ID)
    made = CustomerRefund(
        id=refund_id,
        number=f"REF-{refund_id}",
        customer_id=customer_id,
        subsidiary_id=customer.subsidiary_id,
        currency=customer.currency,
        exchange_rate=RATES[customer.currency],
        refund_date=ledger.today,
        total_minor=amount_minor,
        refunded=() if source is None else (_refunded(ledger, source, amount_minor, refund_id),),
        memo="",
        is_voided=False,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.CUSTOMER_REFUND, made)


def settle_journal_entry(ledger: Ledger, entry_id: int, invoice_id: int, amount_minor: int) -> None:
    """Settles a part of the invoice with an entry that lowered the customer's balance."""
    entry = ledger.records(Kind.JOURNAL_ENTRY)[entry_id]
    if not 0 < amount_minor <= -entry.open_minor:
        raise ValueError(f"{amount_minor} is not within the entry's {entry.open_minor}")
    ledger.put(Kind.INVOICE, paid(ledger.invoices[invoice_id], amount_minor, ledger.instant()))
    ledger.edit(Kind.JOURNAL_ENTRY, entry_id, settled_minor=entry.settled_minor - amount_minor)


def _refunded(
    ledger: Ledger, source: Payment | CreditMemo | CustomerDeposit, amount_minor: int, refund_id: int
) -> Refunded:
    if isinstance(source, CustomerDeposit):
        drawn(ledger, source, amount_minor, refund_id=refund_id)
        return Refunded(kind=Kind.CUSTOMER_DEPOSIT, record_id=source.id, amount_minor=amount_minor)
    kind = Kind.PAYMENT if isinstance(source, Payment) else Kind.CREDIT_MEMO
    ledger.put(kind, replace(source, refunded_minor=source.refunded_minor + amount_minor))
    return Refunded(kind=kind, record_id=source.id, amount_minor=amount_minor)
