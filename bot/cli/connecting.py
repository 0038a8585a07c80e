"""`tesorio connect`: guided set-up of one system, which tests the login and says what to do next."""

import asyncio
from collections.abc import Sequence

import typer
from rich.console import Console

from bot.cli.connecting_crm import connect_salesforce
from bot.cli.shell import current_settings, run_async, say
from bot.cli.slack_check import TOKENS, slack_findings
from bot.cli.syncing import source_named
from bot.root.data import open_store
from bot.root.slack import slack_identity
from bot.settings import Settings
from bot.slack.client import SlackClient
from store.users import Role, active_users
from sync.connector import Finding
from sync.connectors.netsuite import connect as connect_netsuite_account

connect = typer.Typer(
    help="Guided set-up of one system: tests the login and says what to do next.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add `connect` to the command line."""
    app.add_typer(connect, name="connect")


@connect.command("netsuite")
def connect_netsuite() -> None:
    """Download the account's WSDL and schemas, test the login, and say what to do next."""

    async def work() -> bool:
        settings = current_settings()
        environment, rules = settings.plain_environment(), settings.rules.connector("netsuite")
        with Console(stderr=True).status("Reading the account's WSDL and schemas…"):
            told = await asyncio.to_thread(connect_netsuite_account, environment, rules, settings.data_dir)
        say(told)
        source = source_named(settings, "netsuite")
        try:
            return _told(await source.check())
        finally:
            await source.close()

    if not run_async(work):
        raise typer.Exit(1)
    say("Next: `tesorio sync netsuite`, then `tesorio run`.")


connect.command("salesforce")(connect_salesforce)


@connect.command("slack")
def connect_slack() -> None:
    """Test both tokens and their scopes, connect this installation to their workspace, and say what to do next."""

    async def work() -> str | None:
        settings = current_settings()
        return await _bound(settings) if _told(await slack_findings(settings)) else None

    steps = run_async(work)
    if steps is None:
        raise typer.Exit(1)
    say(steps)


async def _bound(settings: Settings) -> str:
    """Connect the store to the tokens' workspace; what to do next. Raises WrongWorkspaceError."""
    slack = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    async with open_store(settings) as store:
        identity = await slack_identity(slack, store)
        async with store.read() as conn:
            has_admin = bool(await active_users(conn, Role.ADMIN))
    connected = f"Connected to Slack workspace {identity['team']} ({identity['team_id']}) as {identity['user']}."
    account = "" if has_admin else "`tesorio users add EMAIL --role admin` for yourself, then "
    return f"{connected}\nNext: {account}`tesorio run`; in Slack, `/tesorio help` and the button Connect."


def _told(findings: Sequence[Finding]) -> bool:
    """Say what was found, and whether all is well."""
    for finding in findings:
        say(_line(finding))
    return all(finding.ok for finding in findings)


def _line(finding: Finding) -> str:
    """«ok slack workspace: …»; of a setting that is not there, where it is to be found."""
    if finding.check == TOKENS:
        return f"{finding.detail}: {finding.remedy}"
    remedy = f"\n    {finding.remedy}" if finding.remedy else ""
    return f"{'ok ' if finding.ok else 'NOT'} {finding.check}: {finding.detail}{remedy}"
