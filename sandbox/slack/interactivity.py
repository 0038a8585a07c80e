"""Interactive elements: what a choice in each looks like in an action, in a view's state, and before any choice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.slack.records import Json

# element type -> (member that carries the choice, member of the element that presets it)
CHOICES: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "overflow": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
STATELESS = ("button", "overflow")


def choice(element_type: str, value: Any) -> Json:
    """What an action or a state says of `value` chosen in such an element."""
    if element_type not in CHOICES:
        return {"type": element_type}
    return {"type": element_type, CHOICES[element_type][0]: value}


def elements(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Every interactive element with its block_id, in the order of the blocks."""
    for block in blocks:
        for element in _elements_of(block):
            if element.get("type") == "button" or element.get("type") in CHOICES:
                yield str(block.get("block_id", "")), element


def find_element(blocks: Sequence[Json], action_id: str, value: str | None = None) -> tuple[str, Json] | None:
    """The element with this action_id and, when a button's `value` is given, that value."""
    for block_id, element in elements(blocks):
        if element.get("action_id") == action_id and value in (None, element.get("value")):
            return block_id, element
    return None


def state_values(blocks: Sequence[Json], chosen: Mapping[str, Json]) -> Json:
    """The `state.values` of a view or message: presets, overridden by what was chosen."""
    values: Json = {}
    for block_id, element in elements(blocks):
        if element["type"] in STATELESS:
            continue
        action_id = element.get("action_id", "")
        preset = choice(element["type"], element.get(CHOICES[element["type"]][1]) or _nothing(element["type"]))
        values.setdefault(block_id, {})[action_id] = chosen.get(block_id, {}).get(action_id, preset)
    return values


def _elements_of(block: Json) -> list[Json]:
    single = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    several = block.get("elements") if block.get("type") in ("actions", "context_actions") else None
    return single + list(several or ())


def _nothing(element_type: str) -> list[Any] | None:
    return [] if CHOICES[element_type][0] in ("selected_options", "selected_users") else None
