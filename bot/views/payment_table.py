"""Payments, deposits and credit memos as a table that is read page by page: a customer's, or those of one invoice."""

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, Option

from bot.views.amounts import Place, day, money
from bot.views.names import MAX_NUMBER
from bot.views.net_balance import spare_words
from bot.views.parts import Message, lines, message, paragraph, record_link, small_print, words
from bot.views.portfolio_menus import CSV_ACTION
from bot.views.provenance import Provenance
from bot.views.settlements import KINDS, applied_to
from bot.views.table_ref import TableRef
from bot.views.table_rows import (
    card_menu,
    card_option,
    controls,
    table_buttons,
    table_head,
    table_range,
    table_sentence,
)
from bot.views.tables import Cell, amount_cell, data_table, rich_cell, text_cell
from bot.views.text import literal, shortened, size
from bot.views.values import RecordRef
from store.applications import Application
from store.money import Money
from store.receipts import Receipt, Unapplied
from store.records import RecordId

PAYMENTS_PER_PAGE = 10
PREVIOUS_ACTION, NEXT_ACTION = "payments.previous", "payments.next"
_MAX_URL = 150
_MAX_SHORT = 30
# Of one payment that settled many invoices so many are named.
_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentTable:
    """A page, of `total` in all. `about` is how the customer or invoice is called that `ref` is of.

    `unapplied` is what of all the customer's settles nothing yet, by currency. `known` are those invoices of the page
    that can be opened. `is_table_refused` writes lines instead of a table.
    """

    ref: TableRef
    place: Place
    provenance: Provenance
    about: str
    rows: tuple[Receipt, ...]
    total: int
    unapplied: tuple[Unapplied, ...] = ()
    known: frozenset[RecordId] = frozenset()
    is_table_refused: bool = False


def payment_table(shown: PaymentTable) -> Message:
    """The page, ready for Slack; its simpler blocks write a line for each payment."""
    spare = [small_print("spare", f"Unapplied: {spare_words(shown.unapplied, shown.place)}")] if shown.unapplied else []
    head = table_head(_headline(shown), "", shown.provenance, shown.place)
    drawn = message(_sentence(shown), [*head, *spare, *_rows(shown), *_controls(shown)])
    if shown.is_table_refused or not shown.rows:
        return drawn
    return replace(drawn, simpler_blocks=payment_table(replace(shown, is_table_refused=True)).blocks)


def _headline(shown: PaymentTable) -> str:
    if not shown.total:
        return f"{shown.about}: no payments or credits"
    what = "payment or credit" if shown.total == 1 else "payments and credits"
    return f"{shown.about}: {shown.total:,} {what}"


def _rows(shown: PaymentTable) -> list[Block]:
    if not shown.rows:
        nothing = "No payment on this page any more." if shown.total else "Nothing was paid or credited."
        return [paragraph("empty", nothing)]
    if shown.is_table_refused:
        listed = lines("payments", [[words(_line(each, shown))] for each in shown.rows])
        return [listed, small_print("range", _range(shown))]
    of_invoice = shown.ref.invoice_id is not None
    titles = ["Number", "Kind", "Date", "Amount", *(["Applied here"] if of_invoice else []), "Unapplied", "Applied to"]
    table: Block = data_table("payments", _range(shown), titles, [_cells(each, shown) for each in shown.rows])
    return [table]


def _cells(receipt: Receipt, shown: PaymentTable) -> list[Cell]:
    url = receipt.url if receipt.url and size(receipt.url) <= _MAX_URL else None
    here = shown.ref.invoice_id
    return [
        rich_cell(record_link(_number(receipt), url)),
        text_cell(_kind(receipt)),
        text_cell(_when(receipt, shown.place)),
        amount_cell(receipt.total, shown.place),
        *([_amount_or_dash(applied_to(receipt, here), shown.place)] if here else []),
        _amount_or_dash(None if receipt.is_voided else receipt.unapplied, shown.place),
        text_cell(_paid_words(receipt, shown.place)),
    ]


def _amount_or_dash(amount: Money | None, place: Place) -> Cell:
    return amount_cell(amount, place) if amount and amount.minor else text_cell("-")


def _number(receipt: Receipt) -> str:
    return literal(shortened(receipt.number, MAX_NUMBER), MAX_NUMBER, empty="(no number)")


def _kind(receipt: Receipt) -> str:
    return f"{KINDS[receipt.kind]}, voided" if receipt.is_voided else KINDS[receipt.kind]


def _when(receipt: Receipt, place: Place) -> str:
    return day(receipt.received_on, place) if receipt.received_on else "-"


def _paid_words(receipt: Receipt, place: Place) -> str:
    """«INV-1, INV-2 and 3 more»; of one invoice with the amount where that is not all."""
    applied = receipt.applications
    if not applied:
        return "-"
    if len(applied) == 1 and applied[0].amount != receipt.total:
        return f"{_invoice(applied[0])} ({money(applied[0].amount, place)})"
    named = ", ".join(_invoice(each) for each in applied[:_NAMED])
    more = len(applied) - _NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _invoice(application: Application) -> str:
    return literal(shortened(application.number or "", _MAX_SHORT), _MAX_SHORT, empty="(no number)")


def _line(receipt: Receipt, shown: PaymentTable) -> str:
    spare = receipt.unapplied.minor and not receipt.is_voided
    parts = (
        f"{_kind(receipt)} {_number(receipt)}",
        _when(receipt, shown.place),
        money(receipt.total, shown.place),
        f"{money(receipt.unapplied, shown.place)} unapplied" if spare else "",
        f"paid {_paid_words(receipt, shown.place)}" if receipt.applications else "",
    )
    return " · ".join(filter(None, parts))


def _range(shown: PaymentTable) -> str:
    return table_range(shown.ref, len(shown.rows), shown.total, "newest first")


def _controls(shown: PaymentTable) -> list[Block]:
    ref = shown.ref
    has_next = bool(shown.rows) and ref.first - 1 + len(shown.rows) < shown.total
    previous = replace(ref, first=max(1, ref.first - PAYMENTS_PER_PAGE)) if ref.first > 1 else None
    wanted: list[tuple[str, str, TableRef | None]] = [
        ("Previous", PREVIOUS_ACTION, previous),
        ("Next", NEXT_ACTION, replace(ref, first=ref.first + len(shown.rows)) if has_next else None),
        ("CSV", CSV_ACTION, ref.start if shown.rows else None),
    ]
    return controls(f"payments.{ref.first}", [*card_menu("Open an invoice", _options(shown)), *table_buttons(wanted)])


def _options(shown: PaymentTable) -> list[Option | None]:
    paid = [each for receipt in shown.rows for each in receipt.applications if each.applied_to in shown.known]
    return [card_option(RecordRef(kind="invoice", record_id=each.applied_to), _invoice(each)) for each in paid]


def _sentence(shown: PaymentTable) -> str:
    rows = (_line(each, shown) for each in shown.rows)
    return table_sentence(_headline(shown), "", shown.provenance, shown.place, rows)
