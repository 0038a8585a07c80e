"""The answer to a number or a name that came without saying which of the two it is."""

from dataclasses import replace

from bot.views.block_json import as_json
from bot.views.match import Candidate
from bot.views.parts import Message, button, fits, paragraph, row_with_button
from bot.views.text import literal
from bot.views.values import RecordKind

_MAX_LABEL = 75
_MAX_WHY = 100
_NAMED: dict[RecordKind, str] = {"invoice": "an invoice", "customer": "a customer"}


def found_as(card: Message, kind: RecordKind, others: tuple[Candidate, ...]) -> Message:
    """The card, with a line above it that says what was found; `others` has the best record of the other kind."""
    text = f"Found {_NAMED[kind]}."
    line = paragraph("found", text)
    for other in others:
        detail = f" ({literal(other.detail, _MAX_WHY)})" if other.detail else ""
        text = f"{text} {_NAMED[other.ref.kind].capitalize()} matches too: {literal(other.label, _MAX_LABEL)}{detail}."
        line = row_with_button("found", text, button("Open card", "lookup.open", other.ref))
    drawn = as_json(line)
    simpler = (drawn, *card.simpler_blocks) if card.simpler_blocks else ()
    found = replace(card, blocks=(drawn, *card.blocks), simpler_blocks=simpler)
    return found if fits(found) else card
