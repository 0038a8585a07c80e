"""What a person reads in a message, and every text object in it."""

from collections.abc import Iterator
from typing import Any

from bot.views.parts import Message


def block(message: Message, block_id: str) -> dict[str, Any]:
    """The one block of this id."""
    (found,) = [each for each in message.blocks if each["block_id"] == block_id]
    return found


def block_ids(message: Message) -> list[str]:
    return [each["block_id"] for each in message.blocks]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside blocks, outermost first; a section's text before what stands beside it."""
    if isinstance(value, dict):
        yield value
        for name in sorted(value, reverse=True):
            yield from nodes(value[name])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from nodes(each)


def texts(value: Any) -> list[str]:
    """Every displayed string inside a block or message, in order."""
    return [node["text"] for node in nodes(value) if isinstance(node.get("text"), str)]


def buttons(value: Any) -> list[dict[str, Any]]:
    return [node for node in nodes(value) if node.get("type") == "button"]
