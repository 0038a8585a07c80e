"""Open invoices as a table that is read page by page: those past due, or all of one customer."""

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, Option

from bot.views.amounts import Place, counted, day, lateness, money
from bot.views.names import invoice_number
from bot.views.parts import Message, lines, message, paragraph, record_link, small_print, words
from bot.views.portfolio_menus import CSV_ACTION
from bot.views.provenance import Provenance
from bot.views.scope import scope_words
from bot.views.table_ref import TableRef
from bot.views.table_rows import (
    card_menu,
    card_option,
    controls,
    table_buttons,
    table_head,
    table_range,
    table_sentence,
    totals_words,
)
from bot.views.tables import Cell, amount_cell, count_cell, data_table, rich_cell, text_cell
from bot.views.text import literal, shortened, size
from bot.views.values import RecordRef
from store.aging import Aging
from store.invoices import Invoice, days_past_due
from store.open_invoices import Position, position_of

# The whole message may have 13,200 characters.
ROWS_PER_PAGE = 10
_MAX_URL = 150
PREVIOUS_ACTION, NEXT_ACTION, VIEW_ACTION = "invoices.previous", "invoices.next", "overdue.view"
_MAX_NAME = 40
# More would not fit beside each other; a file has them all.
MAX_CUSTOM = 3
_MAX_CUSTOM = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An invoice and how its customer is called; «» where that is not known.

    `custom` is what it, or its customer, has in the custom fields that the table shows.
    """

    invoice: Invoice
    customer: str
    custom: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceTable:
    """A page of invoices: `ref` says which, `totals` what all pages together come to, one entry per currency.

    `customer` is the one that all are of; then no column names it. `custom` are the labels of custom fields.
    `is_table_refused` writes lines instead of a table.
    """

    ref: TableRef
    place: Place
    provenance: Provenance
    rows: tuple[Listed, ...]
    totals: tuple[Aging, ...]
    has_previous: bool = False
    has_next: bool = False
    customer: str = ""
    custom: tuple[str, ...] = ()
    is_table_refused: bool = False

    @property
    def total(self) -> int:
        return sum(aging.open_invoices for aging in self.totals)


def invoice_table(shown: InvoiceTable) -> Message:
    """The page, ready for Slack; its simpler blocks write a line for each invoice."""
    blocks = [*_head(shown), *_rows(shown), *_controls(shown)]
    drawn = message(_sentence(shown), blocks)
    if shown.is_table_refused or not shown.rows:
        return drawn
    return replace(drawn, simpler_blocks=invoice_table(replace(shown, is_table_refused=True)).blocks)


def _head(shown: InvoiceTable) -> list[Block]:
    # The customer is in the headline already.
    return table_head(_headline(shown), scope_words(shown.ref.filter), shown.provenance, shown.place)


def _headline(shown: InvoiceTable) -> str:
    who = f"{shown.customer}: " if shown.customer else ""
    if not shown.total:
        return f"{who}{'nothing' if who else 'Nothing'} {_what(shown)}"
    owed = [each.open_balance for each in shown.totals if each.open_invoices]
    return f"{who}{totals_words(owed, shown.place)} {_what(shown)}, {counted(shown.total, 'invoice')}"


def _what(shown: InvoiceTable) -> str:
    return "open" if shown.ref.kind == "open" else "past due"


def _rows(shown: InvoiceTable) -> list[Block]:
    if not shown.rows:
        nothing = "No invoice on this page any more." if shown.total else f"No invoice is {_what(shown)}."
        return [paragraph("empty", nothing)]
    if shown.is_table_refused:
        listed = lines("invoices", [[words(_line(each, shown))] for each in shown.rows])
        return [listed, small_print("range", _range(shown))]
    titles = ["Invoice", *([] if shown.customer else ["Customer"]), "Days past due", "Open balance"]
    titles += ["Due"] if _has_due_dates(shown) else []
    titles += [literal(label, _MAX_CUSTOM) for label in shown.custom[:MAX_CUSTOM]]
    table: Block = data_table("invoices", _range(shown), titles, [_cells(each, shown) for each in shown.rows])
    return [table]


def _has_due_dates(shown: InvoiceTable) -> bool:
    """Of what is past due the days say enough, and the columns fit beside each other."""
    return shown.ref.kind == "open"


def _cells(listed: Listed, shown: InvoiceTable) -> list[Cell]:
    invoice = listed.invoice
    url = invoice.url if invoice.url and size(invoice.url) <= _MAX_URL else None
    return [
        rich_cell(record_link(invoice_number(invoice), url)),
        *([] if shown.customer else [text_cell(literal(listed.customer, _MAX_NAME))]),
        _days_cell(invoice, shown.place),
        amount_cell(invoice.open_balance, shown.place),
        *([text_cell(_due_words(invoice, shown.place))] if _has_due_dates(shown) else []),
        *(text_cell(literal(shortened(value, _MAX_CUSTOM), _MAX_CUSTOM)) for value in _custom(listed, shown)),
    ]


def _custom(listed: Listed, shown: InvoiceTable) -> tuple[str, ...]:
    """A cell for each column."""
    wanted = len(shown.custom[:MAX_CUSTOM])
    return (*listed.custom, *[""] * wanted)[:wanted]


def _days_cell(invoice: Invoice, place: Place) -> Cell:
    days = days_past_due(invoice, place.today)
    return count_cell(days) if days > 0 else text_cell("-")


def _due_words(invoice: Invoice, place: Place) -> str:
    return day(invoice.due_date, place) if invoice.due_date else "-"


def _line(listed: Listed, shown: InvoiceTable) -> str:
    invoice = listed.invoice
    due = lateness(invoice.due_date, shown.place.today) if invoice.due_date else "no due date"
    name = "" if shown.customer else f" · {literal(listed.customer, _MAX_NAME)}"
    return f"{invoice_number(invoice)}{name} · {due} · {money(invoice.open_balance, shown.place)}"


def _range(shown: InvoiceTable) -> str:
    order = "oldest due date first" if shown.ref.kind == "open" else "longest past due first"
    return table_range(shown.ref, len(shown.rows), shown.total, order)


def _option(listed: Listed, shown: InvoiceTable) -> Option | None:
    invoice = listed.invoice
    what = money(invoice.open_balance, shown.place) if shown.customer else listed.customer
    ref = RecordRef(kind="invoice", record_id=invoice.id)
    return card_option(ref, f"{invoice_number(invoice)} · {what}")


def _controls(shown: InvoiceTable) -> list[Block]:
    ref = shown.ref
    menu = card_menu("Open an invoice", [_option(each, shown) for each in shown.rows])
    wanted: list[tuple[str, str, TableRef | None]] = [
        ("Previous", PREVIOUS_ACTION, _previous(shown)),
        ("Next", NEXT_ACTION, _next(shown)),
        ("By customer", VIEW_ACTION, replace(ref.start, kind="customers") if ref.kind == "overdue" else None),
        ("CSV", CSV_ACTION, ref.start if shown.rows else None),
    ]
    return controls(f"invoices.{ref.first}", [*menu, *table_buttons(wanted)])


def _previous(shown: InvoiceTable) -> TableRef | None:
    if not shown.has_previous:
        return None
    first = max(1, shown.ref.first - ROWS_PER_PAGE)
    return replace(shown.ref, after=None, before=_end(shown, 0), first=first) if shown.rows else shown.ref.start


def _next(shown: InvoiceTable) -> TableRef | None:
    if not shown.has_next or not shown.rows:
        return None
    return replace(shown.ref, after=_end(shown, -1), before=None, first=shown.ref.first + len(shown.rows))


def _end(shown: InvoiceTable, index: int) -> Position:
    return position_of(shown.rows[index].invoice)


def _sentence(shown: InvoiceTable) -> str:
    rows = (_line(each, shown) for each in shown.rows)
    return table_sentence(_headline(shown), scope_words(shown.ref.filter), shown.provenance, shown.place, rows)
