"""What becomes of channels: people and the app come and go, and a channel is renamed, archived, shared or removed.

Each act changes the workspace and tells the app in the events of Slack's own names, if it subscribed to them.
"""

from dataclasses import replace
from typing import Any

from sandbox.slack.core import Core
from sandbox.slack.posting import emit
from sandbox.slack.records import Channel, Json
from sandbox.slack.seed import OTHER_TEAM_ID
from sandbox.slack.wire import EPOCH_OF_TEAM

_LETTERS = {"channel": "C", "private": "G"}


def join(core: Core, channel: Channel, member_id: str, inviter: str = "") -> Channel:
    """Somebody comes into a channel, by themselves or invited; nothing happens to who is there already."""
    joined = core.state.add_to(channel, member_id)
    if joined is channel:
        return channel
    event = {"type": "member_joined_channel", "user": member_id, "team": core.state.members[member_id].team_id}
    invited = {"inviter": inviter} if inviter else {}
    _tell(core, joined, {**event, **invited, "channel": channel.id, "channel_type": _LETTERS[channel.kind]})
    return joined


def leave(core: Core, channel: Channel, member_id: str) -> Channel:
    """Somebody leaves a channel, or is removed from it; who stays hears it."""
    left = replace(channel, members=tuple(each for each in channel.members if each != member_id))
    core.state.put_channel(left)
    event = {"type": "member_left_channel", "user": member_id, "team": core.state.members[member_id].team_id}
    _tell(core, left, {**event, "channel": channel.id, "channel_type": _LETTERS[channel.kind]})
    return left


def invite(core: Core, channel: Channel, actor: str, named: str) -> str:
    """Slack's own `/invite @name`; what Slack says to whoever typed it."""
    wanted = named.strip().lstrip("@")
    member = next((each for each in core.state.members.values() if each.name == wanted), None)
    if member is None or channel.kind == "im":
        return f"We could not find anybody called “{wanted}” to invite here."
    if member.id in channel.members:
        return f"{member.real_name} is already in this channel."
    join(core, channel, member.id, actor)
    return f"You have added {member.real_name} to this channel."


def remove_app(core: Core, channel: Channel, actor: str) -> None:
    """The app itself hears that it left; who stays hears that somebody did."""
    left = replace(channel, members=tuple(each for each in channel.members if each != core.app.bot_user))
    core.state.put_channel(left)
    event = {"type": _named(channel, "left"), "channel": channel.id, "actor_id": actor}
    emit(core, {**event, "event_ts": core.state.next_ts()})


def archive(core: Core, channel: Channel, actor: str, *, is_archived: bool = True) -> None:
    _change(core, channel, is_archived=is_archived)
    kind = _named(channel, "archive" if is_archived else "unarchive")
    _tell(core, channel, {"type": kind, "channel": channel.id, "user": actor})


def rename(core: Core, channel: Channel, name: str) -> None:
    _change(core, channel, name=name)
    described = {"id": channel.id, "name": name, "created": EPOCH_OF_TEAM}
    _tell(core, channel, {"type": _named(channel, "rename"), "channel": described})


def share(core: Core, channel: Channel) -> None:
    """Another company accepts an invitation to the channel."""
    _change(core, channel, is_ext_shared=True)
    _tell(core, channel, {"type": "channel_shared", "channel": channel.id, "connected_team_id": OTHER_TEAM_ID})


def unshare(core: Core, channel: Channel) -> None:
    _change(core, channel, is_ext_shared=False)
    event = {"type": "channel_unshared", "channel": channel.id, "is_ext_shared": False}
    _tell(core, channel, {**event, "previously_connected_team_id": OTHER_TEAM_ID})


def remove(core: Core, channel: Channel) -> None:
    """The channel is deleted, with all its messages."""
    del core.state.channels[channel.id]
    _tell(core, channel, {"type": _named(channel, "deleted"), "channel": channel.id})


def change_id(core: Core, channel: Channel, new_id: str) -> None:
    """Slack gives the channel another id, as it may when channels of two workspaces are joined."""
    del core.state.channels[channel.id]
    core.state.put_channel(replace(channel, id=new_id))
    event = {"type": "channel_id_changed", "old_channel_id": channel.id, "new_channel_id": new_id}
    _tell(core, channel, event)


def _named(channel: Channel, what: str) -> str:
    return f"{'group' if channel.kind == 'private' else 'channel'}_{what}"


def _change(core: Core, channel: Channel, **changes: Any) -> None:
    core.state.put_channel(replace(channel, **changes))


def _tell(core: Core, channel: Channel, event: Json) -> None:
    """An app hears of every public channel, and of private ones that it is in."""
    if channel.kind == "channel" or core.app.bot_user in channel.members:
        emit(core, {**event, "event_ts": core.state.next_ts()})
