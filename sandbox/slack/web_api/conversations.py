"""The methods conversations.*."""

from collections.abc import Sequence

from sandbox.slack import channel_acts
from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.web_api.channels import app_conversation, joined_channel, visible_channel
from sandbox.slack.web_api.paging import page_of
from sandbox.slack.wire import channel_json, message_json

_READ_SCOPES = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
_TYPES = {"channel": "public_channel", "private": "private_channel", "im": "im"}
_OMITTED = frozenset({"is_member", "num_members"})
_HISTORY_SCOPES = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}


def listing(args: Arguments, core: Core) -> Json:
    found = [channel_json(each, core.app.bot_user) for each in _of_types(args, core) if _known(each, core)]
    page, metadata = page_of(found, args)
    return {"channels": page, "response_metadata": metadata}


def joined(args: Arguments, core: Core) -> Json:
    """`users.conversations`: the app's own, or those of `user`, of which private ones only where the app is as well.

    It leaves out whether the app is a member and how many there are.
    """
    bot = core.app.bot_user
    who = args.text("user") or bot
    told = [each for each in _of_types(args, core) if who in each.members]
    found = [channel_json(each, bot) for each in told if each.kind == "channel" or bot in each.members]
    limited = [{name: value for name, value in each.items() if name not in _OMITTED} for each in found]
    page, metadata = page_of(limited, args)
    return {"channels": page, "response_metadata": metadata}


def info(args: Arguments, core: Core) -> Json:
    channel = visible_channel(core, args.required("channel", "channel_not_found"))
    _require_scope(core, channel.kind)
    return {"channel": channel_json(channel, core.app.bot_user)}


def members(args: Arguments, core: Core) -> Json:
    channel = visible_channel(core, args.required("channel", "channel_not_found"))
    _require_scope(core, channel.kind)
    page, metadata = page_of([{"id": each} for each in channel.members], args)
    return {"members": [each["id"] for each in page], "response_metadata": metadata}


def open_conversation(args: Arguments, core: Core) -> Json:
    """The direct message with one person, by `users` or by its own id."""
    if args.text("channel"):
        channel = visible_channel(core, args.text("channel"))
    else:
        channel = app_conversation(core, _single_user(args))
    return {"channel": channel_json(channel, core.app.bot_user) if args.flag("return_im") else {"id": channel.id}}


def join(args: Arguments, core: Core) -> Json:
    channel = visible_channel(core, args.required("channel", "channel_not_found"))
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    joined = channel_acts.join(core, channel, core.app.bot_user)
    return {"channel": channel_json(joined, core.app.bot_user)}


def history(args: Arguments, core: Core) -> Json:
    """Newest first; messages of threads only where they start one."""
    channel = _readable(args, core)
    shown = [each for each in core.state.messages(channel.id) if each.thread_ts in (None, each.ts)]
    return _messages(list(reversed(_between(shown, args))), args)


def replies(args: Arguments, core: Core) -> Json:
    """The message `ts` and its thread, oldest first."""
    channel = _readable(args, core)
    parent = args.required("ts", "thread_not_found")
    if core.state.message(channel.id, parent) is None:
        raise ApiError("thread_not_found")
    thread = [each for each in core.state.messages(channel.id) if parent in (each.ts, each.thread_ts)]
    return _messages(_between(thread, args), args)


def _of_types(args: Arguments, core: Core) -> list[Channel]:
    wanted = args.names("types") or ("public_channel",)
    for kind, name in _TYPES.items():
        if name in wanted:
            _require_scope(core, kind)
    hide_archived = args.flag("exclude_archived")
    channels = core.state.channels.values()
    return [each for each in channels if _TYPES[each.kind] in wanted and not (hide_archived and each.is_archived)]


def _require_scope(core: Core, kind: str) -> None:
    """Each kind of conversation has a scope of its own."""
    needed = _READ_SCOPES[kind]
    if needed not in core.app.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(core.app.scopes)))


def _known(channel: Channel, core: Core) -> bool:
    return channel.kind == "channel" or core.app.bot_user in channel.members


def _single_user(args: Arguments) -> str:
    users = args.names("users")
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    return users[0]


def _readable(args: Arguments, core: Core) -> Channel:
    channel = joined_channel(core, args.required("channel", "channel_not_found"))
    needed = _HISTORY_SCOPES[channel.kind]
    if needed not in core.app.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(core.app.scopes)))
    return channel


def _between(messages: Sequence[Message], args: Arguments) -> list[Message]:
    oldest, latest = float(args.text("oldest", "0") or 0), float(args.text("latest") or "inf")
    inclusive = args.flag("inclusive")
    return [each for each in messages if _inside(float(each.ts), oldest, latest, inclusive=inclusive)]


def _inside(instant: float, oldest: float, latest: float, *, inclusive: bool) -> bool:
    return oldest < instant < latest or (inclusive and instant in (oldest, latest))


def _messages(found: Sequence[Message], args: Arguments) -> Json:
    with_metadata = args.flag("include_all_metadata")
    page, metadata = page_of([message_json(each, with_metadata=with_metadata) for each in found], args)
    has_more = bool(metadata["next_cursor"])
    return {"messages": page, "has_more": has_more, "response_metadata": metadata}
