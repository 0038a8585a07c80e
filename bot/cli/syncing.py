"""`tesorio sync`: reading systems of record by hand."""

from typing import Annotated, Self
from uuid import uuid4

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async
from bot.root import build_sources, open_store, refresh_index, utc_now
from bot.settings import Settings
from store.runs import SyncRun
from sync.connector import Source
from sync.preview import preview_source
from sync.pull import PullOrder, pull_source

SourceName = Annotated[str, typer.Argument(help="Which system, for example netsuite.")]


def register(app: typer.Typer) -> None:
    """Add `sync` to the command line."""
    app.command("sync")(sync)


def sync(
    name: SourceName,
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; may be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Read a system of record into the store, now. Killed in the middle, the next one goes on from there."""

    async def work() -> tuple[SyncRun, ...]:
        settings = current_settings()
        source = source_named(settings, name)
        try:
            unknown = set(stream or ()) - set(source.streams)
            if unknown:
                raise CommandError(
                    f"{name} has no stream {', '.join(sorted(unknown))}; it has {', '.join(source.streams)}"
                )
            order = PullOrder(run_id=f"manual-{uuid4().hex}", streams=tuple(stream or ()), full=full)
            async with open_store(settings) as store:
                with SyncProgress() as progress:
                    read = preview_source if dry_run else pull_source
                    runs = await read(source, store, order, clock=utc_now, progress=progress.show)
                await refresh_index(settings, store)
                return runs
        finally:
            await source.close()

    runs = run_async(work)
    rows = [run_row(run) for run in runs]
    print_json(rows) if as_json else print_table(f"Would be read from {name}" if dry_run else f"Read from {name}", rows)


def source_named(settings: Settings, name: str) -> Source:
    """The configured source of this name. Raises CommandError when there is none."""
    found = {source.name: source for source in build_sources(settings)}
    if name not in found:
        raise CommandError(
            f"{name} is not set up here; set its settings (see .env.example), then `tesorio connect {name}`"
        )
    return found[name]


def run_row(run: SyncRun) -> dict[str, object]:
    """A run as `tesorio sync` and `tesorio status` show it."""
    return {
        "stream": run.stream,
        "outcome": run.outcome.value,
        "inserted": run.inserted,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "quarantined": run.quarantined,
        "pages": run.pages,
        "error": run.error,
    }


class SyncProgress:
    """A bar per stream on standard error while a terminal watches."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
            disable=not (console or Console(stderr=True)).is_terminal,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bars.stop()

    def print(self, content: RenderableType) -> None:
        """Something for people, above the bars."""
        self._bars.console.print(content)

    def show(self, run: SyncRun) -> None:
        """Move the stream's bar to where its run is."""
        if run.id not in self._tasks:
            self._tasks[run.id] = self._bars.add_task(f"{run.source} {run.stream}", total=run.expected)
        done = run.inserted + run.changed + run.unchanged + run.quarantined
        total = done if run.ended_at else max(run.expected or 0, done) or None
        self._bars.update(self._tasks[run.id], completed=done, total=total)  # type: ignore[arg-type]
