"""What is posted when a record is shared: the sender's words, the record's summary, who shared it, and Reply."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, RichTextQuoteElement

from bot.views.block_json import as_json
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.invoice_card import InvoiceCard, invoice_card, status_words
from bot.views.match import MAX_QUERY
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import Message, button, buttons_row, lines, message, paragraph, words
from bot.views.text import clean, cut, escaped, literal
from bot.views.values import RecordRef

MAX_MESSAGE = 3000
PRODUCT = "Tesorio"
_MAX_IN_TEXT = 300
_ONE_LINE = 4000
# Slack was seen to refuse messages of 13,200 characters, and it counts more than the texts.
_MAX_JSON = 13_000
# Buttons of a card act for whoever asked for it; below a shared one there is only Reply.
_INTERACTIVE = frozenset({"actions"})

AnyCard = InvoiceCard | CustomerCard


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """What somebody wants to share. `by` is their name; `text` what they wrote, of any content.

    `doubt` is the query that the record is only the closest match for, or «».
    `is_redacted` leaves out everything but which record it is and how it stands: people outside the company read it.
    """

    ref: RecordRef
    by: str = PRODUCT
    text: str = ""
    doubt: str = ""
    is_redacted: bool = False


def shared_message(card: AnyCard, sharing: Sharing) -> Message:
    """The message, ready for Slack: of a card with less and less in it until it fits beside the sender's words."""
    drawn = (_drawn(smaller, sharing) for smaller in _ever_smaller(card))
    return next((message_ for message_ in drawn if _fits(message_)), _drawn(card, replace(sharing, is_redacted=True)))


def _drawn(card: AnyCard, sharing: Sharing) -> Message:
    summary = _redacted(card) if sharing.is_redacted else _summary(card)
    by = [words("Shared by "), words(literal(sharing.by, MAX_NAME), bold=True)]
    before = [lines("shared", [by]), *quotation(sharing.text), *_doubt(sharing)]
    after = buttons_row("reply", button("Reply to Tesorio", "reply.open", sharing.ref))
    said = f": {cut(clean(sharing.text), _MAX_IN_TEXT)}" if clean(sharing.text) else ""
    lead = escaped(f"Shared by {literal(sharing.by, MAX_NAME)}{said}")
    return Message(
        text=f"{lead} · {summary.text}",
        blocks=_between(before, summary.blocks, after),
        simpler_blocks=_between(before, summary.simpler_blocks, after) if summary.simpler_blocks else (),
    )


def _doubt(sharing: Sharing) -> list[Block]:
    """People outside the company read the record's name, and nothing of what was asked for."""
    asked = literal(sharing.doubt, MAX_QUERY, empty="")
    if not asked or sharing.is_redacted:
        return []
    return [paragraph("doubt", f"⚠️ Closest match for «{asked}».")]


def _ever_smaller(card: AnyCard) -> Iterator[AnyCard]:
    yield card
    bare = replace(card, note=None, standing=(), custom=())
    yield bare
    if isinstance(bare, CustomerCard):
        yield replace(bare, oldest_open=bare.oldest_open[:2], children=(), more_children=0)
        yield replace(bare, oldest_open=(), children=(), more_children=0)


def _fits(drawn: Message) -> bool:
    forms = (drawn.blocks, drawn.simpler_blocks)
    return all(len(json.dumps(form, ensure_ascii=False, separators=(",", ":"))) <= _MAX_JSON for form in forms)


def record_name(card: AnyCard) -> str:
    """«Invoice INV-12345 of ABC Inc», «Customer ABC Inc»: for places where Slack parses nothing."""
    if isinstance(card, CustomerCard):
        return f"Customer {customer_name(card.customer)}"
    of = f" of {customer_name(card.customer)}" if card.customer else ""
    return f"Invoice {invoice_number(card.invoice)}{of}"


def inert(blocks: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The blocks without anything to press or choose; what a row's button says begins the row."""
    return tuple(_without_accessory(block) for block in blocks if block["type"] not in _INTERACTIVE)


def _without_accessory(block: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in block.items() if name != "accessory"}
    accessory = block.get("accessory") or {}
    if accessory.get("type") != "button":
        return rest
    said = f"{accessory['text']['text']} · {block['text']['text']}"
    return rest | {"text": block["text"] | {"text": said}}


def _summary(card: AnyCard) -> Message:
    """The card as a channel sees it, without the contact, who has not agreed to be passed around."""
    if isinstance(card, CustomerCard):
        drawn = customer_card(replace(card, contact=None, match=None))
    else:
        drawn = invoice_card(replace(card, match=None))
    return replace(drawn, blocks=inert(drawn.blocks), simpler_blocks=inert(drawn.simpler_blocks))


def _redacted(card: AnyCard) -> Message:
    told = f"{record_name(card)} · {_standing(card)}"
    return message(told, [paragraph("summary", told)])


def _standing(card: AnyCard) -> str:
    if isinstance(card, InvoiceCard):
        return status_words(card.invoice)
    return "Inactive" if card.customer.is_inactive or card.customer.deleted_at else "Active"


def quotation(text: str) -> list[Block]:
    """What was written, line by line, with every character shown as it is; nothing when nothing visible was."""
    written = [clean(line) for line in text.splitlines()]
    kept = cut("\n".join(written).strip(), MAX_MESSAGE)
    if not kept:
        return []
    shown = "\n".join(literal(line, _ONE_LINE, empty="") for line in kept.split("\n"))
    parts: list[RichTextElement] = [RichTextQuoteElement(elements=[words(shown)])]
    return [RichTextBlock(block_id="message", elements=parts)]


def _between(
    before: Sequence[Block], blocks: Sequence[dict[str, Any]], after: Sequence[Block]
) -> tuple[dict[str, Any], ...]:
    return (*map(as_json, before), *blocks, *map(as_json, after))
