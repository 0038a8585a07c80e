"""What a command that could not do its work says on the terminal."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.cli.shell import CommandError
from bot.doors.app_id import WrongAppError
from bot.root.data import AlreadyRunningError
from bot.root.slack import WrongWorkspaceError
from bot.settings import SettingsError
from bot.slack.client import slack_refusal
from store.errors import StoreError
from sync.errors import SourceError

# Each of these says in its own words what happened and what to do.
_SPEAKING = (
    CommandError,
    SettingsError,
    StoreError,
    SourceError,
    AlreadyRunningError,
    WrongWorkspaceError,
    WrongAppError,
)


def sentence(error: Exception) -> str | None:
    """What went wrong, in words; None for what can only be a fault of the program."""
    if isinstance(error, SlackApiError):
        return f"Slack refused: {slack_refusal(error)}. Run `tesorio doctor`."
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port} cannot be reached. Check the address in the settings and the network."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, (*_SPEAKING, aiohttp.ClientError, OSError)):
        return str(error) or type(error).__name__
    return None
