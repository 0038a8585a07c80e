"""Customers who owe something past due, page by page: currency by currency, in each the largest first."""

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, Option

from bot.views.amounts import Place, counted, money
from bot.views.invoice_table import NEXT_ACTION, PREVIOUS_ACTION, VIEW_ACTION
from bot.views.parts import Message, lines, message, paragraph, small_print, words
from bot.views.portfolio import Debtor, days_of, debtor_line, debtor_name
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
from bot.views.tables import Cell, amount_cell, count_cell, data_table, text_cell
from bot.views.values import RecordRef
from store.aging import Aging

# The whole message may have 13,200 characters.
DEBTORS_PER_PAGE = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class DebtorTable:
    """A page of customers: `ref` says which, `totals` what all pages together come to, one entry per currency.

    In all there are so many `customers` in so many `rows`: one for each currency that a customer owes.
    `is_table_refused` writes lines instead of a table.
    """

    ref: TableRef
    place: Place
    provenance: Provenance
    debtors: tuple[Debtor, ...]
    totals: tuple[Aging, ...]
    customers: int = 0
    rows: int = 0
    is_table_refused: bool = False


def debtor_table(shown: DebtorTable) -> Message:
    """The table, ready for Slack; its simpler blocks write a line for each customer."""
    blocks = [*_head(shown), *_rows(shown), *_controls(shown)]
    drawn = message(_sentence(shown), blocks)
    if shown.is_table_refused or not shown.debtors:
        return drawn
    return replace(drawn, simpler_blocks=debtor_table(replace(shown, is_table_refused=True)).blocks)


def _head(shown: DebtorTable) -> list[Block]:
    return table_head(_headline(shown), scope_words(shown.ref.filter), shown.provenance, shown.place)


def _headline(shown: DebtorTable) -> str:
    if not shown.rows:
        return "Nothing past due"
    owed = [each.open_balance for each in shown.totals if each.open_invoices]
    return f"{totals_words(owed, shown.place)} past due, {counted(shown.customers, 'customer')}"


def _rows(shown: DebtorTable) -> list[Block]:
    if not shown.debtors:
        nothing = "No customer on this page any more." if shown.rows else "No customer owes anything past due."
        return [paragraph("empty", nothing)]
    if shown.is_table_refused:
        listed = lines("debtors", [[words(debtor_line(each, shown.place))] for each in shown.debtors])
        return [listed, small_print("range", _range(shown))]
    titles = ["Customer", "Past due", "Invoices", "Oldest, days"]
    table: Block = data_table("debtor.rows", _range(shown), titles, [_cells(each, shown) for each in shown.debtors])
    return [table]


def _range(shown: DebtorTable) -> str:
    order = "the largest first" if len(shown.totals) == 1 else "by currency, the largest first"
    return table_range(shown.ref, len(shown.debtors), shown.rows, order)


def _controls(shown: DebtorTable) -> list[Block]:
    start, first = shown.ref.start, shown.ref.first
    behind = first + len(shown.debtors)
    has_next = bool(shown.debtors) and behind <= shown.rows
    menu = card_menu("Open a customer", [_option(each, shown) for each in shown.debtors])
    wanted: list[tuple[str, str, TableRef | None]] = [
        ("Previous", PREVIOUS_ACTION, replace(start, first=max(1, first - DEBTORS_PER_PAGE)) if first > 1 else None),
        ("Next", NEXT_ACTION, replace(start, first=behind) if has_next else None),
        ("By invoice", VIEW_ACTION, replace(start, kind="overdue")),
        ("CSV", CSV_ACTION, start),
    ]
    return controls(f"debtors.{first}", [*menu, *table_buttons(wanted)])


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
    rows = (debtor_line(each, shown.place) for each in shown.debtors)
    return table_sentence(_headline(shown), scope_words(shown.ref.filter), shown.provenance, shown.place, rows)
