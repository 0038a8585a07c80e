"""What a person's act sets off: the envelope goes out, and its acknowledgement takes effect.

Every function returns when the acknowledgement came or its time was over; what the app sends by other ways comes later.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sandbox.slack import channel_acts
from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.envelopes import Delivery
from sandbox.slack.errors import ApiError
from sandbox.slack.feed import Notice
from sandbox.slack.modal_forms import complaints
from sandbox.slack.payloads import (
    action_of,
    action_payload,
    closed_payload,
    command_payload,
    link_event,
    message_shortcut_payload,
    shortcut_payload,
    submission_payload,
    suggestion_payload,
)
from sandbox.slack.posting import emit, post_as_member
from sandbox.slack.records import Channel, Json, Member, Message, View
from sandbox.slack.response_url import respond
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.web_api.views import checked_view

_MENTION = re.compile(r"(?<![\w.<])@(\w+)")
_URL = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)]")
_INVITE = "/invite"
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """`errors` by block_id: the modal stays open and shows them."""

    delivery: Delivery | None
    errors: Json = field(default_factory=dict)


async def run_command(core: Core, actor: Member, channel: Channel, line: str) -> Delivery | None:
    """Type a slash command; None when it is none of the app's: `/invite` is Slack's own."""
    command, _, text = line.strip().partition(" ")
    if command == _INVITE:
        told = channel_acts.invite(core, channel, actor.id, text)
        core.feed.publish(Notice(user=actor.id, channel=channel.id, text=told))
        return None
    if command not in {each.command for each in core.app.commands}:
        core.feed.publish(Notice(user=actor.id, channel=channel.id, text=f"{command} is not a valid command."))
        return None
    payload = command_payload(core, actor, channel, command, _as_sent(text.strip()))
    delivery = await core.hub.deliver("slash_commands", payload, accepts_response=True)
    if delivery.ack is None:
        text = f"{command} failed with the error “{_failure(delivery)}”"
        core.feed.publish(Notice(user=actor.id, channel=channel.id, text=text))
    elif delivery.ack.payload:
        _answer_command(core, actor, channel, line.strip(), delivery.ack.payload)
    return delivery


def say_message(core: Core, actor: Member, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
    """Post a message as this person; `@name` becomes a mention, a link to a domain of the app is told to it."""
    message = post_as_member(core, channel, actor.id, _with_links(_with_mentions(core, _as_sent(text))), thread_ts)
    _share_links(core, message)
    return message


def _as_sent(typed: str) -> str:
    """What Slack makes of typed text: only these three characters are escaped, so nothing typed is markup."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def use_element(
    core: Core, actor: Member, place: Message | View, *, block_id: str, element: Json, value: Any
) -> Delivery:
    """Use an element: click a button, choose an option, pick a date."""
    action = action_of(core, block_id, element, value)
    if isinstance(place, View) and element["type"] not in ("button", "overflow"):
        chosen = {name: action[name] for name in action if name.startswith("selected_") or name in ("type", "value")}
        place = core.views.choose(place, {block_id: {element.get("action_id", ""): chosen}})
    payload = action_payload(core, actor, place, action)
    delivery = await core.hub.deliver("interactive", payload)
    _complain(core, actor, delivery, place)
    return delivery


async def suggested_options(
    core: Core, actor: Member, place: Message | View, *, block_id: str, action_id: str, query: str
) -> Json:
    """The options that the app offers for `query`: `options` or `option_groups`."""
    payload = suggestion_payload(core, actor, place, block_id=block_id, action_id=action_id, query=query)
    delivery = await core.hub.deliver("interactive", payload, accepts_response=True)
    offered = (delivery.ack.payload if delivery.ack is not None else None) or {}
    if "option_groups" in offered:
        return {"option_groups": offered["option_groups"]}
    return {"options": offered.get("options", [])}


async def use_shortcut(core: Core, actor: Member, callback_id: str, message: Message | None) -> Delivery:
    if message is None:
        payload = shortcut_payload(core, actor, callback_id)
    else:
        payload = message_shortcut_payload(core, actor, callback_id, message)
    delivery = await core.hub.deliver("interactive", payload)
    _complain(core, actor, delivery, message)
    return delivery


