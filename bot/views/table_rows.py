"""What tables of money have in common: totals in the headline, a menu that opens cards, a row of buttons."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, InteractiveElement, Option, StaticSelectElement

from bot.views.amounts import Place, money, more_currencies
from bot.views.buttons import plain_button
from bot.views.table_ref import TableRef, encode_table
from bot.views.text import literal, plain_text
from bot.views.values import RecordRef, encode, is_encodable
from store.money import Money

OPEN_CARD_ACTION = "lookup.open"
_MAX_TOTALS = 2
_MAX_OPTION = 75
_MAX_OPTIONS = 100


def totals_words(amounts: Sequence[Money], place: Place) -> str:
    """«$340,120.50 and €12.00», «…, … and 3 more currencies»: sums of currencies are never added."""
    hidden = len(amounts) - _MAX_TOTALS
    shown = [money(amount, place) for amount in amounts[:_MAX_TOTALS]]
    if hidden <= 0:
        return " and ".join(shown)
    return f"{', '.join(shown)} and {more_currencies(hidden)}"


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
