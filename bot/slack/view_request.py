"""What Slack sends of modals, shortcuts and searching selects, read into our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.access import SlackPerson
from bot.feature import reply_to
from bot.slack.answering import ReplyTo

# What each kind of input calls the value that it holds.
_SINGLE = ("value", "selected_date", "selected_time", "selected_conversation", "selected_channel", "selected_user")
_SEVERAL = ("selected_conversations", "selected_channels", "selected_users")


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewRequest:
    """A modal that was submitted or closed.

    `values` has what each input holds, by its action id: a text, or several for inputs of several choices; what was
    left empty is missing. `blocks` has the block id of each, which errors are shown at. `below` is the view that the
    modal was put on top of, «» when there is none.
    """

    person: SlackPerson
    callback_id: str
    view_id: str
    metadata: str
    trigger_id: str
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)
    below: str = ""

    def text(self, action_id: str) -> str:
        """What was typed or chosen in an input of one value; «» when nothing was."""
        value = self.values.get(action_id, "")
        return value if isinstance(value, str) else ""

    def choices(self, action_id: str) -> tuple[str, ...]:
        """What was chosen in an input of several values."""
        value = self.values.get(action_id, ())
        return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortcutRequest:
    """A global shortcut, or one on a message: `message_*` say which, and `message` is all that Slack tells of it."""

    person: SlackPerson
    callback_id: str
    trigger_id: str
    reply: ReplyTo
    channel_id: str = ""
    message_ts: str = ""
    message: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionRequest:
    """What was typed so far into a select that searches."""

    person: SlackPerson
    action_id: str
    typed: str
    metadata: str


def view_request(body: Mapping[str, Any]) -> ViewRequest:
    """The request in a view_submission or view_closed payload."""
    view = body.get("view") or {}
    states = (view.get("state") or {}).get("values") or {}
    values: dict[str, str | tuple[str, ...]] = {}
    blocks: dict[str, str] = {}
    for block_id, inputs in states.items():
        for action_id, state in inputs.items():
            blocks[action_id] = block_id
            if value := _value(state):
                values[action_id] = value
    return ViewRequest(
        person=_person(body),
        callback_id=str(view.get("callback_id") or ""),
        view_id=str(view.get("id") or ""),
        metadata=str(view.get("private_metadata") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        values=values,
        blocks=blocks,
        below=str(view.get("previous_view_id") or ""),
    )


def shortcut_request(body: Mapping[str, Any]) -> ShortcutRequest:
    """The request in a shortcut or message_action payload."""
    message = body.get("message") or {}
    return ShortcutRequest(
        person=_person(body),
        callback_id=str(body.get("callback_id") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        reply=reply_to(body),
        channel_id=str((body.get("channel") or {}).get("id") or ""),
        message_ts=str(message.get("ts") or ""),
        message=message,
    )


def suggestion_request(body: Mapping[str, Any]) -> SuggestionRequest:
    """The request in a block_suggestion payload."""
    return SuggestionRequest(
        person=_person(body),
        action_id=str(body.get("action_id") or ""),
        typed=str(body.get("value") or "").strip(),
        metadata=str((body.get("view") or {}).get("private_metadata") or ""),
    )


def _person(body: Mapping[str, Any]) -> SlackPerson:
    user = body.get("user") or {}
    return SlackPerson(team_id=str(user.get("team_id") or ""), user_id=str(user.get("id") or ""))


def _value(state: Mapping[str, Any]) -> str | tuple[str, ...]:
    """What one input holds; empty when nothing."""
    if option := state.get("selected_option"):
        return str(option.get("value") or "")
    if "selected_options" in state:
        return tuple(str(option.get("value") or "") for option in state["selected_options"] or ())
    several = next((state[name] for name in _SEVERAL if state.get(name)), None)
    if several is not None:
        return tuple(map(str, several))
    return str(next((state[name] for name in _SINGLE if state.get(name)), ""))
