"""The payloads that Slack sends to an app when somebody does something. Pure, but for the tickets that they carry."""

from typing import Any

from sandbox.slack.core import Core
from sandbox.slack.interactivity import choice, elements, state_values
from sandbox.slack.records import Channel, Json, Member, Message, View
from sandbox.slack.seed import TEAM_DOMAIN, TEAM_ID
from sandbox.slack.tickets import Source
from sandbox.slack.wire import channel_label, message_json

VERIFICATION = "sandbox-verification"


def command_payload(core: Core, actor: Member, channel: Channel, command: str, text: str) -> Json:
    return {
        "token": VERIFICATION,
        "team_id": actor.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_label(channel),
        "user_id": actor.id,
        "user_name": actor.name,
        "command": command,
        "text": text,
        "api_app_id": core.app.app_id,
        "is_enterprise_install": "false",
        "response_url": core.response_url(channel=channel.id, user=actor.id, command=_as_typed(f"{command} {text}")),
        "trigger_id": core.tickets.issue_trigger(actor.id),
    }


def _as_typed(sent: str) -> str:
    """The line as it stands above the answer: nothing in it is escaped there."""
    return sent.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def link_event(core: Core, message: Message, links: list[Json]) -> Json:
    """What tells the app of links to its domains, also where it is no member. Its own messages are never told of."""
    event = {
        "type": "link_shared",
        "channel": message.channel,
        "is_bot_user_member": core.app.bot_user in core.state.channels[message.channel].members,
        "user": message.user,
        "message_ts": message.ts,
        "unfurl_id": f"{message.channel}.{message.ts}",
        "source": "conversations_history",
        "links": links,
        "event_ts": message.ts,
    }
    return event | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def action_payload(core: Core, actor: Member, place: Message | View, action: Json) -> Json:
    return {
        **_common(core, actor, "block_actions"),
        **place_members(core, actor, place, action["block_id"]),
        "trigger_id": core.tickets.issue_trigger(actor.id, _view_id(place)),
        "actions": [action],
    }


def suggestion_payload(
    core: Core, actor: Member, place: Message | View, *, block_id: str, action_id: str, query: str
) -> Json:
    described = place_members(core, actor, place, block_id)
    described.pop("response_url", None)
    return {
        **_common(core, actor, "block_suggestion"),
        **described,
        "block_id": block_id,
        "action_id": action_id,
        "value": query,
    }


def shortcut_payload(core: Core, actor: Member, callback_id: str) -> Json:
    return {
        **_common(core, actor, "shortcut"),
        "callback_id": callback_id,
        "action_ts": core.state.next_ts(),
        "trigger_id": core.tickets.issue_trigger(actor.id),
    }


def message_shortcut_payload(core: Core, actor: Member, callback_id: str, message: Message) -> Json:
    channel = core.state.channels[message.channel]
    return {
        **_common(core, actor, "message_action"),
        "callback_id": callback_id,
        "action_ts": core.state.next_ts(),
        "trigger_id": core.tickets.issue_trigger(actor.id),
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "message_ts": message.ts,
        "message": message_json(message, with_metadata=True),
        "response_url": core.response_url(channel=channel.id, user=actor.id),
    }


def submission_payload(core: Core, actor: Member, view: View) -> Json:
    return {
        **_common(core, actor, "view_submission"),
        "trigger_id": core.tickets.issue_trigger(actor.id, view.id),
        "view": core.views.described(view),
        "response_urls": _modal_response_urls(core, actor, view),
    }


def closed_payload(core: Core, actor: Member, view: View, *, is_cleared: bool) -> Json:
    return {
        **_common(core, actor, "view_closed"),
        "view": core.views.described(view),
        "is_cleared": is_cleared,
    }


def action_of(core: Core, block_id: str, element: Json, value: Any) -> Json:
    """One entry of `actions`: the element that was used, with what was chosen in it."""
    kept = ("text", "value", "url", "style") if element["type"] == "button" else ("placeholder",)
    return {
        **{name: element[name] for name in kept if name in element},
        **choice(element["type"], value),
        "action_id": element.get("action_id", ""),
        "block_id": block_id,
        "action_ts": core.state.next_ts(),
    }


def place_members(core: Core, actor: Member, place: Message | View, block_id: str = "") -> Json:
    """Where it happened. Slack leaves an ephemeral message's content out, and gives no response_url inside a view."""
    if isinstance(place, View):
        described = core.views.described(place)
        return {"container": {"type": "view", "view_id": place.id}, "view": described}
    channel = core.state.channels[place.channel]
    if preview := _preview_with(place, block_id):
        return _preview_members(core, actor, place, preview)
    ephemeral = place.ephemeral_to is not None
    source = Source(ts=place.ts, ephemeral=ephemeral)
    members: Json = {
        "container": {
            "type": "message",
            "message_ts": place.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
            **({"thread_ts": place.thread_ts} if place.thread_ts else {}),
        },
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "state": {"values": state_values(place.blocks, {})},
        "response_url": core.response_url(channel=channel.id, user=actor.id, source=source),
    }
    return members if ephemeral else {**members, "message": message_json(place, with_metadata=True)}


def _common(core: Core, actor: Member, kind: str) -> Json:
    return {
        "type": kind,
        "token": VERIFICATION,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {
            "id": actor.id,
            "username": actor.name,
            "name": actor.name,
            "team_id": actor.team_id,
        },
        "api_app_id": core.app.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _preview_with(message: Message, block_id: str) -> Json | None:
    """The preview of a link that has this block; None for the blocks of the message itself."""
    if block_id in {block.get("block_id") for block in message.blocks}:
        return None
    return next((each for each in message.attachments if _has_block(each, block_id)), None)


def _has_block(attachment: Json, block_id: str) -> bool:
    return block_id in {block.get("block_id") for block in attachment.get("blocks", ())}


def _preview_members(core: Core, actor: Member, message: Message, preview: Json) -> Json:
    """Of a message with a preview, which is somebody else's, the app is told no content."""
    channel = core.state.channels[message.channel]
    attachment_id = message.attachments.index(preview) + 1
    return {
        "container": {
            "type": "message_attachment",
            "message_ts": message.ts,
            "attachment_id": attachment_id,
            "channel_id": channel.id,
            "is_ephemeral": False,
            "is_app_unfurl": True,
            "app_unfurl_url": preview["from_url"],
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        },
        "app_unfurl": {"id": attachment_id, "is_app_unfurl": True, "app_unfurl_url": preview["from_url"], **preview},
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "response_url": core.response_url(channel=channel.id, user=actor.id),
    }


def _view_id(place: Message | View) -> str | None:
    return place.id if isinstance(place, View) and place.body.get("type") == "modal" else None


def _modal_response_urls(core: Core, actor: Member, view: View) -> list[Json]:
    """One for each channel chosen in a select that has `response_url_enabled`."""
    values = core.views.described(view)["state"]["values"]
    urls = []
    for block_id, element in elements(view.body["blocks"]):
        chosen = values.get(block_id, {}).get(element.get("action_id"), {})
        channel = chosen.get("selected_conversation") or chosen.get("selected_channel")
        if element.get("response_url_enabled") and channel:
            url = core.response_url(channel=channel, user=actor.id)
            urls.append({"block_id": block_id, "action_id": element["action_id"], "channel_id": channel})
            urls[-1]["response_url"] = url
    return urls
