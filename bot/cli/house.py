"""`tesorio doctor`, `db`, `config` and `manifest`: looking after the installation."""

import json
from typing import Annotated

import typer
import yaml

from bot.cli.mail_check import MAIL, mail_findings
from bot.cli.outbox import outbox_finding
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.cli.slack_check import slack_findings
from bot.custom_fields import unknown_fields
from bot.manifest import app_manifest
from bot.root import build_sources, further_problems, open_store, private_folder, require_store, utc_now
from bot.settings import Settings, SettingsError
from store import migrate
from store.db import Store
from store.errors import StoreError
from sync.connector import Finding

database = typer.Typer(help="The store's schema.", no_args_is_help=True)
config = typer.Typer(help="The settings as the program sees them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("doctor")(doctor)
    app.command("manifest")(manifest)
    app.add_typer(database, name="db")
    app.add_typer(config, name="config")


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
    try:
        settings = current_settings()
        sources = build_sources(settings)
    except SettingsError as error:
        problems = (*error.problems, *further_problems(error))
        return tuple(Finding(check="settings", ok=False, detail=problem) for problem in problems)
    known = {"", "database", "slack", MAIL, *(source.name for source in sources)}
    if name not in known:
        raise CommandError(f"{name} is not set up here; there is {', '.join(sorted(known - {''}))}")
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
        await source.close()
    return tuple(found)


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
