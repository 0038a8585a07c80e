"""Who asks, and where they can be answered, in a payload of any kind: also one that makes no sense."""

from collections.abc import Mapping
from typing import Any

from bot.access import SlackPerson
from bot.feature import reply_to
from bot.slack.answering import ReplyTo

# What Slack tells us because a person did it; everything else Slack does by itself.
_DONE_BY_PEOPLE = frozenset({"block_actions", "message_action", "shortcut", "view_submission"})
_SAID_BY_PEOPLE = frozenset({"app_mention", "message"})
_NOBODY = ReplyTo(url="", channel_id="", user_id="")


def asker(payload: Mapping[str, Any]) -> SlackPerson | None:
    """Whose doing this is; None for what comes without anybody waiting for an answer."""
    if payload.get("command"):
        return _person(payload.get("team_id"), payload.get("user_id"))
    if payload.get("type") in _DONE_BY_PEOPLE:
        user = part(payload, "user")
        return _person(user.get("team_id"), user.get("id"))
    event = said(payload)
    return _person(event.get("team") or payload.get("team_id"), event.get("user"))


def reply_for(payload: Mapping[str, Any]) -> ReplyTo:
    """Where the person is told what went wrong; nowhere when nobody asked."""
    if asker(payload) is None:
        return _NOBODY
    event = said(payload)
    if event:
        return ReplyTo(url="", channel_id=str(event.get("channel") or ""), user_id=str(event["user"]))
    try:
        return reply_to(payload)
    except (AttributeError, TypeError):
        return _NOBODY


def said(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event of a person's message to the bot; empty for anything else."""
    event = part(payload, "event")
    is_said = event.get("type") in _SAID_BY_PEOPLE and not event.get("bot_id")
    return event if is_said else {}


def part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is an object; empty when it is anything else."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def _person(team_id: object, user_id: object) -> SlackPerson | None:
    return SlackPerson(team_id=str(team_id or ""), user_id=str(user_id)) if user_id else None
