"""The command line: every command's file registers itself on one typer app, and so may installed packages."""

import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from typing import Annotated

import typer

from bot.cli.log import log_to_stderr
from bot.cli.rooms import ENTRIES, Entry
from bot.cli.shell import complain, say
from bot.collector import collect_seldom, give_back_memory

_PLUGINS = "tesorio.commands"
_INTERRUPTED = 130
_DISTRIBUTION = "tesorio-bot"


def build(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The command line. Other packages add theirs through the entry-point group `tesorio.commands`.

    With arguments, the command that they name is the only one: to load what all of them need takes seconds. Where they
    name none of ours, these are there to be read about.
    """
    app = typer.Typer(
        name="tesorio",
        help="Ask the ledger from Slack: a self-hosted accounts-receivable assistant.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    called = _called(arguments or ())
    for entry in [called] if called else ENTRIES:
        entry.announce(app) if arguments is not None and called is None else entry.load()(app)
    if called is None:
        for plugin in entry_points(group=_PLUGINS):
            plugin.load()(app)
    return app


def _called(arguments: Sequence[str]) -> Entry | None:
    first = next((word for word in arguments if word != "--"), "")
    return next((entry for entry in ENTRIES if entry.name == first), None)


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
    signal.signal(signal.SIGTERM, _end)
    app = build(sys.argv[1:])
    collect_seldom()
    give_back_memory()
    sys.exit(exit_code(app))


def _end(*_: object) -> None:
    # In the background of a script Ctrl-C is ignored, and would be here too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


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
    except Exception as error:
        # Only now: what knows these errors takes long to load.
        from bot.cli.complaints import sentence  # noqa: PLC0415

        if (trouble := sentence(error)) is None:
            raise
        complain(trouble)
        return 1
