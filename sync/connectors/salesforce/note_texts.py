"""How a note of ours reads in Salesforce. Pure.

No kind of note can have an external id there, so the title ends with a mark that is made of the note's key: by it a
note is found again, as a title can be filtered where the text cannot. What else the title says may be another at the
next attempt, such as the number of an invoice.
"""

import base64
import hashlib
import re
from html import escape

from sync.connector import NotePush

# Object Reference, «Note»: Title takes 80 characters, Body 32,000.
TITLE_CHARACTERS = 80
BODY_CHARACTERS = 32_000
_CUT = "…"
_MARK_BYTES = 5
# What JSON or HTML cannot hold, or no person sees.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BEYOND_ONE_UNIT = 0xFFFF


def title_of(item: NotePush) -> str:
    """The title: what the note is, who wrote it, and the mark; the same for the same note each time."""
    mark = f" · {mark_of(item)}"
    told = " ".join(_seen(" · ".join(filter(None, (item.title, item.author)))).split())
    return (_fitting(told, TITLE_CHARACTERS - len(mark)) + mark).removeprefix(" · ")


def mark_of(item: NotePush) -> str:
    """How the title ends, of this note alone."""
    digest = hashlib.sha256(item.key.encode()).digest()[:_MARK_BYTES]
    return f"tesorio-{base64.b32encode(digest).decode('ascii').lower()}"


def body_of(item: NotePush) -> str:
    """The text as plain text, cut where Salesforce would refuse it."""
    return _fitting(_seen(item.text), BODY_CHARACTERS)


def content_of(item: NotePush) -> str:
    """The text as the enhanced kind of note takes it: HTML in base64."""
    html = "<br>".join(escape(line, quote=False) for line in _seen(item.text).split("\n"))
    return base64.b64encode(html.encode()).decode("ascii")


def _seen(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _fitting(text: str, limit: int) -> str:
    """The text within a limit of UTF-16 units, in which Salesforce counts."""
    left = limit
    for place, character in enumerate(text):
        left -= 2 if ord(character) > _BEYOND_ONE_UNIT else 1
        if left < 0:
            return _without_last(text[:place], limit) + _CUT
    return text


def _without_last(text: str, limit: int) -> str:
    """Room for the sign that something was cut off."""
    units = len(text) + sum(ord(character) > _BEYOND_ONE_UNIT for character in text)
    return text[:-1] if units >= limit else text
