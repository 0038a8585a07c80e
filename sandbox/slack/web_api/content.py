"""What a post brings along (text, blocks, attachments, metadata), checked as Slack checks it."""

from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.blocks import message_errors, only_one_table, too_long
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Json


def message_content(args: Arguments) -> Json:
    """`text`, `blocks` and `attachments` of a message. Refused: `no_text`, `invalid_blocks` and the like."""
    blocks = _listed(args, "blocks", "invalid_blocks_format")
    attachments = _listed(args, "attachments", "invalid_attachments")
    text = args.text("text")
    if not (text or blocks or attachments):
        raise ApiError("no_text")
    check_blocks(blocks)
    return {"text": text, "blocks": tuple(blocks), "attachments": tuple(attachments)}


def check_blocks(blocks: list[Any]) -> None:
    errors = message_errors(blocks)
    if errors:
        raise ApiError("invalid_blocks", errors)
    if not only_one_table(blocks):
        raise ApiError("invalid_attachments", ("only_one_table_allowed",))
    if too_long(blocks):
        raise ApiError("msg_blocks_too_long")


def metadata(args: Arguments) -> Json | None:
    """The message's metadata: an event_type and an event_payload, or nothing."""
    value = args.json("metadata", "invalid_metadata_format")
    if value is None:
        return None
    known = isinstance(value, dict) and isinstance(value.get("event_payload"), dict) and value.get("event_type")
    if not known:
        raise ApiError("invalid_metadata_schema")
    return dict(value)


def _listed(args: Arguments, name: str, error: str) -> list[Any]:
    value = args.json(name, error)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ApiError(error)
    return value
