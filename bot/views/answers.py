"""What is added to an answer that only the person who asked sees: why that is so, and the way to let others see it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.views.block_json import as_json
from bot.views.match import query_of_block
from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.parts import Message, message, paragraph, small_print
from bot.views.text import plain_text, size
from bot.views.values import RecordRef, encode, is_encodable

INVITE = "Type /invite @tesorio here, and Slack tells."
POST_ACTION = "answers.post"
_PURPOSE = "answer"
# Slack's limits for a button's value and for the blocks of a message.
_MAX_VALUE = 2000
_MAX_BLOCKS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """How an answer can be made anew for everybody: what `kind` it is of, and what that kind must know of it."""

    kind: str
    value: str
    query: str = ""


def card_again(ref: RecordRef, shown: Message) -> Again | None:
    """How the card of a record is made anew, for the same query as this one; None when its id is too long to carry."""
    if not is_encodable(ref):
        return None
    queries = (query_of_block(str(block.get("block_id"))) for block in shown.blocks)
    return Again(kind="card", value=encode(ref), query=next(filter(None, queries), ""))


def private_form(answer: Message, *, reason: str = "", way_out: str = "", again: Again | None = None) -> Message:
    """The answer with why only the person sees it, or with the button that posts it.

    `reason` is a clause of ours; `way_out` a sentence on how the channel may see the next answer.
    """
    added = _why(reason, way_out) if reason else _post_row(again)
    return replace(
        answer,
        blocks=_extended(answer.blocks, added),
        simpler_blocks=_extended(answer.simpler_blocks, added) if answer.simpler_blocks else (),
    )


def read_again(value: str) -> Again | None:
    """What a «Post to channel» button carries; None for anything that it does not."""
    try:
        return Again(**unpack(_PURPOSE, value))
    except (OutdatedViewError, TypeError):
        return None


def not_posted(reason: str) -> Message:
    """Why an answer was not posted to the channel."""
    return _said(f"Not posted: {reason}.")


def posted() -> Message:
    """What takes the place of the answer that only one person saw."""
    return _said("Posted to the channel.")


def _said(text: str) -> Message:
    return message(text, [paragraph("answers", text)])


def _why(reason: str, way_out: str) -> list[Block]:
    return [small_print("audience", f"Only you can see this: {reason}. {way_out}".rstrip())]


def _post_row(again: Again | None) -> list[Block]:
    if again is None:
        return []
    value = pack(_PURPOSE, {"kind": again.kind, "value": again.value, "query": again.query})
    if size(value) > _MAX_VALUE:
        return []
    button = ButtonElement(text=plain_text("Post to channel"), action_id=POST_ACTION, value=value)
    return [ActionsBlock(block_id="audience", elements=[button])]


def _extended(blocks: Sequence[dict[str, Any]], added: Sequence[Block]) -> tuple[dict[str, Any], ...]:
    extended = (*blocks, *map(as_json, added))
    return extended if len(extended) <= _MAX_BLOCKS else tuple(blocks)
