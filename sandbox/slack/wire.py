"""Records as Slack's JSON: what the Web API and the payloads say of a member, a channel, a message."""

from sandbox.slack.records import Channel, Json, Member, Message
from sandbox.slack.seed import TEAM_DOMAIN, TEAM_ID

EPOCH_OF_TEAM = 1_500_000_000


def member_json(member: Member, *, with_email: bool = True) -> Json:
    profile = {
        "real_name": member.real_name,
        "display_name": member.name,
        "title": member.title,
        "team": member.team_id,
    }
    if with_email and member.email:
        profile["email"] = member.email
    return {
        "id": member.id,
        "team_id": member.team_id,
        "name": member.name,
        "real_name": member.real_name,
        "color": member.color,
        "tz": "Europe/Lisbon",
        "deleted": member.deleted,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "is_restricted": member.is_restricted,
        "is_ultra_restricted": member.is_ultra_restricted,
        "is_stranger": member.team_id != TEAM_ID,
        "is_email_confirmed": member.is_email_confirmed,
        "is_admin": False,
        "is_owner": False,
        "profile": profile,
    }


def channel_json(channel: Channel, viewer: str) -> Json:
    """`viewer` decides `is_member` and, in a direct message, who the other person is."""
    common: Json = {
        "id": channel.id,
        "created": EPOCH_OF_TEAM,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_mpim": False,
        "context_team_id": TEAM_ID,
    }
    if channel.kind == "im":
        return {**common, "user": other_member(channel, viewer), "is_user_deleted": False, "is_open": True}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_general": channel.name == "general",
        "is_member": viewer in channel.members,
        "num_members": len(channel.members),
    }


def other_member(channel: Channel, viewer: str) -> str:
    return next((each for each in channel.members if each != viewer), viewer)


def message_json(message: Message, *, with_metadata: bool = False) -> Json:
    wire: Json = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "team": TEAM_ID,
    }
    optional = {
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "files": list(message.files),
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "thread_ts": message.thread_ts,
        "edited": {"user": message.user, "ts": message.ts} if message.edited else None,
        "metadata": message.metadata if with_metadata else None,
        "reactions": _reactions(message),
    }
    return wire | {name: value for name, value in optional.items() if value}


def permalink(message: Message) -> str:
    return f"https://{TEAM_DOMAIN}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"


def channel_label(channel: Channel) -> str:
    """The `channel_name` of an interaction, which hides the names of private places."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _reactions(message: Message) -> list[Json]:
    names = dict.fromkeys(name for name, _ in message.reactions)
    return [_reaction(name, message) for name in names]


def _reaction(name: str, message: Message) -> Json:
    users = [user for each, user in message.reactions if each == name]
    return {"name": name, "users": users, "count": len(users)}
