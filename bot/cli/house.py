"""`tesorio status`, `doctor`, `db`, `config` and `manifest`: looking after the installation."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
import yaml

from bot.cli.outbox import delivery_summary, outbox_finding
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.cli.slack_check import INSTALL_AGAIN, slack_findings
from bot.cli.syncing import run_row
from bot.manifest import app_manifest
from bot.root import build_sources, further_problems, open_store, private_folder, require_store, utc_now
from bot.settings import Settings, SettingsError
from store import migrate
from store.cursors import list_cursors
from store.db import Store
from store.errors import StoreError
from store.facts import SLACK_SHUT, SLACK_TEAM, SLACK_TEAM_ID, SLACK_USER, read_fact
from store.quarantine import list_quarantined
from store.runs import latest_runs
from store.users import count_users
from sync.connector import Finding

database = typer.Typer(help="The store's schema.", no_args_is_help=True)
config = typer.Typer(help="The settings as the program sees them.", no_args_is_help=True)
_QUARANTINE_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("status")(status)
    app.command("doctor")(doctor)
    app.command("manifest")(manifest)
    app.add_typer(database, name="db")
    app.add_typer(config, name="config")


def status(as_json: Json = False) -> None:
    """How fresh each source is, how its last run ended, and what could not be read."""

    async def work() -> dict[str, Any]:
        settings = current_settings()
        async with open_store(settings, create=False) as store:
            return await _status(settings, store)

    found = run_async(work)
    if as_json:
        print_json(found)
        return
    say(f"Slack: {_connection(found)}")
    if found["slack_shut"]:
        say(f"Slack has shut us out: {found['slack_shut']}. {INSTALL_AGAIN}")
    say(f"Accounts: {found['accounts']}")
    print_table("Sources", found["sources"])
    print_table("Last runs", found["runs"])
    print_table("Could not be read", found["quarantined"])
    print_table("Outbox", found["deliveries"])


def _connection(found: dict[str, Any]) -> str:
    if not found["slack_team_id"]:
        return "not connected yet; run `tesorio connect slack`"
    return f"connected to {found['slack_workspace']} ({found['slack_team_id']}) as {found['slack_user'] or '-'}"


async def _status(settings: Settings, store: Store) -> dict[str, Any]:
    now = utc_now()
    async with store.read() as conn:
        cursors, runs = await list_cursors(conn), await latest_runs(conn)
        held = await list_quarantined(conn, limit=_QUARANTINE_SHOWN)
        team_id, workspace = await read_fact(conn, SLACK_TEAM_ID), await read_fact(conn, SLACK_TEAM)
        bot_name, accounts = await read_fact(conn, SLACK_USER), await count_users(conn)
        shut = await read_fact(conn, SLACK_SHUT)
    sources = [
        {
            "source": cursor.source,
            "stream": cursor.stream,
            "as_of": _local(settings, cursor.covered_until),
            "stale": _is_stale(settings, cursor.covered_until, now),
        }
        for cursor in cursors
    ]
    quarantined = [{"record": f"{q.source} {q.stream} {q.source_id}", "reason": q.reason} for q in held]
    return {
        "slack_workspace": workspace,
        "slack_team_id": team_id,
        "slack_user": bot_name,
        "slack_shut": shut,
        "accounts": accounts,
        "sources": sources,
        "runs": [{"source": run.source, **run_row(run)} for run in runs],
        "quarantined": quarantined,
        "deliveries": await delivery_summary(store, now),
    }


def _local(settings: Settings, instant: datetime | None) -> str | None:
    return instant.astimezone(settings.timezone).isoformat(timespec="seconds") if instant else None


def _is_stale(settings: Settings, covered_until: datetime | None, now: datetime) -> str:
    if covered_until is None:
        return "never read"
    return "yes" if now - covered_until > timedelta(hours=settings.rules.sync.stale_after_hours) else "no"


def doctor(
    name: Annotated[str, typer.Argument(help="Only this: database, slack, or a source such as netsuite.")] = "",
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
    try:
        settings = current_settings()
        sources = build_sources(settings)
    except SettingsError as error:
        problems = (*error.problems, *further_problems(error))
        return tuple(Finding(check="settings", ok=False, detail=problem) for problem in problems)
    known = {"", "database", "slack", *(source.name for source in sources)}
    if name not in known:
        raise CommandError(f"{name} is not set up here; there is {', '.join(sorted(known - {''}))}")
    found: list[Finding] = []
    if name in {"", "database"}:
        found.extend(await _store_findings(settings))
    if name in {"", "slack"}:
        found.extend(await slack_findings(settings))
    for source in sources:
        if name in {"", source.name}:
            found.extend(await source.check())
        await source.close()
    return tuple(found)


async def _store_findings(settings: Settings) -> list[Finding]:
    try:
        async with open_store(settings, create=False) as store:
            database = Finding(check="database", ok=True, detail=store.url.render_as_string(hide_password=True))
            return [database, await outbox_finding(store, utc_now())]
    except StoreError as error:
        return [Finding(check="database", ok=False, detail=type(error).__name__, remedy=str(error))]
    except OSError as error:
        remedy = "Set TESORIO_DATA_DIR to a folder that this user can write to."
        return [Finding(check="database", ok=False, detail=f"{error.filename}: {error.strerror}", remedy=remedy)]


def manifest(
    http: Annotated[
        str, typer.Option(help="For HTTP instead of Socket Mode: the address at which Slack reaches us.")
    ] = "",
) -> None:
    """Print the Slack app manifest; manifest.yml is this output."""
    if http and not http.startswith("https://"):
        raise CommandError("Slack posts to https:// addresses only, such as --http https://tesorio.example.com")
    typer.echo(yaml.safe_dump(app_manifest(http_url=http), sort_keys=False, allow_unicode=True), nl=False)


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to this program's schema."""

    async def work() -> None:
        settings = current_settings()
        private_folder(settings.data_dir)
        store = Store(settings.database_url)
        try:
            await migrate.upgrade(store)
        finally:
            await store.close()
        say("The database has this program's schema.")

    run_async(work)


