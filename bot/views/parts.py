"""The pieces of Block Kit that cards and notices are built from. All limits hold by construction.

Slack's documented limits: 50 blocks, header 150, section text 3,000, 10 fields of 2,000, button text 75, URL 3,000.
It also refuses a message whose blocks exceed some 13,200 characters in all, so every piece here has its own cap, and
`fits` says whether many of them do together.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)

from bot.views.amounts import Place, day
from bot.views.block_json import as_json
from bot.views.names import MAX_NAME
from bot.views.text import cut, esc, escaped, literal, plain_text, size
from bot.views.values import RecordRef, encode, is_encodable
from store.notes import Note

_MAX_HEADER = 150
_MAX_LABEL = 40
_MAX_FACT = 120
_MAX_FACTS = 10
_MAX_NOTE = 300
_MAX_BUTTON = 40
_MAX_FALLBACK = 1000
_MAX_URL = 1000
# Slack was seen to refuse more than 13,200 characters, and it counts more than the texts.
_MAX_JSON = 13_000
_WEB_ADDRESS = re.compile(r"https?://[^\s<>|\"\\^`{}\x00-\x1f\x7f\ud800-\udfff]+", re.IGNORECASE)

Span = RichTextElementParts.Text | RichTextElementParts.Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What goes to Slack: `text` for notifications and screen readers, `blocks` for everyone else.

    `simpler_blocks` say the same without the newest kinds of block, for when Slack refuses these; () when there are
    none. Post it with unfurl_links and unfurl_media off: the links lead into systems that Slack should not preview.
    """

    text: str
    blocks: tuple[dict[str, Any], ...]
    simpler_blocks: tuple[dict[str, Any], ...] = ()


def message(text: str, blocks: Iterable[Block]) -> Message:
    """A message of these blocks; `text` says the answer in full sentences of `literal` parts."""
    return Message(text=escaped(cut(text, _MAX_FALLBACK)), blocks=tuple(map(as_json, blocks)))


def fits(drawn: Message) -> bool:
    """Whether Slack takes all these blocks in one message, by the size of their JSON."""
    return len(json.dumps(drawn.blocks, ensure_ascii=False, separators=(",", ":"))) <= _MAX_JSON


def header(text: str) -> Block:
    """The answer in large letters; `text` consists of `literal` parts."""
    return HeaderBlock(block_id="headline", text=plain_text(cut(text, _MAX_HEADER)))


def paragraph(block_id: str, text: str) -> Block:
    """A sentence or two in which Slack formats nothing."""
    return SectionBlock(block_id=block_id, text=plain_text(text))


def small_print(block_id: str, text: str) -> Block:
    """A line in small grey letters. `text` is mrkdwn of our own; what came from outside is escaped by the caller."""
    return ContextBlock(block_id=block_id, elements=[_mrkdwn(text)])


def words(text: str, *, bold: bool = False) -> Span:
    """A run of rich text, in which Slack shows every character as it is."""
    style = RichTextElementParts.TextStyle(bold=True) if bold else None
    return RichTextElementParts.Text(text=text, style=style)


def record_link(text: str, url: str | None) -> Span:
    """A record's number, bold, as a link into the system that it came from where the address can serve as one."""
    if url is None or not is_web_address(url):
        return words(text, bold=True)
    return RichTextElementParts.Link(url=url, text=text, style=RichTextElementParts.TextStyle(bold=True))


def lines(block_id: str, rows: Iterable[Iterable[Span]]) -> Block:
    """Lines of rich text, one under the other."""
    return RichTextBlock(block_id=block_id, elements=[RichTextSectionElement(elements=list(row)) for row in rows])


def facts(pairs: Iterable[tuple[str, str | None]], block_id: str = "facts") -> list[Block]:
    """Labels and values in two columns; what is not known is left out, and so is the block when nothing is known."""
    known = [_mrkdwn(f"*{esc(label, _MAX_LABEL)}*\n{esc(value, _MAX_FACT)}") for label, value in pairs if value]
    return [SectionBlock(block_id=block_id, fields=known[:_MAX_FACTS])] if known else []


def note_block(note: Note | None, place: Place) -> list[Block]:
    """The newest note, quoted as it was written; nothing for a promise or dispute that came without words."""
    if note is None or _is_wordless(note):
        return []
    written = day(note.written_at.astimezone(place.time_zone).date(), place)
    author = f" by {literal(note.author, MAX_NAME)}" if note.author else ""
    parts: list[RichTextElement] = [
        RichTextSectionElement(elements=[words("Newest note", bold=True), words(f"{author} · {written}")]),
        RichTextQuoteElement(elements=[words(literal(note.text, _MAX_NOTE))]),
    ]
    return [RichTextBlock(block_id="note", elements=parts)]


def _is_wordless(note: Note) -> bool:
    """Whether it was written here and holds its title alone: then the line of the promise or dispute says it all."""
    return note.author_id is not None and note.text == note.title


def button(text: str, action_id: str, ref: RecordRef) -> list[ButtonElement]:
    """A button that stands for a record; none when the record's id is too long for Slack to carry."""
    if not is_encodable(ref):
        return []
    return [ButtonElement(text=plain_text(literal(text, _MAX_BUTTON)), action_id=action_id, value=encode(ref))]


def row_with_button(block_id: str, text: str, buttons: list[ButtonElement]) -> Block:
    """A line of plain text with a button at its right."""
    return SectionBlock(block_id=block_id, text=plain_text(text), accessory=buttons[0] if buttons else None)


def buttons_row(block_id: str, buttons: Sequence[InteractiveElement]) -> list[Block]:
    """Buttons side by side; their action ids must differ, Slack refuses two alike in one block."""
    return [ActionsBlock(block_id=block_id, elements=list(buttons))] if buttons else []


def is_web_address(url: str) -> bool:
    """Whether Slack can take this as a link: http or https, no spaces or brackets, not overlong."""
    return size(url) <= _MAX_URL and _WEB_ADDRESS.fullmatch(url) is not None


def _mrkdwn(text: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=text, verbatim=True)
