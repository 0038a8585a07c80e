"""What the company is owed, by age: the answer to `/tesorio aging`.

The figures of each currency stand by themselves; nothing is added across currencies.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, RawTextObject, TableBlock

from bot.filters import Filter
from bot.views.aging_table import BUCKETS, MAX_CURRENCIES, amounts_of, cell_or_dash
from bot.views.amounts import Place, counted, money, more_currencies, short_money
from bot.views.parts import Message, button, lines, message, paragraph, row_with_button, small_print, words
from bot.views.portfolio_menus import Menus, menu_row
from bot.views.provenance import Provenance, provenance_words
from bot.views.scope import scope_words
from bot.views.table_rows import table_head
from bot.views.tables import bar_chart
from bot.views.text import literal
from bot.views.values import RecordRef
from store.aging import Aging
from store.portfolio_aging import PastDue

_MAX_IN_HEADLINE = 2
_MAX_LARGEST = 6
_MAX_CODE = 8
_MAX_NAME = 40
_COVERS = "Open invoices only; credits and unapplied payments are not subtracted."


@dataclass(frozen=True, kw_only=True, slots=True)
class Debtor:
    """A customer who owes something past due, by name."""

    name: str
    owes: PastDue


@dataclass(frozen=True, kw_only=True, slots=True)
class Portfolio:
    """All that the answer shows.

    `aging` has one entry per currency, the one with the most invoices first. `largest` are the customers who owe the
    most past due: of each currency some, the largest first. `is_chart_refused` leaves drawings and tables out.
    """

    place: Place
    provenance: Provenance
    filter: Filter
    customer: str = ""
    aging: tuple[Aging, ...] = ()
    largest: tuple[Debtor, ...] = ()
    menus: Menus
    is_chart_refused: bool = False


def portfolio_message(shown: Portfolio) -> Message:
    """The answer, ready for Slack; its simpler blocks have neither chart nor table."""
    owed = _owed(shown.aging)
    drawn = message(_sentence(shown), [*_head(shown), *_figures(shown, owed), *_debtors(shown), *menu_row(shown.menus)])
    if shown.is_chart_refused or not owed:
        return drawn
    return replace(drawn, simpler_blocks=portfolio_message(replace(shown, is_chart_refused=True)).blocks)


def headline(aging: Sequence[Aging], place: Place) -> str:
    """«$1.2M open, $340K past due (28%)», and so for the second currency."""
    owed = _owed(aging)
    if not owed:
        return "Nothing is open"
    said = " · ".join(_open_words(each, place) for each in owed[:_MAX_IN_HEADLINE])
    hidden = len(owed) - _MAX_IN_HEADLINE
    return f"{said} · {more_currencies(hidden)}" if hidden > 0 else said


def share_words(part: int, whole: int) -> str:
    """How much of the whole a part is: «28%», «<1%»; never 100% or 0% of what is only nearly so."""
    if part in {0, whole}:
        return "100%" if part else "0%"
    percent = (200 * part + whole) // (2 * whole)
    return {0: "<1%", 100: ">99%"}.get(percent, f"{percent}%")


def debtor_line(debtor: Debtor, place: Place) -> str:
    """«ABC Inc · $12,000.00 past due · 4 invoices, up to 95 days»."""
    late = f"{money(debtor.owes.past_due_balance, place)} past due"
    longest = counted(days_of(debtor, place), "day")
    return f"{debtor_name(debtor)} · {late} · {counted(debtor.owes.invoices, 'invoice')}, up to {longest}"


def debtor_name(debtor: Debtor) -> str:
    """The customer's name for places where Slack parses nothing."""
    return literal(debtor.name, _MAX_NAME, empty="(no name)")


def days_of(debtor: Debtor, place: Place) -> int:
    """For how long the customer's oldest invoice is past due, in days."""
    return (place.today - debtor.owes.oldest_due_date).days


def _owed(aging: Sequence[Aging]) -> tuple[Aging, ...]:
    return tuple(each for each in aging if each.open_balance.minor)


