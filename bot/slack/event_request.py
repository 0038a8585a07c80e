"""What Slack sends of events in which somebody writes something, read into our own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access import SlackPerson
from bot.doors.asking import part
from bot.feature import typed_text
from bot.slack.answering import ReplyTo

# How Slack writes mentions, channels, dates and links in a message: <@U1|ana>, <#C1|sales>, <!here>, <https://…|label>.
_MARKUP = re.compile(r"<([^<>|\n]*)(?:\|([^<>\n]*))?>")
_NO_WORDS = ("@", "!subteam", "!here", "!channel", "!everyone")
# What people put around a number or a name, for its looks or to quote it.
_AROUND = " \t\r\n\xa0*_~`\"'“”„\u2018\u2019«»"
_BEHIND_A_NAME = ",;:.!?"


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRequest:
    """Something that a person wrote to us: in our own conversation, or by mentioning us in another.

    `text` is what they typed behind the mention, or before it when nothing follows; `message_ts` names the message.
    """

    person: SlackPerson
    text: str
    message_ts: str
    reply: ReplyTo


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRequest:
    """Links to systems of ours that a person shared in a conversation that we are in.

    `urls` are as Slack writes them, and as it wants them back.
    """

    person: SlackPerson
    urls: tuple[str, ...]
    message_ts: str
    reply: ReplyTo


def link_request(body: Mapping[str, Any], *, bot_user: str) -> LinkRequest | None:
    """The request in a link_shared event; None where no preview is wanted.

    That is what programs share, we ourselves among them, and what is not posted yet: who will read it is not known.
    Also where nobody added us, and where Slack itself says that another company reads it.
    """
    event = part(body, "event")
    user_id, channel_id = str(event.get("user") or ""), str(event.get("channel") or "")
    own_ts, is_posted = str(event.get("message_ts") or ""), event.get("source") != "composer"
    is_by_a_person = user_id not in {"", bot_user} and not event.get("bot_id")
    is_ours = event.get("is_bot_user_member") is not False and not body.get("is_ext_shared_channel")
    if not (is_by_a_person and is_posted and is_ours and channel_id and own_ts):
        return None
    thread_ts = str(event.get("thread_ts") or "")
    return LinkRequest(
        person=SlackPerson(team_id=str(event.get("user_team") or body.get("team_id") or ""), user_id=user_id),
        urls=tuple(str(link.get("url") or "") for link in event.get("links") or () if isinstance(link, Mapping)),
        message_ts=own_ts,
        reply=ReplyTo(url="", channel_id=channel_id, user_id=user_id, thread_ts=thread_ts),
    )


def message_request(body: Mapping[str, Any], *, bot_user: str) -> MessageRequest | None:
    """The request in a message.im or app_mention event; None for what nobody asks us.

    That is what programs write, we ourselves among them, and what tells of an older message: an edit asks nothing
    anew. So two programs that quote each other stay silent.
    """
    event = part(body, "event")
    if not _is_asked(event, bot_user):
        return None
    user_id, channel_id = str(event["user"]), str(event["channel"])
    thread_ts, own_ts = str(event.get("thread_ts") or ""), str(event["ts"])
    team_id = event.get("user_team") or event.get("team") or body.get("team_id")
    is_mention = event.get("type") == "app_mention"
    under_ts = own_ts if is_mention and not thread_ts else ""
    return MessageRequest(
        person=SlackPerson(team_id=str(team_id or ""), user_id=user_id),
        text=spoken(str(event.get("text") or ""), bot_user=bot_user),
        message_ts=own_ts,
        reply=ReplyTo(url="", channel_id=channel_id, user_id=user_id, thread_ts=thread_ts, under_ts=under_ts),
    )


def spoken(text: str, *, bot_user: str) -> str:
    """The words of a message to us, without Slack's markup and without what stands around them."""
    before, mention, after = text.partition(f"<@{bot_user}>")
    after = after.lstrip(_AROUND + _BEHIND_A_NAME)
    said = after if mention and after else before
    return bare(typed_text(_MARKUP.sub(_words_of, said)).rstrip(_AROUND + "?"))


def bare(text: str) -> str:
    """The text without quotation marks, formatting and spaces around it."""
    return text.strip(_AROUND)


def _words_of(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith(_NO_WORDS):
        return ""
    return label or target.removeprefix("mailto:")


def _is_asked(event: Mapping[str, Any], bot_user: str) -> bool:
    is_by_a_person = event.get("user") not in {None, "", bot_user} and not event.get("bot_id")
    is_new = not event.get("subtype") and not event.get("edited") and not event.get("hidden")
    is_direct = str(event.get("channel") or "").startswith("D")
    is_to_us = is_direct if event.get("type") == "message" else not is_direct
    return bool(is_by_a_person and is_new and is_to_us and event.get("channel") and event.get("ts"))
