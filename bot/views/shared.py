"""What is posted when a record is shared: the sender's words, the record's summary, who shared it, and Reply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, RichTextQuoteElement

from bot.views.block_json import as_json
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.invoice_card import InvoiceCard, invoice_card, status_words
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import Message, button, buttons_row, message, paragraph, small_print, words
from bot.views.text import clean, cut, esc, escaped, literal
from bot.views.values import RecordRef

MAX_MESSAGE = 3000
PRODUCT = "Tesorio"
_MAX_IN_TEXT = 300
_ONE_LINE = 4000
# Buttons of a card act for whoever asked for it; below a shared one there is only Reply.
_INTERACTIVE = frozenset({"actions"})

AnyCard = InvoiceCard | CustomerCard


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """What somebody wants to share. `by` is their name; `text` what they wrote, of any content.

    `is_redacted` leaves out everything but which record it is and how it stands: people outside the company read it.
    """

    ref: RecordRef
    by: str = PRODUCT
    text: str = ""
    is_redacted: bool = False


def shared_message(card: AnyCard, sharing: Sharing) -> Message:
    """The message, ready for Slack."""
    summary = _redacted(card) if sharing.is_redacted else _summary(card)
    before = [small_print("shared", f"Shared by *{esc(sharing.by, MAX_NAME)}*"), *quotation(sharing.text)]
    after = buttons_row("reply", button("Reply to Tesorio", "reply.open", sharing.ref))
    said = f": {cut(clean(sharing.text), _MAX_IN_TEXT)}" if clean(sharing.text) else ""
    lead = escaped(f"Shared by {literal(sharing.by, MAX_NAME)}{said}")
    return Message(
        text=f"{lead} · {summary.text}",
        blocks=_between(before, summary.blocks, after),
        simpler_blocks=_between(before, summary.simpler_blocks, after) if summary.simpler_blocks else (),
    )


def record_name(card: AnyCard) -> str:
    """«Invoice INV-12345 of ABC Inc», «Customer ABC Inc»: for places where Slack parses nothing."""
    if isinstance(card, CustomerCard):
        return f"Customer {customer_name(card.customer)}"
    of = f" of {customer_name(card.customer)}" if card.customer else ""
    return f"Invoice {invoice_number(card.invoice)}{of}"


def inert(blocks: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The blocks without anything to press or choose."""
    return tuple(
        {name: value for name, value in block.items() if name != "accessory"}
        for block in blocks
        if block["type"] not in _INTERACTIVE
    )


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
