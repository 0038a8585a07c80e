"""What the demo lets happen in NetSuite while people look on, so that there is something to be told of."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from bot.root import Assistant
from sandbox.ledger import Ledger
from sandbox.slack.outside import Act, Outside
from store.work import WorkState

CUSTOMER = "Sun Microsystems, Inc."
TITLE = "In NetSuite"
_LARGE_MINOR = 86_400_00
_LOOK_SECONDS = 0.2


def payment_arrives(ledger: Ledger) -> str:
    """The customer pays what is open on its oldest invoice."""
    owed = [invoice for invoice in ledger.invoices_of(ledger.customer_named(CUSTOMER).id) if invoice.open_minor > 0]
    if not owed:
        return f"{CUSTOMER} owes nothing any more."
    oldest = min(owed, key=lambda invoice: (invoice.due_date, invoice.id))
    payment = ledger.pay_invoice(oldest.id)
    return f"{CUSTOMER} paid {_major(payment.amount_minor)} {payment.currency} on {oldest.number}."


def invoice_is_made(ledger: Ledger) -> str:
    """A large new invoice for the same customer."""
    made = ledger.add_invoice(ledger.customer_named(CUSTOMER).id, total_minor=_LARGE_MINOR)
    return f"{made.number} over {_major(made.total_minor)} {made.currency} was made for {CUSTOMER}"


def outside(ledger: Ledger, tell: Callable[[], None]) -> Outside:
    """The page's box. `tell` is called after each change."""

    def told(change: Callable[[Ledger], str]) -> Callable[[], str]:
        def happen() -> str:
            said = change(ledger)
            tell()
            return said

        return happen

    return Outside(
        title=TITLE,
        acts=(
            Act(id="payment", label="Let a payment arrive", happen=told(payment_arrives)),
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


def _major(minor: int) -> str:
    return f"{minor / 100:,.2f}"
