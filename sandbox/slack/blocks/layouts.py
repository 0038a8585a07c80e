"""The blocks themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.blocks.checks import Check, Shape, anything, at, flag, items, number, string, typed
from sandbox.slack.blocks.elements import ELEMENTS, IMAGE, IN_ACCESSORY, IN_ACTIONS, IN_INPUT
from sandbox.slack.blocks.rich_text import rich_text_elements
from sandbox.slack.blocks.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE
from sandbox.slack.blocks.texts import any_text, plain_text

MAX_MARKDOWN = 12_000
_ID: Mapping[str, Check] = {"block_id": string(most=255)}


def _text_or_fields(value: Any, pointer: str) -> Iterator[str]:
    if not value.get("text") and not value.get("fields"):
        yield at("must define either `text` or `fields`", pointer)


def _context_element(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, dict) and value.get("type") == "image":
        yield from typed({"image": IMAGE})(value, pointer)
    else:
        yield from any_text()(value, pointer)


def _image_source(value: Any, pointer: str) -> Iterator[str]:
    if ("image_url" in value) == ("slack_file" in value):
        yield at("must define either `image_url` or `slack_file`", pointer)


BLOCKS: Mapping[str, Shape] = {
    "section": Shape(
        optional={
            **_ID,
            "text": any_text(),
            "fields": items(any_text(2000), least=1, most=10),
            "accessory": typed(ELEMENTS, IN_ACCESSORY),
            "expand": flag,
        },
        rule=_text_or_fields,
    ),
    "header": Shape(required={"text": plain_text(150)}, optional={**_ID, "level": number(least=1, most=4)}),
    "divider": Shape(optional=_ID),
    "image": Shape(
        required={"alt_text": string(most=2000)},
        optional={**_ID, "image_url": string(most=3000), "slack_file": anything, "title": plain_text(2000)},
        rule=_image_source,
    ),
    "actions": Shape(required={"elements": items(typed(ELEMENTS, IN_ACTIONS), least=1, most=25)}, optional=_ID),
    "context": Shape(required={"elements": items(_context_element, least=1, most=10)}, optional=_ID),
    "input": Shape(
        required={"label": plain_text(2000), "element": typed(ELEMENTS, IN_INPUT)},
        optional={**_ID, "hint": plain_text(2000), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": Shape(required={"text": string(most=MAX_MARKDOWN, least=1)}, optional=_ID),
    "rich_text": Shape(required={"elements": rich_text_elements}, optional=_ID),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
}
TABLES = ("table", "data_table")
ONLY_IN_MESSAGES = ("markdown", "data_visualization", *TABLES)
