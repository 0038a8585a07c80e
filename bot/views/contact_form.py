"""The form in which a contact is added or edited, and what stands in its place once it is saved. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block

from bot.views.modal import Choice, choice_input, modal, text_input
from bot.views.parts import lines, paragraph, words
from bot.views.text import literal

ADD, EDIT, SUBMIT = "contact.add", "contact.edit", "contact.submit"
FIRST, LAST, TITLE = "contact.first_name", "contact.last_name", "contact.title"
EMAIL, PHONE, ROLE = "contact.email", "contact.phone", "contact.role"
PURPOSE = "contact"
ADD_TITLE, EDIT_TITLE = "Add contact", "Edit contact"
# The role of the contact who is written to first; whatever else is a system's own word.
PRIMARY = "!primary"
# No role any more: Slack lets nobody take back what was once chosen in a menu.
NO_ROLE = "!none"
# The input that holds each field of a contact.
INPUTS: Mapping[str, str] = {
    "first_name": FIRST,
    "last_name": LAST,
    "title": TITLE,
    "email": EMAIL,
    "phone": PHONE,
    "role": ROLE,
}
LABELS: Mapping[str, str] = {
    FIRST: "First name",
    LAST: "Last name",
    TITLE: "Position",
    EMAIL: "E-mail",
    PHONE: "Phone",
    ROLE: "Role",
}
# What the systems of record take at most.
_LENGTHS = {FIRST: 32, LAST: 32, TITLE: 99, EMAIL: 254, PHONE: 100}
_MAX_NAME = 100
_MAX_NOTICE = 900
_MAX_ROLES = 20
_MAX_VALUE = 150
_MAX_TYPED = 3000


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactFields:
    """What stands in the form, «» for what is empty; `role` is PRIMARY, or a role by the system's own word."""

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactForm:
    """The form. `customer` names whose contact it is; `roles` are those to choose from besides the primary one.

    `turn` counts how often the form was drawn: of a block that it knows, Slack shows what had been typed into it.
    """

    metadata: str
    customer: str
    filled: ContactFields
    roles: Sequence[str] = ()
    is_new: bool = True
    has_country: bool = False
    notice: str = ""
    turn: int = 0


def contact_modal(form: ContactForm) -> dict[str, Any]:
    """The form as a modal."""
    blocks = [
        *([paragraph("contact.notice", literal(form.notice, _MAX_NOTICE))] if form.notice else []),
        lines("contact.customer", [[words(form.customer, bold=True)]]),
        *map(_numbered(form), _inputs(form)),
    ]
    title = ADD_TITLE if form.is_new else EDIT_TITLE
    return modal(title, blocks, callback_id=SUBMIT, metadata=form.metadata, submit="Save")


def saved_contact_modal(title: str, name: str, ways: str, state: str) -> dict[str, Any]:
    """What stands in the form's place once it is saved. `state` is from `state_words`."""
    rows = [[words(state, bold=True)], [words(literal(name, _MAX_NAME))]]
    rows += [[words(literal(ways, _MAX_NOTICE))]] if ways else []
    return modal(title, [lines("contact.saved", rows)], close="Done")


def _inputs(form: ContactForm) -> list[Block]:
    filled = form.filled
    phone_hint = "" if form.has_country else "With its country, like +1 212 555 0123."
    return [
        _text(FIRST, filled.first_name, has_focus=form.is_new),
        _text(LAST, filled.last_name, is_optional=bool(filled.first_name and not filled.last_name)),
        _text(TITLE, filled.title),
        _text(EMAIL, filled.email),
        _text(PHONE, filled.phone, hint=phone_hint),
        choice_input(ROLE, LABELS[ROLE], _roles(form), initial=filled.role, optional=True),
    ]


def _text(action_id: str, initial: str, *, hint: str = "", has_focus: bool = False, is_optional: bool = True) -> Block:
    return text_input(
        action_id,
        LABELS[action_id],
        initial=initial,
        hint=hint,
        max_length=min(max(_LENGTHS[action_id], len(initial)), _MAX_TYPED),
        optional=is_optional,
        has_focus=has_focus,
    )


def _roles(form: ContactForm) -> list[Choice]:
    filled = form.filled.role
    known = dict.fromkeys((*form.roles[:_MAX_ROLES], *([filled] if filled else [])))
    others = [Choice(label=role, value=role) for role in known if role not in {"", PRIMARY} and len(role) <= _MAX_VALUE]
    none = [] if form.is_new or not filled else [Choice(label="No role", value=NO_ROLE)]
    return [Choice(label="Primary contact", value=PRIMARY), *others, *none]


def _numbered(form: ContactForm) -> Any:
    def numbered(block: Block) -> Block:
        block.block_id = f"{block.block_id}.{form.turn}" if form.turn else block.block_id
        return block

    return numbered
