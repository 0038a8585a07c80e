"""What we ask Slack about a message: its address, and the names of the people in it. Nothing here raises."""

import asyncio
from collections.abc import Iterable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.deps import Deps


async def permalink_of(deps: Deps, channel: str, message_ts: str) -> str:
    """A message's address; «» where Slack does not give it, as in conversations that the app is not in."""
    asked = {"channel": channel, "message_ts": message_ts}
    try:
        return str((await deps.slack.api_call("chat.getPermalink", params=asked))["permalink"])
    except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError):
        return ""


async def names_of(deps: Deps, user_ids: Iterable[str]) -> Mapping[str, str]:
    """What people call these users; whoever Slack does not name is missing."""
    known = tuple(dict.fromkeys(filter(None, user_ids)))
    names = await asyncio.gather(*(_name_of(deps, user_id) for user_id in known))
    return {user_id: name for user_id, name in zip(known, names, strict=True) if name}


async def _name_of(deps: Deps, user_id: str) -> str:
    try:
        user = (await deps.slack.api_call("users.info", params={"user": user_id}))["user"]
    except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError):
        return ""
    profile = user.get("profile") or {}
    return str(user.get("real_name") or profile.get("real_name") or profile.get("display_name") or "")
