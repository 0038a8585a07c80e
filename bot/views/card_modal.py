"""A card, or a notice, as the content of a modal."""

from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ExternalDataSelectElement

from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.modal import modal
from bot.views.parts import Message
from bot.views.text import plain_text
from bot.views.values import InvalidValueError, decode

FIND_ACTION = "find.choose"
FIND_TITLE = "Find in Tesorio"
_PURPOSE = "find"
_TITLES = {"invoice": "Invoice", "customer": "Customer"}
# Slack draws these in messages only; a card says the same without them in its simpler form.
_ONLY_IN_MESSAGES = frozenset({"table", "data_table", "data_visualization", "markdown"})


def title_of(value: str) -> str:
    """What the modal of a record is called; `value` is the one of its button."""
    try:
        return _TITLES[decode(value).kind]
    except InvalidValueError:
        return "Tesorio"


def card_modal(shown: Message, title: str) -> dict[str, Any]:
    """The card's modal."""
    return modal(title, _blocks(shown))


def find_modal(shown: Message | None = None) -> dict[str, Any]:
    """The select that searches records, and below it the card of the chosen one."""
    return modal(FIND_TITLE, [_search(), *(_blocks(shown) if shown else ())], metadata=pack(_PURPOSE, {}))


def renewed_modal(shown: Message, title: str, metadata: str) -> dict[str, Any]:
    """Another content for an open modal of ours, which keeps its search where it has one."""
    return find_modal(shown) if _has_search(metadata) else card_modal(shown, title)


def _has_search(metadata: str) -> bool:
    try:
        unpack(_PURPOSE, metadata)
    except OutdatedViewError:
        return False
    return True


def _search() -> Block:
    """Not an input: a choice comes at once, and the modal needs no button to submit it."""
    select = ExternalDataSelectElement(
        action_id=FIND_ACTION,
        placeholder=plain_text("Type a part of a name or number"),
        min_query_length=2,
        focus_on_load=True,
    )
    return ActionsBlock(block_id="search", elements=[select])


def _blocks(shown: Message) -> list[dict[str, Any]]:
    blocks = shown.simpler_blocks or shown.blocks
    return [block for block in blocks if block["type"] not in _ONLY_IN_MESSAGES]