@database.command("check")
def check() -> None:
    """Say whether the database has this program's schema; exit code 1 when it has not."""

    async def work() -> None:
        settings = current_settings()
        require_store(settings)
        store = Store(settings.database_url)
        try:
            await migrate.check(store)
        finally:
            await store.close()
        say("The database has this program's schema.")

    run_async(work)


@config.command("show")
def show(as_json: Json = False) -> None:
    """The settings in force; secrets are shown as stars."""
    settings = current_settings()
    prefixes = ("TESORIO_", "SLACK_", "NETSUITE_", "SALESFORCE_", "INVOICED_")
    rows: list[dict[str, object]] = [
        {"setting": name, "value": _shown(name, value.get_secret_value())}
        for name, value in sorted(settings.environment.items())
        if name.startswith(prefixes)
    ]
    rows.append({"setting": "data folder", "value": str(settings.data_dir.absolute())})
    rules = masked(settings.rules.model_dump(mode="json"))
    rows.append({"setting": "tesorio.toml", "value": json.dumps(rules, ensure_ascii=False)})
    print_json(rows) if as_json else print_table("Settings", rows)


_OPEN = ("_URL", "_ZONE", "_DIR", "_MODE", "_CONFIG", "_ID", "_VERSION", "_WSDL", "_DOMAIN", "TIMEZONE")


def _shown(name: str, value: str) -> str:
    """A setting's value where its name shows that it is no secret; a URL never with its password."""
    if name == "NETSUITE_TOKEN_ID" or not name.endswith(_OPEN):
        return "*****"
    scheme, separator, rest = value.partition("://")
    return f"{scheme}://*****@{rest.rpartition('@')[2]}" if separator and "@" in rest else value


_SECRET_WORDS = ("secret", "token", "password", "key")


def masked(rules: object) -> object:
    """Rules with stars for what people may have put into the wrong file."""
    if not isinstance(rules, dict):
        return rules
    return {
        name: "*****" if any(word in name.lower() for word in _SECRET_WORDS) else masked(value)
        for name, value in rules.items()
    }
