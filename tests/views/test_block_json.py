"""What we send is what the SDK would send."""

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    RawTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
    StaticSelectElement,
    TableBlock,
)

from bot.views.block_json import as_json

_PLAIN = PlainTextObject(text="a & b", emoji=False)
_BUTTON = ButtonElement(text=_PLAIN, action_id="lookup.open", value="invoice|1")
_BOLD = RichTextElementParts.TextStyle(bold=True)
_OPTION = Option(text=_PLAIN, value="1", description=PlainTextObject(text="why", emoji=False))
_SPANS = [
    RichTextElementParts.Text(text="t", style=_BOLD),
    RichTextElementParts.Text(text="u"),
    RichTextElementParts.Link(url="https://example.com", text="l", style=_BOLD),
]
_BLOCKS: tuple[Block, ...] = (
    HeaderBlock(block_id="h", text=_PLAIN),
    SectionBlock(block_id="s", text=_PLAIN, accessory=_BUTTON),
    SectionBlock(block_id="s", text=_PLAIN),
    SectionBlock(block_id="f", fields=[MarkdownTextObject(text="*x*", verbatim=True)]),
    SectionBlock(
        block_id="m", text=_PLAIN, accessory=StaticSelectElement(action_id="m", placeholder=_PLAIN, options=[_OPTION])
    ),
    ContextBlock(block_id="c", elements=[MarkdownTextObject(text="x", verbatim=True)]),
    ActionsBlock(block_id="a", elements=[_BUTTON]),
    RichTextBlock(block_id="r", elements=[RichTextSectionElement(elements=_SPANS)]),
    RichTextBlock(block_id="e", elements=[RichTextSectionElement(elements=[]), RichTextQuoteElement(elements=_SPANS)]),
    TableBlock(block_id="t", rows=[[RawTextObject(text="-")]], column_settings=[{"align": "right"}]),
)


class TestAsJson:
    @pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: f"{block.type}-{block.block_id}")
    def test_is_what_the_sdk_writes(self, block: Block) -> None:
        assert as_json(block) == block.to_dict()
