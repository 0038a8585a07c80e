"""The command line: every command's file registers itself on one typer app, and so may installed packages."""

import logging
import sys
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from typing import Annotated

import structlog
import typer
from slack_sdk.errors import SlackApiError

from bot.cli import find, house, people, running, syncing
from bot.cli.shell import CommandError, complain, say
from bot.root import AlreadyRunningError, WrongWorkspaceError
from bot.settings import SettingsError
from store.errors import StoreError
from sync.errors import SourceError

_PLUGINS = "tesorio.commands"
_DISTRIBUTION = "tesorio-bot"
# Each of these says in its own words what happened and what to do.
_EXPECTED = (CommandError, SettingsError, StoreError, SourceError, AlreadyRunningError, WrongWorkspaceError)


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
    for room in (running, syncing, find, people, house):
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
    _log_to_stderr()
    try:
        build()(standalone_mode=False)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except typer.TyperException as error:
        # Called without a command it has shown the help, and has nothing to add.
        if error.format_message():
            complain(error.format_message())
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except _EXPECTED as error:
        complain(str(error))
        sys.exit(1)
    except SlackApiError as error:
        complain(f"Slack refused: {error.response.get('error', 'no reason given')}. Run `tesorio doctor`.")
        sys.exit(1)


def _log_to_stderr() -> None:
    """Readable lines for a terminal, JSON for everything else; a secret is never an argument of a log call."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    final: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    tail: list[structlog.typing.Processor] = [] if terminal else [structlog.processors.format_exc_info]
    # Libraries that log through structlog (stamina tells its retries so) go the same way, not to standard output.
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail, final],
        ),
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for room in ("bot", "sync", "store"):
        logging.getLogger(room).setLevel(logging.INFO)
