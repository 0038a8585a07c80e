"""The conflict log on Home: fields of customers of which two systems say different things, each with a choice."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block, MarkdownTextObject, SectionBlock

from bot.views.amounts import Place, as_of
from bot.views.buttons import plain_button
from bot.views.home_rows import heading, more
from bot.views.names import MAX_NAME, short_name
from bot.views.parts import buttons_row, small_print
from bot.views.text import clean, esc, literal, shortened
from store.crm_conflicts import Conflict
from store.records import RecordId

KEEP, ACCEPT = "conflicts.keep", "conflicts.accept"
MAX_CONFLICTS = 5
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
    """The first conflicts that nobody has decided, and how many there are; `erp` and `crm` are names of systems."""

    listed: tuple[Conflict, ...]
    in_all: int
    erp: str
    crm: str


def conflict_blocks(part: ConflictsPart, place: Place) -> list[Block]:
    """The section; nothing when there is nothing to decide."""
    if not part.listed:
        return []
    rows = [block for number, one in enumerate(part.listed[:MAX_CONFLICTS]) for block in _row(part, number, one, place)]
    erp, crm = literal(part.erp, MAX_NAME), literal(part.crm, MAX_NAME)
    what = f"{esc(part.erp, MAX_NAME)} is shown until somebody decides. What is chosen also holds for later changes."
    left_out = part.in_all - min(len(part.listed), MAX_CONFLICTS)
    return [
        *heading("conflicts", f"{erp} and {crm} differ"),
        small_print("conflicts.what", what),
        *rows,
        *more("conflicts", left_out, "in `tesorio match salesforce`"),
    ]


def conflict_value(conflict: Conflict) -> str:
    """What the buttons of a conflict carry."""
    return f"{conflict.customer_id}|{conflict.field}"


def conflict_named(value: str) -> tuple[RecordId, str]:
    """Customer and field of a button's value; whether there is such a conflict is for the store to say."""
    customer_id, _, field = value.rpartition("|")
    return RecordId(customer_id), field


def field_label(field: str) -> str:
    """What people call a field of a customer."""
    return _FIELDS.get(field, field.replace("_", " ").capitalize())


def _row(part: ConflictsPart, number: int, one: Conflict, place: Place) -> list[Block]:
    since = as_of(one.standing.since, place).removeprefix("as of ")
    erp, crm = literal(part.erp, MAX_NAME), literal(part.crm, MAX_NAME)
    lines = [
        f"*{esc(f'{short_name(one.customer_name, _MAX_LABEL)} · {field_label(one.field)}')}*",
        esc(f"{erp}: {_shown(one.standing.erp_value)}"),
        esc(f"{crm}: {_shown(one.standing.crm_value)}"),
        esc(f"since {since}"),
    ]
    text = MarkdownTextObject(text="\n".join(lines), verbatim=True)
    block = SectionBlock(block_id=f"conflict.{number}", text=text)
    value = conflict_value(one)
    if len(value) > _MAX_VALUE:
        return [block]
    buttons = [
        plain_button(f"Keep {erp}'s", KEEP, value),
        plain_button(f"Accept {crm}'s", ACCEPT, value),
    ]
    return [block, *buttons_row(f"conflict.{number}.decide", buttons)]


def _shown(value: str | None) -> str:
    return literal(shortened(clean(value or ""), _MAX_SHOWN), _MAX_SHOWN)
