"""What a person gets in place of what they wanted: in a modal, with what they had typed kept, or as a message."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.views.modal import modal
from bot.views.parts import Message, message, paragraph
from bot.views.text import literal

_MAX_LABEL = 150
_MAX_TYPED = 2800
_MAX_SHOWN = 20
_MAX_TITLE = 24
_MAX_REFERENCE = 40


def expired_answer(view: Mapping[str, Any]) -> dict[str, Any]:
    """To a form from before an update, which cannot be taken any more: what had been typed stays to be copied."""
    rows = list(_typed(view))[:_MAX_SHOWN]
    told = "This form is from before an update and can no longer be sent. Please open it again."
    blocks = [paragraph("notice", f"{told} What you had entered:" if rows else told)]
    blocks += [paragraph(f"typed.{nth}", row) for nth, row in enumerate(rows, start=1)]
    return {"response_action": "update", "view": modal(_title(view), blocks)}


def open_with_complaint(view: Mapping[str, Any], text: str) -> dict[str, Any]:
    """To a submission that could not be taken: the modal stays open with all that is in it, and says this."""
    inputs = [str(block.get("block_id") or "") for block in _blocks(view) if block.get("type") == "input"]
    if inputs:
        return {"response_action": "errors", "errors": {inputs[0]: text}}
    return {"response_action": "update", "view": modal(_title(view), [paragraph("notice", text)])}


def too_fast_text(wait_seconds: int) -> str:
    """For somebody who asked a great deal: how long to wait."""
    wait = "a second" if wait_seconds == 1 else f"{wait_seconds} seconds"
    return f"That was a lot at once. Please wait {wait} and try again."


def too_fast(wait_seconds: int) -> Message:
    """The same as a message."""
    text = too_fast_text(wait_seconds)
    return message(text, [paragraph("notice", text)])


def not_sent_text(reference: str) -> str:
    """Something broke while a form was sent; `reference` finds it in the log."""
    shown = literal(reference, _MAX_REFERENCE)
    return f"Something went wrong here, and it has been logged. Try again; if it happens again, name this: {shown}"


def press_again_text() -> str:
    """To a form that came twice, of which nobody knows here whether it was saved; pressing again saves it once."""
    return "Slack sent this twice, and the first answer may be lost. Please press the button again; it is saved once."


def outdated_shortcut(command: str = "/tesorio") -> Message:
    """The shortcut belongs to another version of the app."""
    text = f"This shortcut is from another version of the app and does nothing here. {command} help says what there is."
    return message(text, [paragraph("notice", text)])


def _typed(view: Mapping[str, Any]) -> Iterator[str]:
    """What each input holds, behind its label."""
    state = view.get("state")
    states = state.get("values") if isinstance(state, Mapping) else None
    for block in _blocks(view):
        element, label = block.get("element"), block.get("label")
        if not (isinstance(element, Mapping) and isinstance(label, Mapping) and isinstance(states, Mapping)):
            continue
        held = _held((states.get(block.get("block_id")) or {}).get(element.get("action_id")))
        if held:
            name = literal(str(label.get("text") or ""), _MAX_LABEL)
            yield f"{name}: {literal(held, _MAX_TYPED)}"


def _held(state: Any) -> str:
    """What a person reads in an input of this state; «» for ids, of which people know nothing."""
    if not isinstance(state, Mapping):
        return ""
    options = [*(state.get("selected_options") or ()), *filter(None, [state.get("selected_option")])]
    if options:
        return ", ".join(str((option.get("text") or {}).get("text") or "") for option in options)
    return str(state.get("value") or state.get("selected_date") or "")


def _blocks(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    blocks = view.get("blocks")
    return [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list) else []


def _title(view: Mapping[str, Any]) -> str:
    title = view.get("title")
    text = str(title.get("text") or "") if isinstance(title, Mapping) else ""
    return literal(text, _MAX_TITLE, empty="Tesorio")
