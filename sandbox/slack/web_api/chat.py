"""The methods chat.*."""

from dataclasses import replace

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.posting import MAX_TEXT, post_as_app, with_ids
from sandbox.slack.records import Json, Message
from sandbox.slack.web_api.channels import joined_channel, postable_channel, visible_channel
from sandbox.slack.web_api.content import check_blocks, message_content, metadata
from sandbox.slack.wire import message_json, permalink


def post_message(args: Arguments, core: Core) -> Json:
    channel = postable_channel(core, args.required("channel", "channel_not_found"))
    content = message_content(args)
    thread_ts = args.text("thread_ts") or None
    message = post_as_app(core, channel, **content, thread_ts=thread_ts, metadata=metadata(args))
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, with_metadata=True)}


def post_ephemeral(args: Arguments, core: Core) -> Json:
    channel = postable_channel(core, args.required("channel", "channel_not_found"))
    user = args.required("user", "user_not_found")
    if user not in core.state.members:
        raise ApiError("user_not_found")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = message_content(args)
    thread_ts = args.text("thread_ts") or None
    message = post_as_app(core, channel, **content, thread_ts=thread_ts, ephemeral_to=user)
    return {"message_ts": message.ts}


def update(args: Arguments, core: Core) -> Json:
    """Without `blocks` in the call, the old blocks go when a new `text` comes, as with Slack."""
    message = _own_message(args, core, "cant_update_message")
    content = message_content(args)
    renewed = metadata(args) or message.metadata
    updated = replace(
        message,
        text=content["text"][:MAX_TEXT],
        blocks=with_ids(content["blocks"]),
        attachments=content["attachments"],
        edited=True,
        metadata=renewed,
    )
    core.state.update(updated)
    return {
        "channel": updated.channel,
        "ts": updated.ts,
        "text": updated.text,
        "message": message_json(updated, with_metadata=True),
    }


def delete(args: Arguments, core: Core) -> Json:
    message = _own_message(args, core, "cant_delete_message")
    core.state.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(args: Arguments, core: Core) -> Json:
    channel = visible_channel(core, args.required("channel", "channel_not_found"))
    message = core.state.message(channel.id, args.required("message_ts", "message_not_found"))
    if message is None or message.ephemeral_to is not None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(message)}


def unfurl(args: Arguments, core: Core) -> Json:
    """Previews, by URL, below the message that shares the links."""
    channel = joined_channel(core, args.required("channel", "channel_not_found"))
    message = core.state.message(channel.id, args.required("ts", "cannot_find_message"))
    if message is None:
        raise ApiError("cannot_find_message")
    unfurls = args.json("unfurls", "cannot_parse_attachment")
    if not isinstance(unfurls, dict) or not unfurls:
        raise ApiError("missing_unfurls")
    for url, attachment in unfurls.items():
        if url not in message.text:
            raise ApiError("cannot_unfurl_url")
        check_blocks(attachment.get("blocks") or [])
    core.state.update(replace(message, attachments=tuple({"from_url": url, **each} for url, each in unfurls.items())))
    return {}


def _own_message(args: Arguments, core: Core, foreign: str) -> Message:
    channel = visible_channel(core, args.required("channel", "channel_not_found"))
    message = core.state.message(channel.id, args.required("ts", "message_not_found"))
    if message is None or message.ephemeral_to is not None:
        raise ApiError("message_not_found")
    if message.user != core.app.bot_user:
        raise ApiError(foreign)
    return message
