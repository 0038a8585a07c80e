"""Putting messages into channels, and the events that tell the app about them."""

import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from sandbox.slack.core import Core
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.seed import TEAM_ID
from sandbox.slack.wire import message_json

MAX_TEXT = 40_000
_MESSAGE_EVENTS = {"im": "message.im", "channel": "message.channels", "private": "message.groups"}
_CHANNEL_TYPES = {"im": "im", "channel": "channel", "private": "group"}


def post_as_app(core: Core, channel: Channel, *, text: str, **rest: Any) -> Message:
    """A message of the app in `channel`; `rest` are further members of `Message`, `blocks` among them."""
    blocks = with_ids(rest.pop("blocks", ()))
    message = Message(
        ts=core.state.next_ts(),
        channel=channel.id,
        user=core.app.bot_user,
        bot_id=core.app.bot_id,
        app_id=core.app.app_id,
        text=text[:MAX_TEXT],
        blocks=blocks,
        **rest,
    )
    return _put(core, channel, message)


def post_as_member(core: Core, channel: Channel, user: str, text: str, thread_ts: str | None = None) -> Message:
    message = Message(ts=core.state.next_ts(), channel=channel.id, user=user, text=text[:MAX_TEXT], thread_ts=thread_ts)
    return _put(core, channel, message)


def with_ids(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """The blocks with the block_ids and action_ids that Slack makes up where the app gave none."""
    return tuple(_block_with_ids(block) for block in blocks)


def emit(core: Core, event: Json, *, subscription: str | None = None) -> None:
    """Send an event to the app if it subscribed to it."""
    if (subscription or event["type"]) in core.app.events:
        core.background.start(core.hub.deliver_event(event_payload(core, event)))


def event_payload(core: Core, event: Json) -> Json:
    return {
        "type": "event_callback",
        "token": "sandbox-verification",
        "team_id": TEAM_ID,
        "api_app_id": core.app.app_id,
        "event": event,
        "event_id": f"Ev{uuid.uuid4().hex[:12].upper()}",
        "event_time": int(core.now().timestamp()),
        "is_ext_shared_channel": _is_shared(core, event),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": core.app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def _block_with_ids(block: Json) -> Json:
    named = {"block_id": _new_id(), **block}
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            named[name] = _with_action_id(block[name])
    if block.get("type") == "actions":
        named["elements"] = [_with_action_id(each) for each in block["elements"]]
    return named


def _with_action_id(element: Json) -> Json:
    return element if element.get("type") == "image" else {"action_id": _new_id(), **element}


def _new_id() -> str:
    return secrets.token_urlsafe(4)


def _is_shared(core: Core, event: Json) -> bool:
    channel_id = event.get("channel")
    channel = core.state.channels.get(channel_id) if isinstance(channel_id, str) else None
    return channel is not None and channel.is_ext_shared


def _put(core: Core, channel: Channel, message: Message) -> Message:
    core.state.add(message)
    if message.ephemeral_to is None and core.app.bot_user in channel.members:
        _announce(core, channel, message)
    return message


def _announce(core: Core, channel: Channel, message: Message) -> None:
    event = {
        **message_json(message),
        "channel": channel.id,
        "channel_type": _CHANNEL_TYPES[channel.kind],
        "event_ts": message.ts,
        **_foreign_teams(core, message.user),
    }
    emit(core, event, subscription=_MESSAGE_EVENTS[channel.kind])
    mentioned = f"<@{core.app.bot_user}>" in message.text
    if mentioned and channel.kind != "im" and message.user != core.app.bot_user:
        emit(core, {**event, "type": "app_mention"})


def _foreign_teams(core: Core, user_id: str) -> Json:
    """What Slack adds to the messages of people from another workspace, in a channel that is shared with it."""
    member = core.state.members.get(user_id)
    if member is None or member.team_id == TEAM_ID:
        return {}
    return {"team": member.team_id, "user_team": member.team_id, "source_team": member.team_id}
