"""The frames that the web page receives. Pure."""

from sandbox.slack.core import Core
from sandbox.slack.feed import (
    Happening,
    HomeChanged,
    LinkChanged,
    MessageChanged,
    Notice,
    OutsideChanged,
    Reply,
    ViewChanged,
)
from sandbox.slack.records import Channel, Json, Member, Message
from sandbox.slack.seed import TEAM_ID, TEAM_NAME
from sandbox.slack.wire import other_member


def state_frame(core: Core, me: str) -> Json:
    channels = [each for each in core.state.channels.values() if me in each.members and not each.is_archived]
    return {
        "type": "state",
        "workspace": {"id": TEAM_ID, "name": TEAM_NAME},
        "me": me,
        "app": _app(core),
        "users": [_member(each) for each in core.state.members.values()],
        "channels": [_channel(core, each, me) for each in channels],
        "outside": _outside(core),
    }


def _outside(core: Core) -> list[Json]:
    return [box.described() for box in core.outside]


def history_frame(core: Core, me: str, channel_id: str) -> Json:
    shown = [page_message(core, each) for each in core.state.messages(channel_id, me)]
    return {"type": "history", "channel": channel_id, "messages": shown}


def frame_of(core: Core, me: str, happening: Happening) -> Json | None:
    """What the page of `me` is told of a happening; None when it is not theirs to see."""
    if isinstance(happening, Reply):
        return happening.frame
    if isinstance(happening, LinkChanged):
        return {"type": "connected", "connected": happening.connected}
    if isinstance(happening, OutsideChanged):
        return {"type": "outside", "outside": _outside(core)}
    if isinstance(happening, MessageChanged):
        return _message_frame(core, me, happening)
    return _personal_frame(happening) if happening.user == me else None


def page_message(core: Core, message: Message) -> Json:
    member = core.state.members.get(message.user)
    return {
        "ts": message.ts,
        "user": message.user,
        "bot_id": message.bot_id,
        "username": member.real_name if member is not None else message.user,
        "text": message.text,
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "files": list(message.files),
        "thread_ts": message.thread_ts,
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited,
        "command": message.command,
    }


def _message_frame(core: Core, me: str, change: MessageChanged) -> Json | None:
    message = change.message
    if not core.state.sees(me, message):
        return None
    shown = page_message(core, message)
    return {"type": "message", "op": change.op, "channel": message.channel, "message": shown}


def _personal_frame(happening: ViewChanged | HomeChanged | Notice) -> Json:
    if isinstance(happening, ViewChanged):
        return {"type": "view", "op": happening.op, "view": happening.view}
    if isinstance(happening, HomeChanged):
        return {"type": "home_view", "view": happening.view}
    return {"type": "error", "channel": happening.channel, "text": happening.text}


def _app(core: Core) -> Json:
    app = core.app
    return {
        "user_id": app.bot_user,
        "name": app.name,
        "bot_id": app.bot_id,
        "commands": [
            {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
            for each in app.commands
        ],
        "shortcuts": [
            {"name": each.name, "callback_id": each.callback_id, "type": each.type} for each in app.shortcuts
        ],
        "connected": core.hub.connected,
    }


def _member(member: Member) -> Json:
    return {
        "id": member.id,
        "name": member.name,
        "real_name": member.real_name,
        "title": member.title,
        "color": member.color,
        "is_bot": member.is_bot,
        "deleted": member.deleted,
        "is_restricted": member.is_restricted,
        "team_id": member.team_id,
    }


def _channel(core: Core, channel: Channel, me: str) -> Json:
    direct = channel.kind == "im"
    other = other_member(channel, me) if direct else None
    return {
        "id": channel.id,
        "name": core.state.members[other].real_name if other is not None else channel.name,
        "kind": "app_dm" if direct and core.app.bot_user in channel.members else channel.kind,
        "members": list(channel.members),
        "is_ext_shared": channel.is_ext_shared,
        "with": other,
    }
