"""Who somebody is in our Slack workspace, as Slack itself tells it when it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import slack_reason
from store.slack_people import Standing

_NOT_OURS = frozenset({"user_not_found", "user_not_visible"})


class UnreachableError(Exception):
    """Slack did not say who somebody is; it may in a minute."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackProfile:
    """A Slack user. `email` is «» where Slack tells none, and counts only when it is confirmed."""

    user_id: str
    standing: Standing
    name: str = ""
    email: str = ""
    is_email_confirmed: bool = False


def profile_of(user: Mapping[str, Any], team_id: str) -> SlackProfile:
    """The person in a user object of Slack's; `team_id` is our workspace."""
    profile = user.get("profile") or {}
    return SlackProfile(
        user_id=str(user.get("id") or ""),
        standing=standing_of(user, team_id),
        name=str(profile.get("real_name") or user.get("real_name") or user.get("name") or ""),
        email=str(profile.get("email") or ""),
        is_email_confirmed=user.get("is_email_confirmed") is True,
    )


def standing_of(user: Mapping[str, Any], team_id: str) -> Standing:
    """What a user object of Slack's says that somebody is in our workspace."""
    if user.get("is_stranger") or user.get("team_id") != team_id:
        return Standing.STRANGER
    if user.get("deleted"):
        return Standing.DEACTIVATED
    if user.get("is_bot") or user.get("is_workflow_bot"):
        return Standing.BOT
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


async def read_profile(slack: AsyncWebClient, user_id: str, team_id: str) -> SlackProfile:
    """The person as Slack knows them now; one whom it does not know is a stranger. Raises UnreachableError."""
    try:
        told = await slack.users_info(user=user_id)
    except SlackApiError as error:
        if slack_reason(error) in _NOT_OURS:
            return SlackProfile(user_id=user_id, standing=Standing.STRANGER)
        raise UnreachableError(slack_reason(error)) from None
    except (aiohttp.ClientError, OSError) as error:
        raise UnreachableError(type(error).__name__) from None
    return profile_of(told.get("user") or {}, team_id)
