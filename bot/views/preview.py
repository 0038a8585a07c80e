"""A card as the preview of a link, below the message that shares it."""

from collections.abc import Mapping
from typing import Any

from bot.views.parts import Message

# The answer, what stands against it, and where it comes from; lists and notes are one press away.
_SHOWN = frozenset({"headline", "summary", "standing", "provenance", "facts", "actions"})
# What renews or replaces a card: Slack lets no app replace the message of a person.
_NOT_HERE = frozenset({"refresh.record"})


def preview(card: Message) -> dict[str, Any]:
    """What chat.unfurl takes for one link."""
    blocks = [_pressable(block) for block in card.simpler_blocks or card.blocks if block["block_id"] in _SHOWN]
    return {"blocks": [block for block in blocks if block]}


def _pressable(block: Mapping[str, Any]) -> dict[str, Any] | None:
    if block["block_id"] != "actions":
        return dict(block)
    elements = [element for element in block["elements"] if element["action_id"] not in _NOT_HERE]
    return {**block, "elements": elements} if elements else None
