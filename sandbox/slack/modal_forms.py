"""What Slack's own client checks before it sends a modal's values to the app."""

from collections.abc import Sequence

from sandbox.slack.interactivity import CHOICES
from sandbox.slack.records import Json

MISSING = "Please complete this required field."


def complaints(blocks: Sequence[Json], values: Json) -> Json:
    """By block_id: what is missing, too short or too long."""
    found: Json = {}
    for block in blocks:
        if block.get("type") == "input":
            text = _complaint(block, values)
            if text:
                found[block["block_id"]] = text
    return found


def _complaint(block: Json, values: Json) -> str | None:
    element = block["element"]
    state = values.get(block["block_id"], {}).get(element.get("action_id", ""), {})
    chosen = state.get(CHOICES[element["type"]][0])
    if not chosen:
        return None if block.get("optional") else MISSING
    return _wrong_length(element, chosen) if isinstance(chosen, str) else None


def _wrong_length(element: Json, text: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length")
    if len(text) < least:
        return f"Please enter at least {least} characters."
    if most is not None and len(text) > most:
        return f"Please enter at most {most} characters."
    return None