async def submit_modal(core: Core, actor: Member, view: View, values: Json) -> Submitted:
    """Press the modal's submit button with these values (by block_id and action_id)."""
    filled = core.views.choose(view, values)
    refused = complaints(filled.body["blocks"], core.views.described(filled)["state"]["values"])
    if refused:
        return Submitted(delivery=None, errors=refused)
    payload = submission_payload(core, actor, filled)
    delivery = await core.hub.deliver("interactive", payload, accepts_response=True)
    if delivery.ack is None:
        return Submitted(delivery=delivery, errors={"": TROUBLE})
    return Submitted(delivery=delivery, errors=_after_submission(core, filled, delivery.ack.payload or {}))


async def close_modal(core: Core, actor: Member, view: View) -> Delivery | None:
    """Dismiss a modal; the app hears of it when it asked to."""
    core.views.close(view)
    if not view.body.get("notify_on_close"):
        return None
    return await core.hub.deliver("interactive", closed_payload(core, actor, view, is_cleared=False))


def open_home_tab(core: Core, actor: Member, tab: str = "home") -> None:
    channel = core.state.direct_message(actor.id, core.app.bot_user)
    event: Json = {
        "type": "app_home_opened",
        "user": actor.id,
        "channel": channel.id,
        "tab": tab,
        "event_ts": core.state.next_ts(),
    }
    home = core.views.home(actor.id)
    if tab == "home" and home is not None:
        event["view"] = core.views.described(home)
    emit(core, event)


def _with_mentions(core: Core, text: str) -> str:
    ids = {member.name: member.id for member in core.state.members.values()}
    return _MENTION.sub(lambda found: f"<@{ids[found[1]]}>" if found[1] in ids else found[0], text)


def _with_links(text: str) -> str:
    """Slack marks the addresses in what people write."""
    return _URL.sub(lambda found: f"<{found[0]}>", text)


def _share_links(core: Core, message: Message) -> None:
    links = [
        {"url": url, "domain": domain}
        for url in _URL.findall(message.text)
        for domain in core.app.unfurl_domains
        if f".{urlsplit(url).hostname}".endswith(f".{domain}")
    ]
    if links:
        emit(core, link_event(core, message, links))


def _answer_command(core: Core, actor: Member, channel: Channel, line: str, payload: Json) -> None:
    ticket = ResponseUrl(channel=channel.id, user=actor.id, issued_at=core.now(), command=line)
    try:
        respond(core, ticket, Arguments(payload))
    except ApiError as refusal:
        text = f"The app's answer was refused: {refusal.code}"
        core.feed.publish(Notice(user=actor.id, channel=channel.id, text=text))


def _after_submission(core: Core, view: View, answer: Json) -> Json:
    """Carry out the `response_action`; what it complains about comes back."""
    action = answer.get("response_action")
    if action == "errors":
        return dict(answer.get("errors", {}))
    try:
        _change_stack(core, view, action, answer.get("view"))
    except ApiError as refusal:
        return {"": f"{TROUBLE} ({refusal.code})"}
    return {}


def _change_stack(core: Core, view: View, action: str | None, body: object) -> None:
    if action == "update":
        core.views.update(view, checked_view(body, "modal"))
    elif action == "push":
        core.views.push(view.user, checked_view(body, "modal"))
    elif action == "clear":
        core.views.clear(view)
    else:
        core.views.close(view)


def _failure(delivery: Delivery) -> str:
    is_sent = delivery.connection is not None or delivery.http_status is not None
    return "operation_timeout" if is_sent else "dispatch_failed"


def _complain(core: Core, actor: Member, delivery: Delivery, place: Message | View | None) -> None:
    if delivery.ack is None:
        channel = place.channel if isinstance(place, Message) else ""
        core.feed.publish(Notice(user=actor.id, channel=channel, text=_failure(delivery)))
