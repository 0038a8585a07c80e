"""`tesorio sync`: reading systems of record by hand."""

import logging
from typing import Annotated, Self
from uuid import uuid4

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.cli.shown import run_row
from bot.clock import utc_now
from bot.root.data import open_store, refresh_index
from bot.root.sources import build_sources
from bot.root.work import deletion_rules
from bot.settings import Settings
from store.examples import Example
from store.runs import Outcome, SyncRun
from sync.connector import Source
from sync.errors import SourceError
from sync.figures import send_figures
from sync.preview import Preview, preview_source
from sync.pull import PullOrder, pull_source

SourceName = Annotated[str, typer.Argument(help="Which system, for example netsuite.")]
# Where no terminal watches, a line in the log for so many pages.
_PAGES_A_LINE = 20
_log = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    """Add `sync` to the command line."""
    app.command("sync")(sync)


def sync(  # noqa: PLR0917 - typer turns each into an argument or option
    name: SourceName,
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; may be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    accept_deletions: Annotated[
        bool, typer.Option("--accept-deletions", help="Follow the system even if it has lost most of its records.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a system of record into the store, now. Killed in the middle, the next one goes on from there."""
    order = PullOrder(
        run_id=f"manual-{uuid4().hex}", streams=tuple(stream or ()), full=full, accept_deletions=accept_deletions
    )
    if dry_run:
        _show_preview(name, run_async(lambda: _preview(name, order)), as_json=as_json)
        return
    runs, error = run_async(lambda: _pull(name, order))
    rows = [run_row(run) for run in runs]
    print_json(rows) if as_json else print_table(f"Read from {name}", rows)
    if error is not None:
        raise error


async def _pull(name: str, order: PullOrder) -> tuple[tuple[SyncRun, ...], SourceError | None]:
    """How each stream ended, and what the first one that failed did so with."""
    settings = current_settings()
    source = _ordered(settings, name, order)
    try:
        async with open_store(settings) as store:
            with SyncProgress() as progress:
                error = None
                try:
                    await pull_source(
                        source,
                        store,
                        order,
                        clock=utc_now,
                        progress=progress.show,
                        deletions=deletion_rules(settings.rules),
                    )
                    await send_figures((source,), store, clock=utc_now, zone=settings.timezone)
                except SourceError as failed:
                    error = failed
            await refresh_index(settings, store)
            return progress.runs, error
    finally:
        await source.close()


async def _preview(name: str, order: PullOrder) -> tuple[Preview, ...]:
    settings = current_settings()
    source = _ordered(settings, name, order)
    try:
        async with open_store(settings) as store:
            with SyncProgress() as progress:
                rules = deletion_rules(settings.rules)
                return await preview_source(
                    source, store, order, clock=utc_now, progress=progress.show, deletions=rules
                )
    finally:
        await source.close()


def _show_preview(name: str, found: tuple[Preview, ...], *, as_json: bool) -> None:
    rows = [run_row(one.run) for one in found]
    examples = [_example_row(one.run.stream, example) for one in found for example in one.examples]
    questions = [question for one in found for question in one.questions]
    if as_json:
        of_stream = {one.run.stream: [_example_row(one.run.stream, each) for each in one.examples] for one in found}
        print_json(
            [
                row
                | {"examples": of_stream[str(row["stream"])], "questions": one.questions}
                | {"contacts_from_fields": {"new": one.contacts.inserted, "changed": one.contacts.changed}}
                for row, one in zip(rows, found, strict=True)
            ]
        )
        return
    print_table(f"Would be read from {name}", rows)
    if examples:
        print_table("Such as", examples)
    for one in found:
        if one.contacts.changes:
            say(
                f"Contacts from e-mail fields of {one.run.stream}: {one.contacts.inserted:,} new, "
                f"{one.contacts.changed:,} changed"
            )
    for question in questions:
        say(f"Would ask first: {question}")


def _example_row(stream: str, example: Example) -> dict[str, object]:
    changed = [f"{field}: {before} → {after}" for field, (before, after) in example.change.fields.items()]
    return {
        "stream": stream,
        "record": example.title,
        "change": "new" if example.change.action == "inserted" else "; ".join(changed) or "details",
    }


def _ordered(settings: Settings, name: str, order: PullOrder) -> Source:
    """The source, if it has the ordered streams. Raises CommandError."""
    source = source_named(settings, name)
    unknown = set(order.streams) - set(source.streams)
    if unknown:
        raise CommandError(f"{name} has no stream {', '.join(sorted(unknown))}; it has {', '.join(source.streams)}")
    return source


def source_named(settings: Settings, name: str) -> Source:
    """The configured source of this name. Raises CommandError when there is none."""
    found = {source.name: source for source in build_sources(settings)}
    if name not in found:
        raise CommandError(
            f"{name} is not set up here; set its settings (see .env.example), then `tesorio connect {name}`"
        )
    return found[name]


class SyncProgress:
    """A bar per stream on standard error while a terminal watches; else lines in the log."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._is_watched = console.is_terminal
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not self._is_watched,
        )
        self._tasks: dict[str, int] = {}
        self._runs: dict[str, SyncRun] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bars.stop()

    @property
    def runs(self) -> tuple[SyncRun, ...]:
        """The runs that were shown, as they were last."""
        return tuple(self._runs.values())

    def print(self, content: RenderableType) -> None:
        """Something for people, above the bars."""
        self._bars.console.print(content)

    def show(self, run: SyncRun) -> None:
        """Move the stream's bar to where its run is."""
        self._runs[run.id] = run
        if not self._is_watched:
            _log_run(run)
            return
        if run.id not in self._tasks:
            self._tasks[run.id] = self._bars.add_task(f"{run.source} {run.stream}", total=run.expected)
        done = _done(run)
        total = done if run.ended_at else max(run.expected or 0, done) or None
        self._bars.update(self._tasks[run.id], completed=done, total=total)  # type: ignore[arg-type]


def _done(run: SyncRun) -> int:
    return run.inserted + run.changed + run.unchanged + run.quarantined + run.skipped


def _log_run(run: SyncRun) -> None:
    """A line now and then, and one for the end."""
    if run.outcome is Outcome.RUNNING and run.pages % _PAGES_A_LINE:
        return
    told = {"source": run.source, "expected": run.expected, **run_row(run)}
    _log.info("sync", extra={name: value for name, value in told.items() if value is not None})
