"""What the demo lets happen in NetSuite while people look on, so that there is something to be told of.

It is read at once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from bot.root.assistant import Assistant
from sandbox.ledger import Kind, Ledger
from sandbox.ledger.hands import apply, issue_credit_memo, reverse_payment
from sandbox.ledger.letters import receive_message, write_note
from sandbox.ledger.records import Invoice
from sandbox.slack.outside import Act, Outside
from store.work import WorkState

CUSTOMER = "Sun Microsystems, Inc."
TITLE = "In NetSuite"
_LARGE_MINOR = 86_400_00
_LOOK_SECONDS = 0.2
_NOTHING_OWED = f"{CUSTOMER} owes nothing any more."


def payment_arrives(ledger: Ledger) -> str:
    """The customer pays what is open on its oldest invoice."""
    oldest = _oldest_open(ledger)
    if oldest is None:
        return _NOTHING_OWED
    payment = ledger.pay_invoice(oldest.id)
    return f"{CUSTOMER} paid {_major(payment.amount_minor)} {payment.currency} on {oldest.number}."


def credit_is_given(ledger: Ledger) -> str:
    """A credit memo over a tenth of the customer's oldest open invoice, applied to it."""
    oldest = _oldest_open(ledger)
    if oldest is None:
        return _NOTHING_OWED
    amount = min(oldest.open_minor, max(1, oldest.total_minor // 10))
    made = issue_credit_memo(ledger, oldest.customer_id, amount, invoice_id=oldest.id, memo="Goodwill")
    memo = apply(ledger, made, oldest.id, amount)
    return f"{memo.number} over {_major(amount)} {memo.currency} was applied to {oldest.number} of {CUSTOMER}."


def payment_bounces(ledger: Ledger) -> str:
    """The customer's newest payment is reversed, and what it settled is open again."""
    paid = ledger.records_of(Kind.PAYMENT, ledger.customer_named(CUSTOMER).id)
    standing = [payment for payment in paid if not payment.is_voided]
    if not standing:
        return f"No payment of {CUSTOMER} is left that could bounce."
    newest = max(standing, key=lambda payment: (payment.last_modified, payment.id))
    reverse_payment(ledger, newest.id)
    return f"{newest.number} over {_major(newest.amount_minor)} {newest.currency} of {CUSTOMER} was reversed."


def invoice_is_made(ledger: Ledger) -> str:
    """A large new invoice for the same customer."""
    made = ledger.add_invoice(ledger.customer_named(CUSTOMER).id, total_minor=_LARGE_MINOR)
    return f"{made.number} over {_major(made.total_minor)} {made.currency} was made for {CUSTOMER}"


def note_is_written(ledger: Ledger) -> str:
    """Somebody writes a note on the customer's oldest open invoice."""
    oldest = _oldest_open(ledger)
    if oldest is None:
        return _NOTHING_OWED
    note = write_note(
        ledger, Kind.INVOICE, oldest.id, title="Promise to pay", text=f"AP says {oldest.number} goes out on Thursday."
    )
    return f"«{note.title}» was noted on {oldest.number} of {CUSTOMER}."


def customer_writes(ledger: Ledger) -> str:
    """The customer answers by e-mail about its oldest open invoice."""
    oldest = _oldest_open(ledger)
    if oldest is None:
        return _NOTHING_OWED
    message = receive_message(
        ledger, oldest.id, subject=f"RE: {oldest.number}", text="Please send the delivery note, then we can release it."
    )
    return f"{CUSTOMER} wrote about {oldest.number}: {message.text}"


def outside(ledger: Ledger, tell: Callable[[], None]) -> Outside:
    """The page's box. `tell` is called after each change."""

    def told(change: Callable[[Ledger], str]) -> Callable[[], str]:
        def happen() -> str:
            said = change(ledger)
            tell()
            return said

        return happen

    return Outside(
        id="netsuite",
        title=TITLE,
        acts=(
            Act(id="payment", label="Let a payment arrive", happen=told(payment_arrives)),
            Act(id="credit", label="Issue a credit memo", happen=told(credit_is_given)),
            Act(id="reversal", label="Let a payment bounce", happen=told(payment_bounces)),
            Act(id="note", label="Write a note", happen=told(note_is_written)),
            Act(id="message", label="Let the customer write", happen=told(customer_writes)),
            Act(id="invoice", label="Make a large invoice", happen=told(invoice_is_made)),
        ),
    )


@asynccontextmanager
async def read_at_once(assistant: Assistant, source: str, first: str) -> AsyncIterator[Callable[[], None]]:
    """Gives what asks for a reading of the source, once what is being read (at first the work `first`) has ended."""
    asked = asyncio.Event()
    reading = asyncio.create_task(_read_when(assistant, source, asked, first))
    try:
        yield asked.set
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read_when(assistant: Assistant, source: str, asked: asyncio.Event, running: str) -> None:
    for number in count(1):
        await asked.wait()
        # Two at a time would wait a minute for each other.
        while await assistant.work.status(running) is WorkState.PENDING:  # noqa: ASYNC110 - durable work rings nowhere
            await asyncio.sleep(_LOOK_SECONDS)
        asked.clear()
        running = f"news-{number}"
        await assistant.pull(source, running)


def _oldest_open(ledger: Ledger) -> Invoice | None:
    owed = [invoice for invoice in ledger.invoices_of(ledger.customer_named(CUSTOMER).id) if invoice.open_minor > 0]
    return min(owed, key=lambda invoice: (invoice.due_date, invoice.id), default=None)


def _major(minor: int) -> str:
    return f"{minor / 100:,.2f}"
