"""What the cards of customers and invoices have in common: the frame around their own lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement, InteractiveElement

from bot.views.amounts import Place
from bot.views.match import Match, match_block, match_words
from bot.views.parts import Span, button, buttons_row, facts, header, lines, note_block
from bot.views.provenance import Provenance, provenance_line, provenance_words
from bot.views.standing import Standing, standing_block, standing_sentence
from bot.views.values import RecordRef
from store.notes import Note


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What every card shows. `note` is the newest; `standing` the promises and disputes that still matter.

    `custom` are the labels and values of custom fields. `has_messages` says that there are e-mails about the record,
    `can_mail` that one can be sent.
    """

    provenance: Provenance
    place: Place
    note: Note | None = None
    standing: tuple[Standing, ...] = ()
    match: Match | None = None
    has_messages: bool = False
    can_mail: bool = False
    custom: tuple[tuple[str, str | None], ...] = ()


def framed(
    card: Card,
    shown: RecordRef,
    *,
    headline: str,
    summary: Iterable[Iterable[Span]],
    body: Sequence[Block] = (),
    known: Iterable[tuple[str, str | None]],
    buttons: Sequence[InteractiveElement],
    scope: str = "",
) -> list[Block]:
    """The blocks of a card, the answer first; `known` are its facts, `scope` says what its figures cover."""
    return [
        *match_block(card.match, shown),
        header(headline),
        lines("summary", summary),
        *standing_block(card.standing, card.place),
        provenance_line(card.provenance, card.place, scope),
        *body,
        *facts(known),
        *facts(card.custom, "custom"),
        *note_block(card.note, card.place),
        *buttons_row("actions", buttons),
    ]


def sentence(card: Card, answer: str) -> str:
    """The answer as a message's text: after why this record is shown, before what stands and where it comes from."""
    because = f"{match_words(card.match)} " if card.match and card.match.is_doubtful else ""
    stands = standing_sentence(card.standing, card.place)
    return f"{because}{answer} {provenance_words(card.provenance, card.place)}{stands}"


def acting_buttons(card: Card, shown: RecordRef) -> list[ButtonElement]:
    """What can be done with any record."""
    return [
        *button("Reply to Tesorio", "reply.open", shown),
        *button("Share", "share.open", shown),
        *(button("E-mail", "email.open", shown) if card.can_mail else []),
    ]


def reading_buttons(card: Card, shown: RecordRef) -> list[ButtonElement]:
    """What is behind any card, where there is something."""
    return button("Notes & e-mails", "notes.open", shown) if card.note or card.has_messages else []


def refresh_button(shown: RecordRef) -> list[ButtonElement]:
    """The last button of every card."""
    return button("Refresh", "refresh.record", shown)
