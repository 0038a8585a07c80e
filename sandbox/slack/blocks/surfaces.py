"""What holds for a whole message, modal or Home tab."""

from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.slack.blocks.checks import Check, Shape, at, check_shape, flag, items, string, typed
from sandbox.slack.blocks.layouts import BLOCKS, MAX_MARKDOWN, ONLY_IN_MESSAGES, TABLES
from sandbox.slack.blocks.tables import MAX_CELL_CHARACTERS, cell_characters
from sandbox.slack.blocks.texts import plain_text
from sandbox.slack.records import Json

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_CHARTS = 2
# Not published: the sum at which posts were refused in practice (github.com/slackapi/bolt-js/issues/2509).
MAX_MESSAGE_CHARACTERS = 13_200

_IN_VIEWS = tuple(name for name in BLOCKS if name not in ONLY_IN_MESSAGES)
_MESSAGE_BLOCKS = items(typed(BLOCKS), most=MAX_MESSAGE_BLOCKS)
_VIEW_BLOCKS = items(typed(BLOCKS, _IN_VIEWS), most=MAX_VIEW_BLOCKS)
_NAMES: dict[str, Check] = {
    "callback_id": string(most=255),
    "external_id": string(most=255),
    "private_metadata": string(most=3000),
}
_VIEWS = {
    "modal": Shape(
        required={"title": plain_text(24), "blocks": _VIEW_BLOCKS},
        optional={
            **_NAMES,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": Shape(required={"blocks": _VIEW_BLOCKS}, optional=_NAMES),
}


def message_errors(blocks: Sequence[Any]) -> tuple[str, ...]:
    """What Slack's `invalid_blocks` would name; empty when it accepts the blocks of a message."""
    return (
        *_MESSAGE_BLOCKS(blocks, "/blocks"),
        *_repeated_ids(blocks, "/blocks"),
        *_too_many(blocks, "/blocks"),
    )


def view_errors(view: Json, kind: str) -> tuple[str, ...]:
    """What Slack's `invalid_arguments` would name for a modal or a Home tab; empty when it accepts the view."""
    if view.get("type") != kind:
        return (at(f"must be {kind}", "/view/type"),)
    found = [*check_shape(view, "/view", _VIEWS[kind])]
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        found += [*_repeated_ids(blocks, "/view/blocks")]
        found += [*_unsubmittable(view, blocks)] if kind == "modal" else []
    return tuple(found)


def too_long(blocks: Sequence[Any]) -> bool:
    """Whether the text of all blocks together is more than a message takes: `msg_blocks_too_long`."""
    return cell_characters(list(blocks)) > MAX_MESSAGE_CHARACTERS


def only_one_table(blocks: Sequence[Any]) -> bool:
    """Whether a message keeps to Slack's one table (`invalid_attachments`, only_one_table_allowed)."""
    return len(_of_type(blocks, *TABLES)) <= 1


def _repeated_ids(blocks: Sequence[Any], pointer: str) -> Iterator[str]:
    """block_ids are unique in the surface, action_ids in their block."""
    seen: set[str] = set()
    for position, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id in seen:
            yield at(f'`block_id` "{block_id}" already exists', f"{pointer}/{position}/block_id")
        seen.update((block_id,) if isinstance(block_id, str) else ())
        yield from _repeated_actions(block, f"{pointer}/{position}/elements")


def _repeated_actions(block: Json, pointer: str) -> Iterator[str]:
    elements = block.get("elements")
    seen: set[str] = set()
    for position, element in enumerate(elements if isinstance(elements, list) else ()):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if action_id in seen:
            yield at(f'`action_id` "{action_id}" already exists', f"{pointer}/{position}/action_id")
        seen.update((action_id,) if isinstance(action_id, str) else ())


def _too_many(blocks: Sequence[Any], pointer: str) -> Iterator[str]:
    if len(_of_type(blocks, "data_visualization")) > MAX_CHARTS:
        yield at(f"no more than {MAX_CHARTS} data_visualization blocks allowed", pointer)
    if cell_characters(_of_type(blocks, *TABLES)) > MAX_CELL_CHARACTERS:
        yield at(f"must be less than {MAX_CELL_CHARACTERS + 1} characters in all tables", pointer)
    markdown = sum(len(each["text"]) for each in _of_type(blocks, "markdown") if isinstance(each.get("text"), str))
    if markdown > MAX_MARKDOWN:
        yield at(f"must be less than {MAX_MARKDOWN + 1} characters in all markdown blocks", pointer)


def _of_type(blocks: Sequence[Any], *kinds: str) -> list[Json]:
    return [each for each in blocks if isinstance(each, dict) and each.get("type") in kinds]


def _unsubmittable(view: Json, blocks: Sequence[Any]) -> Iterator[str]:
    """A modal that takes input needs a submit button."""
    for position, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") == "input" and not view.get("submit"):
            yield at("must define `submit` to use an `input` block in modals", f"/view/blocks/{position}/input")
