"""Which Slack app each of the two tokens is of: with tokens of different apps, what people ask one, another answers."""

import asyncio
import logging
import time

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doors.connection import Connection, Frame, open_connection

_GREETING_SECONDS = 5.0
_log = logging.getLogger(__name__)


class WrongAppError(Exception):
    """The two Slack tokens are of different apps."""


def greeting_app(frame: Frame) -> str:
    """The app that a connection is for, as Slack's first frame on it says; «» for other frames."""
    info = frame.get("connection_info") if frame.get("type") == "hello" else None
    return str(info.get("app_id") or "") if isinstance(info, dict) else ""


def apart(bot_app: str, socket_app: str) -> str:
    """What is wrong when the tokens are of these apps; «» when nothing is, or Slack did not say it of both."""
    if not bot_app or not socket_app or bot_app == socket_app:
        return ""
    return (
        f"SLACK_BOT_TOKEN is of the Slack app {bot_app}, SLACK_APP_TOKEN of another one, {socket_app}: "
        "what people ask would reach one and be answered by the other"
    )


async def app_of_bot(slack: AsyncWebClient, bot_id: str) -> str:
    """The app of a bot token, whose auth.test said this `bot_id`; «» when Slack does not tell it."""
    try:
        told = await slack.bots_info(bot=bot_id)
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        _log.warning("Slack did not say which app the bot token is of: %s", type(error).__name__)
        return ""
    bot = told.get("bot")
    return str(bot.get("app_id") or "") if isinstance(bot, dict) else ""


async def app_of_app_token(slack: AsyncWebClient, app_token: str) -> str:
    """The app of an app-level token, from Slack's greeting on a connection of a moment; «» when it does not greet.

    Only for when no program is connected: Slack might send this connection what is meant for that one. Raises
    SlackApiError for a refused token, and what a connection that cannot be made raises.
    """
    told = await slack.apps_connections_open(app_token=app_token)
    connection = await open_connection(str(told["url"]), slack=slack, clock=time.monotonic)
    greeted: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def receive(_connection: Connection, frame: Frame) -> None:
        if not greeted.done():
            greeted.set_result(greeting_app(frame))

    reading = asyncio.ensure_future(connection.read(receive))
    try:
        async with asyncio.timeout(_GREETING_SECONDS):
            return await greeted
    except TimeoutError:
        return ""
    finally:
        await connection.close()
        await reading
