"""What every command needs of the terminal: settings, an event loop, tables or JSON, and plain complaints."""

import asyncio
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from bot.settings import Settings

_T = TypeVar("_T")
_UNBOUNDED_COLUMNS = 10_000
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]


class CommandError(Exception):
    """The command could not do what was asked; the message says why and what to do."""


def current_settings() -> "Settings":
    """The settings of the folder that the command was called in. Raises SettingsError."""
    from bot.settings import load_settings  # noqa: PLC0415 - help and complaints need none, and it takes long to load

    return load_settings(os.environ, folder=Path.cwd())


def run_async(make: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run one coroutine to its end, or until a polite kill (SIGTERM): cancelled by it, it closes what it opened.

    Raises KeyboardInterrupt then. A second one ends the process at once.
    """
    killed, before = False, signal.getsignal(signal.SIGTERM)
    # To others Python tells of no signal.
    is_main = threading.current_thread() is threading.main_thread()

    async def work() -> _T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def on_kill(*_: object) -> None:
            nonlocal killed
            killed = True
            # At once: the loop may be standing still.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if task is not None and not loop.is_closed():
                # Raised wherever the program is just then, an exception would come between making and keeping a thing.
                loop.call_soon_threadsafe(task.cancel)

        if is_main:
            signal.signal(signal.SIGTERM, on_kill)
        return await make()

    try:
        return asyncio.run(work())
    except asyncio.CancelledError:
        if killed:
            raise KeyboardInterrupt from None
        raise
    finally:
        if is_main:
            # Of one that was not set by Python it knows nothing.
            signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows as a table; a sentence when there are none. Cells are shown literally."""
    console = Console()
    if not console.is_terminal:
        # A file or a pipe has no width; a cut or folded cell would only be in the way of grep.
        console = Console(width=_UNBOUNDED_COLUMNS)
    if not rows:
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if value is None else visible(str(value))) for value in row.values()))
    console.print(table)


def visible(text: str) -> str:
    """The text without what a terminal would obey instead of showing it: names and errors come from other systems."""
    return _OBEYED.sub("�", text)


def say(text: str) -> None:
    """A line for people on standard output, at once even where that is a file or a pipe."""
    sys.stdout.write(visible(text) + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """What went wrong, on standard error."""
    Console(stderr=True, highlight=False).print(f"[bold red]tesorio:[/] {escape(visible(text))}", soft_wrap=True)
