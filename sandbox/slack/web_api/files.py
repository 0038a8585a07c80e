"""The methods files.getUploadURLExternal and files.completeUploadExternal."""

from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.files import File
from sandbox.slack.posting import post_as_app
from sandbox.slack.records import Json
from sandbox.slack.web_api.channels import postable_channel

MAX_FILE_BYTES = 1_000_000_000


def get_upload_url(args: Arguments, core: Core) -> Json:
    name, length = args.required("filename"), args.text("length")
    if not length.isdecimal() or int(length) == 0:
        raise ApiError("invalid_arguments", ("length must be more than 0",))
    if int(length) > MAX_FILE_BYTES:
        raise ApiError("file_upload_size_restricted")
    file = core.files.announce(name, int(length))
    return {"upload_url": core.files.upload_url(file), "file_id": file.id}


def complete_upload(args: Arguments, core: Core) -> Json:
    """Without a channel the files stay private to the app; with one, a message shares them there."""
    channel_id = args.text("channel_id")
    channel = postable_channel(core, channel_id) if channel_id and channel_id not in core.state.members else None
    if channel_id and channel is None:
        raise ApiError("channel_not_found")
    completed = [_completed(core, each) for each in _listed(args)]
    if channel is not None:
        shared = tuple(core.files.described(each) for each in completed)
        thread_ts = args.text("thread_ts") or None
        post_as_app(core, channel, text=args.text("initial_comment"), files=shared, thread_ts=thread_ts)
    return {"files": [{"id": each.id, "title": each.title} for each in completed]}


def _listed(args: Arguments) -> list[Any]:
    files = args.json("files", "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise ApiError("invalid_arguments", ("missing required field: files",))
    return files


def _completed(core: Core, wanted: Any) -> File:
    file = core.files.uploaded(str(wanted.get("id"))) if isinstance(wanted, dict) else None
    if file is None:
        raise ApiError("file_not_found")
    return core.files.complete(file, str(wanted.get("title") or file.name))
