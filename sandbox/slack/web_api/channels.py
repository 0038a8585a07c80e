"""Which channel a call means, and whether the app may use it."""

from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Channel


def visible_channel(core: Core, name: str) -> Channel:
    """A channel that the app can know of. Private ones and other people's messages are `channel_not_found`."""
    channel = core.state.channel_named(name)
    if channel is None or (channel.kind != "channel" and core.app.bot_user not in channel.members):
        raise ApiError("channel_not_found")
    return channel


def joined_channel(core: Core, name: str) -> Channel:
    channel = visible_channel(core, name)
    if core.app.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def postable_channel(core: Core, name: str) -> Channel:
    """Where the app may post: a channel by id or name, or a person by id, meaning their conversation with the app."""
    if name in core.state.members:
        return app_conversation(core, name)
    channel = visible_channel(core, name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if core.app.bot_user not in channel.members and "chat:write.public" not in core.app.scopes:
        raise ApiError("not_in_channel")
    return channel


def app_conversation(core: Core, member_id: str) -> Channel:
    """The direct message between the app and this person."""
    member = core.state.members.get(member_id)
    if member is None:
        raise ApiError("user_not_found")
    if member.deleted:
        raise ApiError("user_disabled")
    if member.is_bot:
        raise ApiError("cannot_dm_bot")
    return core.state.direct_message(member_id, core.app.bot_user)
