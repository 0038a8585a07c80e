"""`tesorio run`: the bot and the scheduler, until they are told to stop."""

import logging

import typer

from bot.cli.checkups import daily_checkups
from bot.cli.shell import current_settings, run_async, say
from bot.cli.stopping import on_stop_signal
from bot.root.assistant import Assistant, daily_pulls, open_assistant, startable
from store.cursors import read_as_of
from store.db import ReadConnection
from sync.connector import Source

_log = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    """Add `run` to the command line."""
    app.command("run")(run)


def run() -> None:
    """Answer in Slack and keep the store in step with its sources, until Ctrl-C or SIGTERM."""

    async def work() -> None:
        settings = startable(current_settings)
        async with (
            open_assistant(settings) as assistant,
            daily_pulls(assistant, settings),
            daily_checkups(assistant, settings),
        ):
            stop = on_stop_signal()
            say(f"Connected to Slack workspace {assistant.deps.team_id}. {await _reading(assistant)} Ctrl-C stops.")
            await stop.wait()
            _log.info("stopping")

    run_async(work)


async def _reading(assistant: Assistant) -> str:
    """What can be answered from: a source is only promised when it has been read before."""
    names = [source.name for source in assistant.sources]
    if not names:
        return "No source is set up yet: see `tesorio connect --help`."
    async with assistant.deps.store.read() as conn:
        known = [source.name for source in assistant.sources if await _is_read(conn, source)]
    new = ", ".join(name for name in names if name not in known)
    first = f"Not read yet: {new}; `tesorio status` says how its first reading goes." if new else ""
    return " ".join(filter(None, (f"Answers come from {', '.join(known)}." if known else "", first)))


async def _is_read(conn: ReadConnection, source: Source) -> bool:
    return all([await read_as_of(conn, source.name, stream) for stream in source.streams])
