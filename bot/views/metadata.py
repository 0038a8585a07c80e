"""What a modal remembers between its opening and its submission: Slack's private_metadata.

It comes back from Slack and may have been forged or come from an older version, so reading it refuses whatever
`pack` does not write. It names things; whether this person may act on them is decided when they submit.
"""

import json
from collections.abc import Mapping

from bot.views.text import size

# Slack's limit for private_metadata.
_MAX_CHARACTERS = 3000
_VERSION = 1


class OutdatedViewError(ValueError):
    """The modal was not opened by this version, or its memory is not ours."""


class Memory(dict[str, str]):
    """What a modal remembers by name; a name that it lacks, as one of another version may, raises OutdatedViewError."""

    def __missing__(self, name: str) -> str:
        raise OutdatedViewError(f"remembers no {name}")


def pack(purpose: str, fields: Mapping[str, str]) -> str:
    """The memory of a modal that is for this purpose. Raises ValueError when it is more than Slack keeps."""
    text = json.dumps({"v": _VERSION, "for": purpose, **fields}, ensure_ascii=False)
    if size(text) > _MAX_CHARACTERS:
        raise ValueError("more than a modal can remember")
    return text


def unpack(purpose: str, text: str) -> Memory:
    """What was packed for this purpose. Raises OutdatedViewError for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        raise OutdatedViewError("no memory of ours") from None
    if not isinstance(found, dict) or found.pop("v", None) != _VERSION or found.pop("for", None) != purpose:
        raise OutdatedViewError("of another version or purpose")
    if not all(isinstance(value, str) for value in found.values()):
        raise OutdatedViewError("of another form")
    return Memory(found)
