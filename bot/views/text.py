"""Text from outside, made safe to show: the last step before a string becomes part of a Slack message.

Slack parses only `mrkdwn` objects and a message's top-level `text`. So names, notes and other free text go where
nothing is parsed (`plain_text`, `raw_text`, rich text) through `literal`, and short values that share an object with
our own bold labels go through `esc`.
"""

import re
import unicodedata

from slack_sdk.models.blocks import PlainTextObject

# Invisible characters that hide, reorder or blank out text: controls, soft hyphen, zero-width and fillers, bidi marks
# and overrides, lone surrogates (no UTF-8 form), tags. Variation selectors stay: emoji and Japanese names need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]",
)
# A joiner means something between letters of some scripts and between emoji; anywhere else it only hides.
_STRAY_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\u200c\u200d])")
_LINE_BREAK = re.compile("\\s{2,}|[\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
# Slack takes these for bold, strike and code. Zero-width separators are no cure: Slack sees some of them as word
# boundaries, which switches formatting on. A look-alike can never be a formatting character.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
# An underscore inside a word (PO_2024_117) formats nothing and stays as it is.
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_EMOJI_OR_SCHEME_COLON = re.compile(r":(?=//|[^\s:]+:)")
_LEADING_QUOTE = re.compile("^(?:&gt;)+")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_MAX_LINES = 100
_ENTITY_EXTRA = {"&": 4, "<": 3, ">": 3}
# What may end a cut text only as part of a whole that the cut has broken.
_DANGLING = "\u200c\u200d\ufe0e\ufe0f "


def clean(text: str) -> str:
    """The text on one line without invisible characters; «» when nothing visible is in it."""
    visible = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text))
    return _LINE_BREAK.sub(" ", visible).strip()


def size(text: str) -> int:
    """Length as the strictest reader of Slack's limits may count it: UTF-16 units of the text with entities."""
    return sum(map(_weight, text))


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as fits `limit` (by `size`) with «…+N more» for the N characters left out."""
    if len(text) <= limit and size(text) <= limit:
        return text
    room = limit - len(_more(len(text)))
    kept = 0
    while kept < len(text) and (room := room - _weight(text[kept])) >= 0:
        kept += 1
    head = text[:kept].rstrip(_DANGLING)
    return head + _more(len(text) - len(head))


def shortened(text: str, limit: int) -> str:
    """The text, or as much of it as fits `limit` (by `size`) and «…»: for names, which no number may follow."""
    if size(text) <= limit:
        return text
    room, kept = limit - 1, 0
    while kept < len(text) and (room := room - _weight(text[kept])) >= 0:
        kept += 1
    return f"{text[:kept].rstrip(_DANGLING)}…"


def literal(text: str, limit: int, *, empty: str = "-") -> str:
    """Outside text for a place where Slack parses nothing; `empty` stands in when nothing visible is left.

    A text with right-to-left letters is isolated, so that it cannot reorder the amounts and dates around it.
    """
    shown = cut(clean(text), limit - len(_ISOLATE + _END_ISOLATE)) or empty
    is_right_to_left = any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in shown)
    return f"{_ISOLATE}{shown}{_END_ISOLATE}" if is_right_to_left else shown


def as_written(text: str, limit: int, *, empty: str = "-") -> str:
    """`literal` for a text of several lines, which stay lines. At most `limit`."""
    rows = (literal(line, limit, empty="") for line in text.splitlines()[:_MAX_LINES])
    return cut("\n".join(rows).strip(), limit) or empty


def esc(text: str, limit: int = 3000) -> str:
    """Outside text for a `mrkdwn` object: shown as it is; no mention, link, emoji name or formatting comes of it.

    Pair it with `verbatim`, which keeps Slack from linking bare domains and channel names.
    """
    return escaped(literal(text, limit))


def escaped(text: str) -> str:
    """The last step of `esc` alone, for a sentence that was put together from `literal` parts."""
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _OUTER_UNDERSCORE.sub("\u02cd", entities.translate(_LOOK_ALIKES))
    # Slack reads an escaped «>» at the start of a line as a quotation all the same.
    return _EMOJI_OR_SCHEME_COLON.sub("\u2236", _LEADING_QUOTE.sub("\u203a", plain))


def plain_text(text: str) -> PlainTextObject:
    """A plain_text object that shows `:names:` of emoji as they are written."""
    return PlainTextObject(text=text, emoji=False)


def _weight(character: str) -> int:
    return 1 + (character > "\uffff") + _ENTITY_EXTRA.get(character, 0)


def _more(count: int) -> str:
    return f"…+{count:,} more"
