"""What a command file tells of itself: its subcommands, what Slack must know of it, and how it is registered."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

from slack_bolt.app.async_app import AsyncApp

from bot.access import SlackPerson
from bot.deps import Deps
from bot.slack.answering import ReplyTo
from bot.views.match import query_of_block
from store.deliveries import Delivery
from store.sending import Outcome
from store.work import Payload

Service = Callable[[Deps], AbstractAsyncContextManager[object]]
Work = Callable[[Deps, str, Payload], Awaitable[None]]
Delivered = Callable[[Deps, Delivery], Awaitable[None]]
Check = Callable[[Deps, Delivery], Awaitable[Outcome | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlashRequest:
    """One `/tesorio …` as it was typed. `text` is what follows the subcommand.

    `trigger_id` opens a form; it is «» for what was typed as a message.
    """

    person: SlackPerson
    subcommand: str
    text: str
    reply: ReplyTo
    trigger_id: str = ""

    @property
    def line(self) -> str:
        """What was typed behind the command."""
        return f"{self.subcommand} {self.text}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionRequest:
    """One click on a button or choice in a menu, of a message, a modal or Home.

    `value` is what the element carries; `query` what had been asked for, where the message still says so. `view_id`,
    `view_type` («modal» or «home») and `metadata` are those of the view that it was in, and empty for a message.
    """

    person: SlackPerson
    action_id: str
    action_ts: str
    value: str
    query: str
    reply: ReplyTo
    trigger_id: str = ""
    view_id: str = ""
    view_type: str = ""
    metadata: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subcommand:
    """A word after `/tesorio`, with the line that help and the manifest's hint show of it."""

    word: str
    usage: str
    meaning: str
    handle: Callable[[Deps, SlashRequest], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    """An entry in Slack's own menus: of one message, or the global one."""

    callback_id: str
    name: str
    description: str
    type: Literal["message", "global"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """A use case, and all that others must know of it.

    `effects` are the action ids that store something before they are acknowledged. `works` are the handlers of its
    durable work by kind, `delivered` those that are told each time a delivery of the kind changes its state; both may
    be called again for the same thing. `checks` by kind are asked each time before a delivery is sent, and may refuse
    it or put it off. `services` run beside the bot as long as it does.
    """

    subcommands: tuple[Subcommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    effects: frozenset[str] = frozenset()
    unfurl_domains: frozenset[str] = frozenset()
    has_home: bool = False
    works: Mapping[str, Work] = field(default_factory=dict)
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    register: Callable[[AsyncApp, Deps], None] = field(default=lambda _app, _deps: None)


def slash_request(body: Mapping[str, Any]) -> SlashRequest:
    """The request in a slash command's payload."""
    word, rest = [*typed_text(str(body.get("text") or "")).split(maxsplit=1), "", ""][:2]
    user_id = str(body.get("user_id") or "")
    return SlashRequest(
        person=SlackPerson(team_id=str(body.get("team_id") or ""), user_id=user_id),
        subcommand=word.lower(),
        text=rest.strip(),
        reply=reply_to(body),
        trigger_id=str(body.get("trigger_id") or ""),
    )


def typed_text(sent: str) -> str:
    """What the person typed: Slack sends these three characters, and only them, escaped."""
    return sent.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def action_request(body: Mapping[str, Any]) -> ActionRequest:
    """The request in a block_actions payload of one action."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    user, view = body.get("user") or {}, body.get("view") or {}
    return ActionRequest(
        person=SlackPerson(team_id=str(user.get("team_id") or ""), user_id=str(user.get("id") or "")),
        action_id=str(action.get("action_id") or ""),
        action_ts=str(action.get("action_ts") or ""),
        value=str(action.get("value") or chosen.get("value") or ""),
        query=_query(body, str(action.get("block_id") or "")),
        reply=reply_to(body),
        trigger_id=str(body.get("trigger_id") or ""),
        view_id=str(view.get("id") or ""),
        view_type=str(view.get("type") or ""),
        metadata=str(view.get("private_metadata") or ""),
    )


def reply_to(body: Mapping[str, Any]) -> ReplyTo:
    """Where to answer a payload of any kind; fields that it has not are empty."""
    user, channel, message, container = (body.get(name) or {} for name in ("user", "channel", "message", "container"))
    # Of a message below which our preview hangs, which is somebody else's, Slack tells no more than where it is.
    below_ts = container.get("message_ts") if container.get("is_app_unfurl") else ""
    return ReplyTo(
        url=str(body.get("response_url") or ""),
        channel_id=str(body.get("channel_id") or channel.get("id") or ""),
        user_id=str(body.get("user_id") or user.get("id") or ""),
        message_ts=str(message.get("ts") or below_ts or ""),
        thread_ts=str(message.get("thread_ts") or container.get("thread_ts") or ""),
    )


def _query(body: Mapping[str, Any], block_id: str) -> str:
    """What the card answers: kept by its menu, which may be another block than the one that was used."""
    blocks = (body.get("message") or {}).get("blocks") or ()
    found = (query_of_block(each) for each in (block_id, *(str(block.get("block_id")) for block in blocks)))
    return next((query for query in found if query), "")
