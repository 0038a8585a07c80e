"""What tables of money have in common: how they begin, what they say aloud, menus that open cards, buttons."""

from collections.abc import Iterable, Sequence
from itertools import islice

from slack_sdk.models.blocks import ActionsBlock, Block, InteractiveElement, Option, StaticSelectElement

from bot.views.amounts import Place, money, more_currencies
from bot.views.buttons import plain_button
from bot.views.parts import header, small_print
from bot.views.provenance import Provenance, provenance_line, provenance_words
from bot.views.table_ref import TableRef, encode_table
from bot.views.text import esc, literal, plain_text
from bot.views.values import RecordRef, encode, is_encodable
from store.money import Money

OPEN_CARD_ACTION = "lookup.open"
_MAX_TOTALS = 2
_MAX_OPTION = 75
_MAX_OPTIONS = 100
_SPOKEN = 3


def totals_words(amounts: Sequence[Money], place: Place) -> str:
    """«$340,120.50 and €12.00», «…, … and 3 more currencies»: sums of currencies are never added."""
    hidden = len(amounts) - _MAX_TOTALS
    shown = [money(amount, place) for amount in amounts[:_MAX_TOTALS]]
    if hidden <= 0:
        return " and ".join(shown)
    return f"{', '.join(shown)} and {more_currencies(hidden)}"


def table_head(headline: str, about: str, provenance: Provenance, place: Place, covers: str = "") -> list[Block]:
    """Above a table stand its headline, what it is `about` unless that is all, and where its figures come from."""
    only = [small_print("scope", f"Only {esc(about)}")] if about else []
    return [header(headline), *only, provenance_line(provenance, place, covers)]


def table_sentence(headline: str, about: str, provenance: Provenance, place: Place, rows: Iterable[str]) -> str:
    """The same in a sentence for those who see no table, with its first rows."""
    only = f" ({about})" if about else ""
    first = "; ".join(islice(rows, _SPOKEN))
    return f"{headline}{only} {provenance_words(provenance, place)}{f' First: {first}.' if first else ''}"


def table_range(ref: TableRef, shown: int, known: int, order: str) -> str:
    """«11-20 of 40 · largest first»: `shown` rows of those that are known."""
    last = ref.first + shown - 1
    return f"{ref.first:,}-{last:,} of {max(known, last):,} · {order}"


def card_option(ref: RecordRef, label: str) -> Option | None:
    """An entry of the menu that opens cards; None for a record whose id is too long for Slack to carry."""
    if not is_encodable(ref):
        return None
    return Option(text=plain_text(literal(label, _MAX_OPTION)), value=encode(ref))


def card_menu(placeholder: str, options: Sequence[Option | None]) -> list[InteractiveElement]:
    """A menu that opens the card of a record: Slack has no buttons in tables."""
    known = {option.value: option for option in options if option is not None}
    if not known:
        return []
    shown = list(known.values())[:_MAX_OPTIONS]
    return [StaticSelectElement(action_id=OPEN_CARD_ACTION, placeholder=plain_text(placeholder), options=shown)]


def table_buttons(wanted: Sequence[tuple[str, str, TableRef | None]]) -> list[InteractiveElement]:
    """Buttons that lead to tables: label, action and table; those that lead nowhere are left out."""
    found = ((text, action_id, encode_table(ref) if ref else "") for text, action_id, ref in wanted)
    return [plain_button(text, action_id, value) for text, action_id, value in found if value]


def controls(block_id: str, elements: Sequence[InteractiveElement]) -> list[Block]:
    """The row below a table. A menu keeps what was chosen in it as long as its block has the same id."""
    return [ActionsBlock(block_id=block_id, elements=list(elements))] if elements else []
