"""Customers who owe something past due, of each currency the largest first."""

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, Option

from bot.views.amounts import Place, counted, money
from bot.views.invoice_table import VIEW_ACTION
from bot.views.parts import Message, header, lines, message, paragraph, small_print, words
from bot.views.portfolio import Debtor, days_of, debtor_line, debtor_name
from bot.views.portfolio_menus import CSV_ACTION
from bot.views.provenance import Provenance, provenance_line, provenance_words
from bot.views.scope import scope_words
from bot.views.table_ref import TableRef
from bot.views.table_rows import card_menu, card_option, controls, table_buttons, totals_words
from bot.views.tables import Cell, amount_cell, count_cell, data_table, text_cell
from bot.views.text import esc
from bot.views.values import RecordRef
from store.aging import Aging

# The whole message may have 13,200 characters.
MAX_DEBTORS = 20
_SPOKEN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class DebtorTable:
    """`debtors` are the largest, up to thirty in sight; `totals` what all come to, one entry per currency.

    `is_table_refused` writes lines instead of a table.
    """

    ref: TableRef
    place: Place
    provenance: Provenance
    debtors: tuple[Debtor, ...]
    totals: tuple[Aging, ...]
    has_more: bool = False
    is_table_refused: bool = False


def debtor_table(shown: DebtorTable) -> Message:
    """The table, ready for Slack; its simpler blocks write a line for each customer."""
    by_invoice = replace(shown.ref.start, kind="overdue")
    options = [_option(each, shown) for each in shown.debtors]
    buttons = [("By invoice", VIEW_ACTION, by_invoice), ("CSV", CSV_ACTION, shown.ref.start)]
    blocks = [
        *_head(shown),
        *_rows(shown),
        *controls("debtors.controls", [*card_menu("Open a customer", options), *table_buttons(buttons)]),
    ]
    drawn = message(_sentence(shown), blocks)
    if shown.is_table_refused or not shown.debtors:
        return drawn
    return replace(drawn, simpler_blocks=debtor_table(replace(shown, is_table_refused=True)).blocks)


def _head(shown: DebtorTable) -> list[Block]:
    about = scope_words(shown.ref.filter)
    return [
        header(_headline(shown)),
        *([small_print("scope", f"Only {esc(about)}")] if about else []),
        provenance_line(shown.provenance, shown.place),
    ]


def _headline(shown: DebtorTable) -> str:
    if not shown.debtors:
        return "Nothing past due"
    owed = [each.open_balance for each in shown.totals if each.open_invoices]
    more = "more than " if shown.has_more else ""
    customers = len({each.owes.customer_id for each in shown.debtors})
    return f"{totals_words(owed, shown.place)} past due, {more}{counted(customers, 'customer')}"


def _rows(shown: DebtorTable) -> list[Block]:
    if not shown.debtors:
        return [paragraph("empty", "No customer owes anything past due.")]
    more = [small_print("range", f"The largest {len(shown.debtors)}: all are in the CSV")] if shown.has_more else []
    if shown.is_table_refused:
        return [lines("debtors", [[words(debtor_line(each, shown.place))] for each in shown.debtors]), *more]
    titles = ["Customer", "Past due", "Invoices", "Oldest, days"]
    table: Block = data_table(
        "debtor.rows", "The largest first", titles, [_cells(each, shown) for each in shown.debtors]
    )
    return [table, *more]


def _cells(debtor: Debtor, shown: DebtorTable) -> list[Cell]:
    owes = debtor.owes
    return [
        text_cell(debtor_name(debtor)),
        amount_cell(owes.past_due_balance, shown.place),
        count_cell(owes.invoices),
        count_cell(days_of(debtor, shown.place)),
    ]


def _option(debtor: Debtor, shown: DebtorTable) -> Option | None:
    ref = RecordRef(kind="customer", record_id=debtor.owes.customer_id)
    return card_option(ref, f"{debtor_name(debtor)} · {money(debtor.owes.past_due_balance, shown.place)}")


def _sentence(shown: DebtorTable) -> str:
    about = scope_words(shown.ref.filter)
    only = f" ({about})" if about else ""
    first = "; ".join(debtor_line(each, shown.place) for each in shown.debtors[:_SPOKEN])
    named = f" First: {first}." if first else ""
    return f"{_headline(shown)}{only} {provenance_words(shown.provenance, shown.place)}{named}"
