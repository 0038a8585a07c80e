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
    """What Slack's `invalid_blocks` would name; empty when it accepts the blocks of a message.

    Rules across blocks are looked at once every block is fit by itself.
    """
    found = tuple(_MESSAGE_BLOCKS(blocks, "/blocks"))
    return found or (*_repeated_ids(blocks, "/blocks"), *_too_many(blocks, "/blocks"))


def view_errors(view: Json, kind: str) -> tuple[str, ...]:
    """What Slack's `invalid_arguments` would name for a modal or a Home tab; empty when it accepts the view."""
    if view.get("type") != kind:
        return (at(f"must be {kind}", "/view/type"),)
    found = tuple(check_shape(view, "/view", _VIEWS[kind]))
    return found or (*_repeated_ids(view["blocks"], "/view/blocks"), *_unsubmittable(view))


def too_long(blocks: Sequence[Any]) -> bool:
    """Whether the text of all blocks together is more than a message takes: `msg_blocks_too_long`."""
    return cell_characters(list(blocks)) > MAX_MESSAGE_CHARACTERS


def only_one_table(blocks: Sequence[Any]) -> bool:
    """Whether a message keeps to Slack's one table (`invalid_attachments`, only_one_table_allowed)."""
    return len(_of_type(blocks, *TABLES)) <= 1


def _repeated_ids(blocks: Sequence[Json], pointer: str) -> Iterator[str]:
    """block_ids are unique in the surface, action_ids in their block."""
    yield from _repeated(blocks, "block_id", pointer)
    for position, block in enumerate(blocks):
        if block["type"] == "actions":
            yield from _repeated(block["elements"], "action_id", f"{pointer}/{position}/elements")


def _repeated(named: Sequence[Json], member: str, pointer: str) -> Iterator[str]:
    seen: set[str] = set()
    for position, each in enumerate(named):
        name = each.get(member)
        if name in seen:
            yield at(f'`{member}` "{name}" already exists', f"{pointer}/{position}/{member}")
        seen.update(() if name is None else (name,))


def _too_many(blocks: Sequence[Json], pointer: str) -> Iterator[str]:
    if len(_of_type(blocks, "data_visualization")) > MAX_CHARTS:
        yield at(f"no more than {MAX_CHARTS} data_visualization blocks allowed", pointer)
    if sum(len(each["text"]) for each in _of_type(blocks, "markdown")) > MAX_MARKDOWN:
        yield at(f"must be less than {MAX_MARKDOWN + 1} characters in all markdown blocks", pointer)
    if sum(cell_characters(each["rows"]) for each in _of_type(blocks, *TABLES)) > MAX_CELL_CHARACTERS:
        yield at(f"must be less than {MAX_CELL_CHARACTERS + 1} characters in all tables", pointer)


def _of_type(blocks: Sequence[Any], *kinds: str) -> list[Json]:
    return [each for each in blocks if each["type"] in kinds]


def _unsubmittable(view: Json) -> Iterator[str]:
    """A modal that takes input needs a submit button."""
    if view["type"] != "modal" or view.get("submit"):
        return
    for position, block in enumerate(view["blocks"]):
        if block["type"] == "input":
            yield at("must define `submit` to use an `input` block in modals", f"/view/blocks/{position}/input")
