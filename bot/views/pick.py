"""Choosing a record by typing: the select, its options and what was chosen in it."""

from slack_sdk.models.blocks import Block

from bot.views.match import Candidate
from bot.views.modal import Choice, search_input
from bot.views.values import InvalidValueError, RecordRef, decode, encode, is_encodable

PICK_ACTION = "pick.record"
MAX_OFFERED = 20
_KIND_WORDS = {"invoice": "Invoice", "customer": "Customer"}


def record_input(label: str, *, chosen: Candidate | None = None, hint: str = "", optional: bool = False) -> Block:
    """A select that searches customers and invoices while the person types; `chosen` stands in it from the start."""
    return search_input(
        PICK_ACTION,
        label,
        placeholder="Type a part of a name or number",
        initial=record_choice(chosen) if chosen and is_encodable(chosen.ref) else None,
        hint=hint,
        optional=optional,
    )


def record_choice(candidate: Candidate) -> Choice:
    """A record as an option: «Invoice INV-12345», and below it what tells it from its neighbours.

    Raises InvalidValueError when the record's id is too long to carry.
    """
    label = f"{_KIND_WORDS[candidate.ref.kind]} {candidate.label}"
    return Choice(label=label, value=encode(candidate.ref), detail=candidate.detail)


def offered(candidates: tuple[Candidate, ...]) -> tuple[Choice, ...]:
    """The options of a search, without the records that no option can carry."""
    usable = [candidate for candidate in candidates if is_encodable(candidate.ref)]
    return tuple(map(record_choice, usable[:MAX_OFFERED]))


def picked(value: str) -> RecordRef | None:
    """The record that was chosen; None for nothing, and for what no option of ours carries."""
    try:
        return decode(value)
    except InvalidValueError:
        return None
