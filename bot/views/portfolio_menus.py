"""The row below the aging: menus of sales reps and subsidiaries, and what else can be done with what is shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ExternalDataSelectElement,
    InteractiveElement,
    Option,
    StaticSelectElement,
)

from bot.views.buttons import plain_button
from bot.views.modal import Choice
from bot.views.names import short_name
from bot.views.table_ref import InvalidTableError, TableRef, decode_table, encode_table
from bot.views.text import literal, plain_text, shortened, size

OWNER_ACTION = "aging.owner"
SUBSIDIARY_ACTION = "aging.subsidiary"
OVERDUE_ACTION = "overdue.open"
CSV_ACTION = "csv.send"
# What `literal` may put around a name.
_ISOLATES = 2
# Slack's limits for a block's id and an option's value and text.
_MAX_BLOCK_ID = 255
_MAX_VALUE = 150
_MAX_OPTION = 75
# Of the 13,200 characters that a whole message may have; menus of more names are searched instead.
_MAX_MENU_CHARACTERS = 2500
_PER_OPTION = 75
# «All», and at least two names.
_WORTH_CHOOSING = 3
_BLOCK = "aging.menus|"
# The value of an option that lifts the filter; a name follows «=», so none can be taken for it.
_ALL = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Menus:
    """What can be chosen, and the aging that it narrows down."""

    ref: TableRef
    owners: tuple[str, ...] = ()
    subsidiaries: tuple[str, ...] = ()


def menu_row(menus: Menus) -> list[Block]:
    """The menus and buttons; without menus where the filter is more than a block can remember."""
    value, past_due = encode_table(menus.ref), encode_table(replace(menus.ref, kind="overdue"))
    buttons = [
        *([plain_button("Past-due invoices", OVERDUE_ACTION, past_due)] if past_due else []),
        *([plain_button("CSV", CSV_ACTION, value)] if value else []),
    ]
    block_id = f"{_BLOCK}{value}"
    if not value or size(block_id) > _MAX_BLOCK_ID:
        return [ActionsBlock(block_id="aging.buttons", elements=buttons)] if buttons else []
    wanted = menus.ref.filter
    selects = [
        _menu(OWNER_ACTION, "All sales reps", menus.owners, wanted.owner),
        _menu(SUBSIDIARY_ACTION, "All subsidiaries", menus.subsidiaries, wanted.subsidiary),
    ]
    return [ActionsBlock(block_id=block_id, elements=[*filter(None, selects), *buttons])]


def ref_of_block(block_id: str) -> TableRef:
    """What the menus of a block narrow down. Raises InvalidTableError for any other block."""
    if not block_id.startswith(_BLOCK):
        raise InvalidTableError("no menus of ours")
    return decode_table(block_id.removeprefix(_BLOCK))


def chosen_name(value: str) -> str:
    """The name that an option stands for; «» for the one that lifts the filter. Raises InvalidTableError."""
    if value != _ALL and not value.startswith("="):
        raise InvalidTableError("no option of ours")
    return value[1:]


def name_choices(everyone: str, names: Sequence[str]) -> tuple[Choice, ...]:
    """The options of a menu; a name that is too long to be carried is left out and can be typed.

    Two that would read the same are shown in full.
    """
    short = {name: short_name(name, _MAX_OPTION) for name in names}
    alike = Counter(short.values())
    known = (
        Choice(label=label if alike[label] == 1 else shortened(name, _MAX_OPTION - _ISOLATES), value=f"={name}")
        for name, label in short.items()
    )
    return (Choice(label=everyone, value=_ALL), *(each for each in known if size(each.value) <= _MAX_VALUE))


def _menu(action_id: str, everyone: str, names: Sequence[str], chosen: str) -> InteractiveElement | None:
    """A menu; one that searches where there are more names than a menu holds, none where there is no choice."""
    choices = name_choices(everyone, names)
    if len(choices) < _WORTH_CHOOSING and not chosen:
        return None
    options = {choice.value: _option(choice) for choice in choices}
    initial = options.get(f"={chosen}" if chosen else _ALL)
    if _weight(choices) <= _MAX_MENU_CHARACTERS:
        return StaticSelectElement(action_id=action_id, options=list(options.values()), initial_option=initial)
    placeholder = plain_text(everyone)
    return ExternalDataSelectElement(
        action_id=action_id, placeholder=placeholder, initial_option=initial, min_query_length=1
    )


def _weight(choices: Sequence[Choice]) -> int:
    """About how long the options are as they are sent."""
    return sum(_PER_OPTION + min(size(choice.label), _MAX_OPTION) + size(choice.value) for choice in choices)


def _option(choice: Choice) -> Option:
    return Option(text=plain_text(literal(choice.label, _MAX_OPTION)), value=choice.value)
