"""What a message of ours shows, read back from it: which record, and for which query."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.views.match import query_of_block
from bot.views.values import InvalidValueError, RecordRef, decode

# Buttons that stand for the record that a card or shared message is about.
_ABOUT = frozenset({"reply.open", "share.open", "refresh.record"})


def record_in(message: Mapping[str, Any]) -> RecordRef | None:
    """The record of a card, a shared message or an unfurled link; None for any other message.

    Anybody can make a message look like ours: it names a record, and no more is to be believed.
    """
    return next(_records(message), None)


def query_in(message: Mapping[str, Any]) -> str:
    """What the card answers, where it still says so."""
    found = (query_of_block(str(block.get("block_id"))) for block in _blocks(message))
    return next(filter(None, found), "")


def _records(message: Mapping[str, Any]) -> Iterator[RecordRef]:
    for block in _blocks(message):
        for element in block.get("elements") or ():
            if isinstance(element, Mapping) and element.get("action_id") in _ABOUT:
                try:
                    yield decode(str(element.get("value") or ""))
                except InvalidValueError:
                    continue


def _blocks(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in (message, *(message.get("attachments") or ())):
        if isinstance(part, Mapping):
            yield from (block for block in part.get("blocks") or () if isinstance(block, Mapping))
