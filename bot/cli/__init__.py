"""The command line: every command's file registers itself on one typer app, and so may installed packages."""

import os
import signal
import sys
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from typing import Annotated

import aiohttp
import typer
from slack_sdk.errors import SlackApiError

from bot.cli import connecting, find, house, outbox, people, pushing, running, sharing, status, syncing
from bot.cli.log import log_to_stderr
from bot.cli.shell import CommandError, complain, say
from bot.doors.app_id import WrongAppError
from bot.root import AlreadyRunningError, WrongWorkspaceError
from bot.settings import SettingsError
from bot.slack_client import slack_refusal
from store.errors import StoreError
from sync.errors import SourceError

_PLUGINS = "tesorio.commands"
_INTERRUPTED = 130
_DISTRIBUTION = "tesorio-bot"
# Each of these says in its own words what happened and what to do.
_EXPECTED = (
    CommandError,
    SettingsError,
    StoreError,
    SourceError,
    AlreadyRunningError,
    WrongWorkspaceError,
    WrongAppError,
)


def build() -> typer.Typer:
    """The whole command line. Other packages add theirs through the entry-point group `tesorio.commands`."""
    app = typer.Typer(
        name="tesorio",
        help="Ask the ledger from Slack: a self-hosted accounts-receivable assistant.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for room in (running, syncing, pushing, connecting, find, sharing, people, outbox, status, house):
        room.register(app)
    for plugin in entry_points(group=_PLUGINS):
        plugin.load()(app)
    return app


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"tesorio {package_version(_DISTRIBUTION)}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and exit.")
    ] = False,
) -> None:
    """Ask the ledger from Slack: a self-hosted accounts-receivable assistant."""
    del version


def main() -> None:
    """Run one command. Exit code 0 when it did what it should, 1 when it could not, 2 for wrong usage."""
    log_to_stderr()
    # What any command makes is for this user alone: the store, work under way with its answer addresses, the index.
    os.umask(0o077)
    # Until a command listens for it, a polite kill is what Ctrl-C is: what was opened gets closed.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(exit_code(build()))


def exit_code(app: typer.Typer) -> int:
    """Run the command that the arguments name, and say what went wrong in words. The exit code of the process."""
    try:
        return int(app(standalone_mode=False) or 0)
    except typer.TyperException as error:
        # Empty when a command without arguments has shown its help.
        if told := error.format_message():
            # It hands on what the check of a choice said, with the name of that error before it.
            complain(told.replace(": Value error, ", ": ", 1))
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not stumble over it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (*_EXPECTED, SlackApiError, aiohttp.ClientError, OSError) as error:
        complain(_sentence(error))
        return 1


def _sentence(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return f"Slack refused: {slack_refusal(error)}. Run `tesorio doctor`."
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port} cannot be reached. Check the address in the settings and the network."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__