def _open_words(aging: Aging, place: Place) -> str:
    if not aging.past_due_balance.minor:
        return f"{short_money(aging.open_balance, place)} open, nothing past due"
    share = share_words(aging.past_due_balance.minor, aging.open_balance.minor)
    late = f"{short_money(aging.past_due_balance, place)} past due ({share})"
    return f"{short_money(aging.open_balance, place)} open, {late}"


def _head(shown: Portfolio) -> list[Block]:
    about = scope_words(shown.filter, shown.customer)
    return table_head(headline(shown.aging, shown.place), about, shown.provenance, shown.place, _COVERS)


def _figures(shown: Portfolio, owed: tuple[Aging, ...]) -> list[Block]:
    if not owed:
        return [paragraph("empty", _nothing(shown))]
    listed, hidden = owed[:MAX_CURRENCIES], len(owed) - MAX_CURRENCIES
    more = [small_print("more", f"…+{more_currencies(hidden)}: all are in the CSV")] if hidden > 0 else []
    if shown.is_chart_refused:
        return [_text(listed, shown.place), *more]
    # One currency's bars say nothing beside another's, and a second chart would push the table out of sight.
    return [_chart(listed[0]), _table(listed, shown.place), *more]


def _nothing(shown: Portfolio) -> str:
    about = scope_words(shown.filter, shown.customer)
    return f"No open invoices for: {about}." if about else "No customer owes anything on an invoice."


def _chart(aging: Aging) -> Block:
    bars = list(zip(BUCKETS, amounts_of(aging), strict=True))
    code = literal(aging.currency, _MAX_CODE)
    chart: Block = bar_chart("chart", f"Open balance by days past due, {code}", code, bars)
    return chart


def _table(listed: Sequence[Aging], place: Place) -> Block:
    rows = _rows(listed, place)
    settings = [{"align": "left"}, *({"align": "right"} for _ in rows[0][1:])]
    cells = [[RawTextObject(text=cell) for cell in row] for row in rows]
    return TableBlock(block_id="aging", rows=cells, column_settings=settings)


def _text(listed: Sequence[Aging], place: Place) -> Block:
    _, *rows = _rows(listed, place)
    return lines("aging", [[words(f"{title}: ", bold=True), words(" · ".join(cells))] for title, *cells in rows])


def _rows(listed: Sequence[Aging], place: Place) -> list[list[str]]:
    """A header, a row per bucket and the totals: a column per currency, or amount and share of the only one."""
    if len(listed) == 1:
        columns = [_amounts(listed[0], place), _shares(listed[0])]
        titles = ["Open balance", "Share"]
    else:
        columns = [_amounts(each, place) for each in listed]
        titles = [literal(each.currency, _MAX_CODE) for each in listed]
    return [["Days past due", *titles], *map(list, zip((*BUCKETS, "Total"), *columns, strict=True))]


def _amounts(aging: Aging, place: Place) -> list[str]:
    return [cell_or_dash(amount, place) for amount in (*amounts_of(aging), aging.open_balance)]


def _shares(aging: Aging) -> list[str]:
    whole = aging.open_balance.minor
    return [*(share_words(amount.minor, whole) if amount.minor else "-" for amount in amounts_of(aging)), "100%"]


def _debtors(shown: Portfolio) -> list[Block]:
    if not shown.largest:
        return []
    listed = shown.largest[:_MAX_LARGEST]
    rows = [_debtor(place, each, shown.place) for place, each in enumerate(listed, start=1)]
    return [lines("largest", [[words("Owe the most past due", bold=True)]]), *rows]


def _debtor(position: int, debtor: Debtor, place: Place) -> Block:
    opener = button("Open card", "lookup.open", RecordRef(kind="customer", record_id=debtor.owes.customer_id))
    return row_with_button(f"largest.{position}", debtor_line(debtor, place), opener)


def _sentence(shown: Portfolio) -> str:
    about = scope_words(shown.filter, shown.customer)
    only = f" ({about})" if about else ""
    return f"{headline(shown.aging, shown.place)}{only} {provenance_words(shown.provenance, shown.place)}"
