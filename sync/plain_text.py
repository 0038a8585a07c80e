"""HTML bodies of notes and e-mails as the text that a person would read. Pure.

Nothing of it is run, fetched or kept as markup: scripts, styles, comments and attributes go, and entities become
characters.
"""

import re
from collections.abc import Iterator

from lxml import etree

# What is longer is no letter; markup of this length takes some seconds to read.
_MOST_CHARACTERS = 1_000_000
_LINE_TAGS = "address|blockquote|br|center|div|dl|dt|dd|form|h[1-6]|hr|li|ol|p|pre|table|tr|ul"
_OTHER_TAGS = "html|head|body|style|script|span|tbody|thead|td|th|a|b|i|u|em|strong|font|img"
# Such a tag makes a body HTML; «a < b» and «<ada@example.com>» do not.
_TAG = re.compile(rf"</?(?:{_LINE_TAGS}|{_OTHER_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINE_TAG = re.compile(rf"<(?:{_LINE_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNREAD = frozenset({"head", "noscript", "object", "script", "style", "template", "title"})
_PARAGRAPHS = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split())
_LINES = frozenset("address center dd div dt form li tr".split())
_CELLS = frozenset({"td", "th"})
_CONTROLS = dict.fromkeys(code for code in (*range(32), 127) if chr(code) not in "\t\n")
# Where a paragraph, or a line, begins or ends; neither is left in a body by then.
_PARAGRAPH, _LINE = "\x01", "\x02"
_BLANKS = re.compile(r"[^\S\n]+")
_BETWEEN = re.compile(rf"[ \n{_LINE}{_PARAGRAPH}]*[{_LINE}{_PARAGRAPH}][ \n{_LINE}{_PARAGRAPH}]*")


def plain_text(body: str) -> str:
    """The text of an HTML body; what is no HTML comes back as it is, without control characters."""
    clean = body[:_MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    if not _TAG.search(clean):
        return clean.strip()
    if _LINE_TAG.search(clean):
        # Where tags make the lines, a line break of the markup is a blank on the screen.
        clean = clean.replace("\n", " ")
    text = _BETWEEN.sub(_break, _BLANKS.sub(" ", "".join(_pieces(clean))))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def _break(found: re.Match[str]) -> str:
    between = found.group()
    return "\n\n" if _PARAGRAPH in between or between.count("\n") > 1 else "\n"


def _pieces(body: str) -> Iterator[str]:
    """The texts in their order, without recursion: how deep elements are nested, a stranger decides."""
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    unread = 0
    for event, element in etree.iterwalk(etree.fromstring(f"<body>{body}</body>", parser), events=("start", "end")):
        name = element.tag
        is_start = event == "start"
        if name in _UNREAD:
            unread += 1 if is_start else -1
        yield _separator(name, is_start=is_start)
        text = element.text if is_start else element.tail
        if text and not unread:
            yield text


def _separator(name: str, *, is_start: bool) -> str:
    if name in _PARAGRAPHS:
        return _PARAGRAPH
    if name in _LINES:
        return _LINE
    if name == "br" and is_start:
        return "\n"
    return " " if name in _CELLS else ""
