"""The rich_text block, as far as text, links, mentions, emoji and lists go."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks.checks import Shape, anything, flag, items, number, one_of, shaped, string, typed

_MANY = 3000
_STYLE = shaped(Shape(optional=dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag)))
_ID = string(most=255, least=1)
_STYLED = {"style": _STYLE}

_INLINE = typed(
    {
        "text": Shape(required={"text": string(most=40_000, least=1)}, optional=_STYLED),
        "link": Shape(
            required={"url": string(most=3000, least=1)},
            optional={"text": string(most=40_000), "unsafe": flag, **_STYLED},
        ),
        "emoji": Shape(required={"name": _ID}, optional={"unicode": string(most=255), **_STYLED}),
        "user": Shape(required={"user_id": _ID}, optional=_STYLED),
        "usergroup": Shape(required={"usergroup_id": _ID}, optional=_STYLED),
        "channel": Shape(required={"channel_id": _ID}, optional=_STYLED),
        "broadcast": Shape(required={"range": one_of("here", "channel", "everyone")}, optional=_STYLED),
        "color": Shape(required={"value": _ID}),
        "date": Shape(
            required={"timestamp": number(least=0), "format": string(most=255, least=1)},
            optional={"url": string(most=3000), "fallback": string(most=255), **_STYLED},
        ),
    }
)
_SECTION = Shape(required={"elements": items(_INLINE, most=_MANY)})
_QUOTED = Shape(
    required={"elements": items(_INLINE, most=_MANY)},
    optional={"border": number(least=0, most=1), "language": anything},
)
_PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": _QUOTED,
    "rich_text_quote": _QUOTED,
    "rich_text_list": Shape(
        required={
            "style": one_of("bullet", "ordered"),
            "elements": items(typed({"rich_text_section": _SECTION}), least=1, most=_MANY),
        },
        optional={
            "indent": number(least=0, most=8),
            "offset": number(least=0),
            "border": number(least=0, most=1),
        },
    ),
}
_PARTS_CHECK = items(typed(_PARTS), least=1, most=_MANY)


def rich_text_elements(value: Any, pointer: str) -> Iterator[str]:
    yield from _PARTS_CHECK(value, pointer)
