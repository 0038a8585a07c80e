"""Addresses of messages in Slack, for people to open."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient


async def permalink_of(slack: AsyncWebClient, channel: str, ts: str) -> str:
    """The address of a message; «» when Slack does not give it, as nothing depends on it."""
    try:
        told = await slack.chat_getPermalink(channel=channel, message_ts=ts)
    except (SlackApiError, aiohttp.ClientError, OSError):
        return ""
    return str(told.get("permalink") or "")
