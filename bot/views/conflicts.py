"""The conflict log on Home: fields of customers of which two systems say different things, each with a choice."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement

from bot.crm.keys import Titles
from bot.views.amounts import Place, counted, moment
from bot.views.buttons import plain_button
from bot.views.home_rows import heading
from bot.views.names import MAX_NAME, short_name
from bot.views.parts import Span, buttons_row, lines, small_print, words
from bot.views.text import clean, esc, literal, shortened
from store.crm.conflicts import Conflict
from store.records import RecordId

KEEP, ACCEPT, LOG, DECIDED = "conflicts.keep", "conflicts.accept", "conflicts.log", "conflicts.decided"
MAX_CONFLICTS = 3
_MAX_VALUE, _MAX_SHOWN, _MAX_LABEL = 2000, 100, 60
_FIELDS = {
    "name": "Name",
    "phone": "Phone",
    "address": "Address",
    "fax": "Fax",
    "website": "Website",
    "sales_rep": "Sales rep",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ConflictsPart:
    """The first conflicts that nobody has decided, how many there are, and how many people have decided.

    `titles` are the names of both systems.
    """

    listed: tuple[Conflict, ...]
    undecided: int
    decided: int
    titles: Titles


def conflict_blocks(part: ConflictsPart, place: Place) -> list[Block]:
    """The section; nothing when there is nothing to decide, and nothing was decided."""
    if not part.undecided and not part.decided:
        return []
    titles = literal_titles(part.titles)
    shown = part.listed[:MAX_CONFLICTS]
    what = (
        f"{esc(part.titles.erp, MAX_NAME)}'s value shows until somebody decides. A choice also holds for later changes."
    )
    if not part.undecided:
        what = "Nothing waits for a decision."
    buttons = [
        *([plain_button(f"See all {part.undecided:,} and decide many", LOG)] if part.undecided > len(shown) else []),
        *([plain_button(f"Decided: {part.decided:,}", DECIDED)] if part.decided else []),
    ]
    differ = f" in {counted(part.undecided, 'field')}" if part.undecided else ""
    return [
        *heading("conflicts", f"{titles.erp} and {titles.crm} differ{differ}"),
        small_print("conflicts.what", what),
        *(block for number, one in enumerate(shown) for block in undecided_row(number, one, titles, place)),
        *buttons_row("conflicts.more", buttons),
    ]


def literal_titles(titles: Titles) -> Titles:
    """What people call both systems, for places where Slack parses nothing."""
    return Titles(erp=literal(titles.erp, MAX_NAME), crm=literal(titles.crm, MAX_NAME))


def undecided_row(number: int, one: Conflict, titles: Titles, place: Place) -> list[Block]:
    """A conflict with both values and a button for each."""
    erp, crm = titles.erp, titles.crm
    rows: list[list[Span]] = [
        [words(conflict_name(one), bold=True)],
        [words(f"{erp}: {shown_side(one.standing.erp_value)}")],
        [words(f"{crm}: {shown_side(one.standing.crm_value)}")],
        [words(f"since {moment(one.standing.since, place)}")],
    ]
    buttons = [
        *conflict_button(f"Keep {erp}'s", KEEP, one),
        *conflict_button(f"Accept {crm}'s", ACCEPT, one),
    ]
    return [lines(f"conflict.{number}", rows), *buttons_row(f"conflict.{number}.decide", buttons)]


def conflict_name(one: Conflict) -> str:
    """«ABC Inc · Phone», for places where Slack parses nothing."""
    return literal(f"{short_name(one.customer_name, _MAX_LABEL)} · {field_label(one.field)}", 2 * _MAX_LABEL)


def conflict_button(text: str, action_id: str, one: Conflict) -> list[ButtonElement]:
    """A button that stands for a conflict; none when the customer's id is too long for Slack to carry."""
    value = conflict_value(one)
    return [plain_button(text, action_id, value)] if len(value) <= _MAX_VALUE else []


def conflict_value(conflict: Conflict) -> str:
    """What the buttons of a conflict carry: which it is, and between which values."""
    return f"{conflict.seen}|{conflict.customer_id}|{conflict.field}"


def conflict_named(value: str) -> tuple[RecordId, str, str]:
    """Customer, field and what was seen, of a button's value; whether it is so is for the store to say."""
    seen, _, named = value.partition("|")
    customer_id, _, field = named.rpartition("|")
    return RecordId(customer_id), field, seen


def field_label(field: str) -> str:
    """What people call a field of a customer."""
    return _FIELDS.get(field, field.replace("_", " ").capitalize())


def shown_side(value: str | None) -> str:
    """One side of a conflict, on one line."""
    return literal(shortened(clean(value or ""), _MAX_SHOWN), _MAX_SHOWN)
