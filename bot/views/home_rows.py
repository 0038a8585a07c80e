"""The rows that every section of Home is made of."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, HeaderBlock, MarkdownTextObject, SectionBlock

from bot.views.parts import small_print
from bot.views.text import cut, esc, plain_text

MAX_ROWS = 10
_MAX_TITLE = 120
_MAX_DETAIL = 300
_MAX_HEADING = 100


def heading(block_id: str, text: str) -> list[Block]:
    """The headline of a section, below a line; `text` is ours."""
    return [
        DividerBlock(block_id=f"{block_id}.above"),
        HeaderBlock(block_id=block_id, text=plain_text(cut(text, _MAX_HEADING))),
    ]


def entry(block_id: str, title: str, detail: str, buttons: Sequence[ButtonElement] = ()) -> Block:
    """A bold line, a plain one below it, and a button at the right of both."""
    below = f"\n{esc(detail, _MAX_DETAIL)}" if detail else ""
    return SectionBlock(
        block_id=block_id,
        text=MarkdownTextObject(text=f"*{esc(title, _MAX_TITLE)}*{below}", verbatim=True),
        accessory=buttons[0] if buttons else None,
    )


def more(section: str, count: int, which: str) -> list[Block]:
    """«+3 more with something past due»; nothing when nothing was left out."""
    return [small_print(f"{section}.more", f"+{count:,} more {which}".strip())] if count > 0 else []
