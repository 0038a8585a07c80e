"""Modals and their inputs, within Slack's limits: title and buttons 24 characters, label 2,000, 100 blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserSelectElement,
)

from bot.views.block_json import as_json
from bot.views.parts import paragraph
from bot.views.text import cut, literal, plain_text

_MAX_TITLE = 24
_MAX_LABEL = 150
_MAX_HINT = 150
MAX_OPTION = 75
_MAX_TEXT = 3000


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option of a menu; `label` is shown, `value` comes back (150 characters at most)."""

    label: str
    value: str
    detail: str = ""


def modal(
    title: str,
    blocks: Iterable[Block | dict[str, Any]],
    *,
    callback_id: str = "",
    metadata: str = "",
    submit: str = "",
    close: str = "",
) -> dict[str, Any]:
    """A modal as Slack's views methods take it; without `submit` it only shows something."""
    view: dict[str, Any] = {
        "type": "modal",
        "title": as_json(plain_text(cut(title, _MAX_TITLE))),
        "blocks": [as_json(block) for block in blocks],
        "close": as_json(plain_text(close or ("Cancel" if submit else "Close"))),
    }
    if submit:
        view["submit"] = as_json(plain_text(submit))
    if callback_id:
        view["callback_id"] = callback_id
    if metadata:
        view["private_metadata"] = metadata
    return view


def notice_modal(title: str, text: str) -> dict[str, Any]:
    """A modal that only says something; `text` consists of our words and `literal` parts."""
    return modal(title, [paragraph("notice", text)])


def loading_modal(title: str) -> dict[str, Any]:
    """What stands while the real view is being made: a trigger is good for three seconds only."""
    return notice_modal(title, "One moment …")


def text_input(
    action_id: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    multiline: bool = False,
    max_length: int = _MAX_TEXT,
    optional: bool = False,
    has_focus: bool = False,
) -> Block:
    """A field to type into. Its block id is its action id with «.block» behind, and so for all inputs here."""
    element = PlainTextInputElement(
        action_id=action_id,
        initial_value=initial[:max_length] or None,
        multiline=multiline,
        max_length=max_length,
        focus_on_load=has_focus or None,
    )
    return _input(action_id, label, element, hint=hint, optional=optional)


def date_input(action_id: str, label: str, *, initial: str = "", hint: str = "", optional: bool = False) -> Block:
    """A calendar; `initial` is an ISO date."""
    element = DatePickerElement(action_id=action_id, initial_date=initial or None)
    return _input(action_id, label, element, hint=hint, optional=optional)


def choice_input(
    action_id: str,
    label: str,
    choices: Sequence[Choice],
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
    dispatches: bool = False,
) -> Block:
    """A menu of up to 100 options, one of which is chosen; with `dispatches` each choice comes as an action at once."""
    options = [_option(choice) for choice in choices]
    chosen = next((option for option in options if option.value == initial), None)
    element = StaticSelectElement(action_id=action_id, options=options, initial_option=chosen)
    return _input(action_id, label, element, hint=hint, optional=optional, dispatches=dispatches)


def radio_input(
    action_id: str, label: str, choices: Sequence[Choice], *, initial: str = "", dispatches: bool = False
) -> Block:
    """Up to ten options side by side; with `dispatches` each choice comes as an action at once."""
    options = [_option(choice) for choice in choices]
    chosen = next((option for option in options if option.value == initial), None)
    element = RadioButtonsElement(action_id=action_id, options=options, initial_option=chosen)
    return _input(action_id, label, element, dispatches=dispatches)


def checks_input(
    action_id: str,
    label: str,
    choices: Sequence[Choice],
    *,
    initial: Sequence[str] = (),
    hint: str = "",
    optional: bool = True,
) -> Block:
    """Up to ten boxes to tick, all of which may stay empty where it is `optional`."""
    options = [_option(choice) for choice in choices]
    ticked = [option for option in options if option.value in initial] or None
    element = CheckboxesElement(action_id=action_id, options=options, initial_options=ticked)
    return _input(action_id, label, element, hint=hint, optional=optional)


def choices_input(
    action_id: str,
    label: str,
    choices: Sequence[Choice],
    *,
    initial: Sequence[str] = (),
    hint: str = "",
    optional: bool = False,
) -> Block:
    """A menu of up to 100 options, several of which may be chosen."""
    options = [_option(choice) for choice in choices]
    chosen = [option for option in options if option.value in initial] or None
    element = StaticMultiSelectElement(action_id=action_id, options=options, initial_options=chosen)
    return _input(action_id, label, element, hint=hint, optional=optional)


def search_input(
    action_id: str,
    label: str,
    *,
    placeholder: str,
    initial: Choice | None = None,
    hint: str = "",
    optional: bool = False,
    from_characters: int = 2,
) -> Block:
    """A select whose options we give while the person types (`app.options`), from so many characters on."""
    element = ExternalDataSelectElement(
        action_id=action_id,
        placeholder=plain_text(cut(placeholder, _MAX_LABEL)),
        initial_option=_option(initial) if initial else None,
        min_query_length=from_characters,
    )
    return _input(action_id, label, element, hint=hint, optional=optional)


def user_input(action_id: str, label: str, *, initial: str = "", hint: str = "", optional: bool = False) -> Block:
    """A select of one person of the workspace, which Slack fills; it offers guests and apps as well."""
    element = UserSelectElement(action_id=action_id, initial_user=initial or None)
    return _input(action_id, label, element, hint=hint, optional=optional)


def block_id_of(action_id: str) -> str:
    """The block of an input made here: where an error about it is shown."""
    return f"{action_id}.block"


def options_json(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """The answer to a search: at most 100 options."""
    return [as_json(_option(choice)) for choice in list(choices)[:100]]


def _input(
    action_id: str, label: str, element: Any, *, hint: str = "", optional: bool = False, dispatches: bool = False
) -> Block:
    return InputBlock(
        block_id=block_id_of(action_id),
        label=plain_text(cut(label, _MAX_LABEL)),
        element=element,
        hint=plain_text(cut(hint, _MAX_HINT)) if hint else None,
        optional=optional,
        dispatch_action=dispatches or None,
    )


def _option(choice: Choice) -> Option:
    return Option(
        text=plain_text(literal(choice.label, MAX_OPTION)),
        value=choice.value,
        description=plain_text(literal(choice.detail, MAX_OPTION)) if choice.detail else None,
    )
