"""A Slack message as plain text to quote: its mentions and links as people read them."""

import re
from collections.abc import Mapping

from bot.views.text import cut

MAX_QUOTE = 1500
_MARKED = re.compile(r"<([^<>]*)>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)")
_MAX_NAMES = 5


def people_in(text: str) -> tuple[str, ...]:
    """The ids of the first few people whom a message mentions."""
    return tuple(dict.fromkeys(_PERSON.findall(text)))[:_MAX_NAMES]


def quotation(text: str, names: Mapping[str, str], author: str = "") -> str:
    """The message with «> » before each line and its author's name before the first; «» for one without words."""
    plain = _unescaped(_MARKED.sub(lambda found: _words(found[1], names), text)).strip()
    if not plain:
        return ""
    said = cut(f"{author}: {plain}" if author else plain, MAX_QUOTE)
    return "".join(f"> {line}\n" for line in said.splitlines()) + "\n"


def _words(mark: str, names: Mapping[str, str]) -> str:
    """What a reader sees of a mark: a person's or channel's name, a link's address, «@here»."""
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        return f"@{label or names.get(target[1:], 'somebody')}"
    if target.startswith("#"):
        return f"#{label or 'a channel'}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return target.removeprefix("mailto:") if not label or label in target else f"{label} ({target})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
