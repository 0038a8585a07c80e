"""What people are told of something that they saved and that is not there after all. Pure."""

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextQuoteElement

from bot.views.parts import Message, message, paragraph, words
from bot.views.text import literal

_MAX_EXCERPT = 2000
_WHAT = {
    "note": "the reply that you saved could not be kept",
    "share": "what you shared could not be sent",
    "subscribe": "the subscription that you made could not be kept",
    "contact": "the contact that you saved could not be kept",
    "email": "the e-mail that you wrote could not be sent",
    "csv": "the file that you asked for could not be made",
    "file": "the file that you asked for could not be brought here",
    "crm.ask": "the step of connecting the CRM that you asked for could not be shown",
    "crm.switch": "what you decided about the CRM could not be carried out",
    "conflicts.decide": "what you decided about where systems differ could not be carried out",
    "asked": "what you asked before you were connected could not be answered",
}


def lost(kind: str, text: str) -> Message:
    """It was tried again and again; `text` is what the person wrote, so that they can use it once more."""
    what = _WHAT.get(kind, "something that you saved could not be kept")
    told = f"Sorry: {what}. It was tried again for hours and is given up. Please do it once more; if it fails again, "
    told += "tell an admin, who finds the reason in the log."
    return message(told, [paragraph("lost", told), *_excerpt(text)])


def _excerpt(text: str) -> list[Block]:
    if not text:
        return []
    quote = RichTextQuoteElement(elements=[words(literal(text, _MAX_EXCERPT))])
    return [RichTextBlock(block_id="excerpt", elements=[quote])]
