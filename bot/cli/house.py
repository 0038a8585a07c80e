"""`tesorio doctor`: whether everything is in order, and what to do where it is not."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from bot.cli.mail_check import MAIL, mail_findings
from bot.cli.outbox import outbox_finding
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async
from bot.cli.slack_check import slack_findings
from bot.clock import utc_now
from bot.reading.custom_fields import unknown_fields
from bot.root.data import open_store
from bot.root.sources import build_sources, further_problems
from bot.settings import Settings, SettingsError
from store.checkups import Ailment, keep_checkup
from store.db import Store
from store.errors import StoreError
from sync.connector import Finding, Source


def register(app: typer.Typer) -> None:
    """Add `doctor` to the command line."""
    app.command("doctor")(doctor)


def doctor(
    name: Annotated[str, typer.Argument(help="Only this: database, slack, mail, or a source such as netsuite.")] = "",
    as_json: Json = False,
) -> None:
    """Check settings, tokens, scopes and permissions, and say what to do about what is wrong."""
    findings = run_async(lambda: _findings(name))
    rows = [
        {"check": found.check, "ok": "yes" if found.ok else "NO", "detail": found.detail, "remedy": found.remedy}
        for found in findings
    ]
    print_json(rows) if as_json else print_table("Doctor", rows)
    if not all(found.ok for found in findings):
        raise typer.Exit(1)


async def _findings(name: str) -> tuple[Finding, ...]:
    settings: Settings | None = None
    try:
        settings = current_settings()
        sources = build_sources(settings)
    except SettingsError as error:
        # Whoever asks for one system is told of what keeps it from being looked at.
        problems = error.problems if name else (*error.problems, *further_problems(error, settings))
        return tuple(Finding(check="settings", ok=False, detail=problem) for problem in problems)
    known = {"", "database", "slack", MAIL, *(source.name for source in sources)}
    if name not in known:
        raise CommandError(f"{name} is not set up here; there is {', '.join(sorted(known - {''}))}")
    try:
        found = await findings(settings, sources, name)
    finally:
        for source in sources:
            await source.close()
    if not name:
        await _keep(settings, found)
    return found


async def findings(settings: Settings, sources: Sequence[Source], name: str = "") -> tuple[Finding, ...]:
    """Everything that is checked, or what the name says of it; it asks Slack, the mail server and the sources."""
    found: list[Finding] = []
    if name in {"", "database"}:
        found.extend(await _store_findings(settings))
    if name in {"", "slack"}:
        found.extend(await slack_findings(settings))
    if name in {"", MAIL}:
        found.extend(await mail_findings(settings, is_asked=name == MAIL))
    for source in sources:
        if name in {"", source.name}:
            found.extend(await source.check())
    return tuple(found)


def ailments(found: Iterable[Finding]) -> tuple[Ailment, ...]:
    """What is wrong, as Home tells it to admins."""
    return tuple(Ailment(check=one.check, detail=one.detail, remedy=one.remedy) for one in found if not one.ok)


async def _keep(settings: Settings, found: Iterable[Finding]) -> None:
    """For Home, where there is a store that takes it."""
    with contextlib.suppress(StoreError, OSError):
        async with open_store(settings, create=False) as store, store.write() as conn:
            await keep_checkup(conn, utc_now(), ailments(found))


async def _store_findings(settings: Settings) -> list[Finding]:
    try:
        async with open_store(settings, create=False) as store:
            database = Finding(check="database", ok=True, detail=store.url.render_as_string(hide_password=True))
            return [database, await outbox_finding(store, utc_now()), *await _field_findings(store, settings)]
    except StoreError as error:
        return [Finding(check="database", ok=False, detail=type(error).__name__, remedy=str(error))]
    except OSError as error:
        remedy = "Set TESORIO_DATA_DIR to a folder that this user can write to."
        return [Finding(check="database", ok=False, detail=f"{error.filename}: {error.strerror}", remedy=remedy)]


async def _field_findings(store: Store, settings: Settings) -> list[Finding]:
    """About the custom fields that the settings list, if they list any."""
    rules = settings.rules.custom_fields
    if not (rules.customer or rules.invoice):
        return []
    async with store.read() as conn:
        unknown = await unknown_fields(conn, rules)
    if not unknown:
        return [Finding(check="custom fields", ok=True, detail=f"{len(rules.customer) + len(rules.invoice)} shown")]
    remedy = "Correct [custom_fields] in tesorio.toml: each is named by its id in the source, as custentity_region is."
    return [Finding(check="custom fields", ok=False, detail=f"unknown: {', '.join(unknown)}", remedy=remedy)]
