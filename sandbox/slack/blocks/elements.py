"""Block elements: buttons, menus, pickers, inputs, images."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.blocks.checks import (
    Check,
    Shape,
    anything,
    at,
    flag,
    items,
    matching,
    number,
    one_of,
    shaped,
    string,
)
from sandbox.slack.blocks.texts import CONFIRM, option, option_groups, options, plain_text

MAX_INPUT = 3000
_ID = string(most=255)
_SLACK_ID = string(most=255, least=1)
_FOCUS: Mapping[str, Check] = {"focus_on_load": flag}
_COMMON: Mapping[str, Check] = {"action_id": _ID, "confirm": CONFIRM, **_FOCUS}
_MENU: Mapping[str, Check] = {**_COMMON, "placeholder": plain_text(150)}
_SEVERAL: Mapping[str, Check] = {**_MENU, "max_selected_items": number(least=1)}
_RESPONSE_URL: Mapping[str, Check] = {"response_url_enabled": flag}
_FILTER: Mapping[str, Check] = {
    "filter": shaped(
        Shape(
            optional={
                "include": items(one_of("im", "mpim", "private", "public"), least=1, most=4),
                "exclude_external_shared_channels": flag,
                "exclude_bot_users": flag,
            }
        )
    ),
    "default_to_current_conversation": flag,
}
_IDS = items(_SLACK_ID, least=1, most=1000)
_TYPING: Mapping[str, Check] = {
    "action_id": _ID,
    "placeholder": plain_text(150),
    "dispatch_action_config": shaped(
        Shape(
            optional={"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), least=1, most=2)}
        )
    ),
    **_FOCUS,
}


def _one_source(value: Any, pointer: str) -> Iterator[str]:
    """A static menu has options or option groups, and starts with one of them."""
    if (value.get("options") is None) == (value.get("option_groups") is None):
        yield at("must define either `options` or `option_groups`", pointer)
        return
    yield from _known_initials(value, pointer)


def _known_initials(value: Any, pointer: str) -> Iterator[str]:
    groups = value.get("option_groups") or ()
    offered = [*(value.get("options") or ()), *(option for group in groups for option in group["options"])]
    if value.get("initial_option") not in (None, *offered):
        yield at("must match one of the options", f"{pointer}/initial_option")
    for position, initial in enumerate(value.get("initial_options") or ()):
        if initial not in offered:
            yield at("must match one of the options", f"{pointer}/initial_options/{position}")


def _lengths(value: Any, pointer: str) -> Iterator[str]:
    least, most = value.get("min_length"), value.get("max_length")
    if least is not None and most is not None and least > most:
        yield at("must be at most `max_length`", f"{pointer}/min_length")


def _picker(kind: str, initial: Check) -> Shape:
    return Shape(optional={**_MENU, f"initial_{kind}": initial, "timezone": string(most=100)})


def _static(extra: Mapping[str, Check]) -> Shape:
    return Shape(optional={**extra, "options": options(100), "option_groups": option_groups()}, rule=_one_source)


IMAGE = Shape(
    required={"alt_text": string(most=2000)}, optional={"image_url": string(most=3000), "slack_file": anything}
)

ELEMENTS: Mapping[str, Shape] = {
    "button": Shape(
        required={"text": plain_text(75)},
        optional={
            "action_id": _ID,
            "url": string(most=3000),
            "value": string(most=2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(most=75),
        },
    ),
    "static_select": _static({**_MENU, "initial_option": option()}),
    "multi_static_select": _static({**_SEVERAL, "initial_options": options(100)}),
    "external_select": Shape(optional={**_MENU, "initial_option": option(), "min_query_length": number(least=0)}),
    "multi_external_select": Shape(
        optional={**_SEVERAL, "initial_options": options(100), "min_query_length": number(least=0)}
    ),
    "users_select": Shape(optional={**_MENU, "initial_user": _SLACK_ID}),
    "multi_users_select": Shape(optional={**_SEVERAL, "initial_users": _IDS}),
    "conversations_select": Shape(optional={**_MENU, **_FILTER, **_RESPONSE_URL, "initial_conversation": _SLACK_ID}),
    "multi_conversations_select": Shape(optional={**_SEVERAL, **_FILTER, "initial_conversations": _IDS}),
    "channels_select": Shape(optional={**_MENU, **_RESPONSE_URL, "initial_channel": _SLACK_ID}),
    "multi_channels_select": Shape(optional={**_SEVERAL, "initial_channels": _IDS}),
    "overflow": Shape(required={"options": options(5, urls=True)}, optional={"action_id": _ID, "confirm": CONFIRM}),
    "checkboxes": Shape(
        required={"options": options(10, mrkdwn=True)},
        optional={**_COMMON, "initial_options": options(10, mrkdwn=True)},
        rule=_known_initials,
    ),
    "radio_buttons": Shape(
        required={"options": options(10, mrkdwn=True)},
        optional={**_COMMON, "initial_option": option(mrkdwn=True)},
        rule=_known_initials,
    ),
    "datepicker": _picker("date", matching(r"\d{4}-\d{2}-\d{2}", "a date in the format YYYY-MM-DD")),
    "timepicker": _picker("time", matching(r"\d{2}:\d{2}", "a time in the format HH:mm")),
    "datetimepicker": Shape(optional={**_COMMON, "initial_date_time": number(least=0)}),
    "plain_text_input": Shape(
        optional={
            **_TYPING,
            "initial_value": string(most=MAX_INPUT),
            "multiline": flag,
            "min_length": number(least=0, most=MAX_INPUT),
            "max_length": number(least=1, most=MAX_INPUT),
        },
        rule=_lengths,
    ),
    "email_text_input": Shape(optional={**_TYPING, "initial_value": string(most=MAX_INPUT)}),
    "url_text_input": Shape(optional={**_TYPING, "initial_value": string(most=MAX_INPUT)}),
    "number_input": Shape(
        required={"is_decimal_allowed": flag},
        optional={
            **_TYPING,
            "initial_value": string(most=MAX_INPUT),
            "min_value": string(most=MAX_INPUT),
            "max_value": string(most=MAX_INPUT),
        },
    ),
    "image": IMAGE,
}

_TYPED_IN = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
IN_ACCESSORY = tuple(name for name in ELEMENTS if name not in _TYPED_IN)
IN_ACTIONS = tuple(
    name for name in ELEMENTS if name not in _TYPED_IN and name != "image" and not name.startswith("multi_")
)
IN_INPUT = tuple(name for name in ELEMENTS if name not in ("button", "overflow", "image"))
