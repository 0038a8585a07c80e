"""An e-mail in the list of what was written about a record. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, day
from bot.views.names import MAX_NAME, MAX_NUMBER, masked_email
from bot.views.parts import lines, paragraph, words
from bot.views.reply import delivery_words
from bot.views.text import as_written, literal
from store.deliveries import DeliveryState
from store.messages import Message

_MAX_TEXT = 2900
_MAX_SUBJECT = 200
_MAX_FILES = 200
_SHOWN_ADDRESSES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRow:
    """An e-mail as the list shows it. `number`, `source` and `states` are those of a note's row.

    `is_masked` keeps most of the addresses back.
    """

    message: Message
    number: str = ""
    source: str = ""
    states: Mapping[str, DeliveryState] = field(default_factory=dict)
    is_masked: bool = True


def message_blocks(position: int, row: MessageRow, place: Place) -> list[Block]:
    """Who wrote to whom, what about, and the text."""
    message = row.message
    first = [words(_direction(row), bold=True), words(f" · {_rest(row, place)}")]
    subject = [words(literal(message.subject, _MAX_SUBJECT, empty="(no subject)"), bold=True)]
    files = " · ".join(filter(None, (each.strip() for each in message.attachments.splitlines())))
    attached = [[words(f"Attached: {literal(files, _MAX_FILES)}")]] if files else []
    text = as_written(message.text, _MAX_TEXT, empty="(no text)")
    return [lines(f"note.{position}", [first, subject, *attached]), paragraph(f"text.{position}", text)]


def _direction(row: MessageRow) -> str:
    message = row.message
    author = literal(message.author or _shown(message.author_email or "", row), MAX_NAME, empty="somebody")
    if message.is_incoming:
        return f"E-mail from {author}"
    return f"E-mail by {author} to {_recipients(row)}"


def _recipients(row: MessageRow) -> str:
    known = row.message.recipients.split()
    shown = ", ".join(literal(_shown(each, row), MAX_NAME) for each in known[:_SHOWN_ADDRESSES])
    more = f" and {len(known) - _SHOWN_ADDRESSES} more" if len(known) > _SHOWN_ADDRESSES else ""
    return f"{shown}{more}" if known else "somebody"


def _shown(address: str, row: MessageRow) -> str:
    return (masked_email(address) or "") if row.is_masked else address


def _rest(row: MessageRow, place: Place) -> str:
    sent = day(row.message.sent_at.astimezone(place.time_zone).date(), place)
    source = delivery_words(row.states) or (f"in {literal(row.source, MAX_NAME)}" if row.source else "")
    return " · ".join(filter(None, (sent, literal(row.number, MAX_NUMBER, empty=""), source)))
