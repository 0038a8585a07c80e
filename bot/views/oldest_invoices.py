"""A customer's oldest open invoices, each with a button to its card."""

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, day, lateness, money
from bot.views.names import invoice_number
from bot.views.parts import button, lines, row_with_button, words
from bot.views.values import RecordRef
from store.invoices import Invoice

MAX_OLDEST = 5


def oldest_invoices(invoices: tuple[Invoice, ...], place: Place, *, total: int) -> list[Block]:
    """A title and a line for each of the first five; `total` is how many are open in all."""
    shown = invoices[:MAX_OLDEST]
    if not shown:
        return []
    rows = [_row(position, invoice, place) for position, invoice in enumerate(shown, start=1)]
    title = [words("Open invoices", bold=True)]
    if total > len(shown):
        title = [words("Oldest open invoices", bold=True), words(f" · {len(shown)} of {total:,}")]
    return [lines("oldest", [title]), *rows]


def _row(position: int, invoice: Invoice, place: Place) -> Block:
    due, number = invoice.due_date, invoice_number(invoice)
    when = f"{lateness(due, place.today)} · due {day(due, place)}" if due else "no due date"
    text = f"{money(invoice.open_balance, place)} · {when}"
    # Each row is a block of its own: Slack refuses two buttons of one action in one block.
    opener = button(number, "lookup.open", RecordRef(kind="invoice", record_id=invoice.id))
    return row_with_button(f"oldest.{position}", text if opener else f"{number} · {text}", opener)
