"""Slack's mrkdwn as plain text. Pure."""

import html
import re
from collections.abc import Mapping

Names = Mapping[str, str]

_ANGLED = re.compile(r"<([^<>]+)>")
_STYLED = re.compile(r"(?<!\w)([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?!\w)")


def plain(text: str, names: Names) -> str:
    """Links as "label (address)", mentions and channels by `names`, no marks of emphasis, entities unescaped."""
    replaced = _ANGLED.sub(lambda found: _unangled(found[1], names), text)
    while True:
        stripped = _STYLED.sub(lambda found: found[2], replaced)
        if stripped == replaced:
            return html.unescape(stripped)
        replaced = stripped


def _unangled(inner: str, names: Names) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return f"@{names.get(target[1:], label or target[1:])}"
    if target.startswith("#"):
        return f"#{names.get(target[1:], label or target[1:])}"
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return f"@{target[1:]}"
    return f"{label} ({target})" if label and label != target else target
