"""What the two Slack tokens are good for, asked of Slack itself: for `tesorio doctor` and `tesorio connect slack`."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.cli.shown import INSTALL_AGAIN
from bot.doors.app_id import apart, app_of_app_token, app_of_bot
from bot.doors.http_door import SLACK_PATH
from bot.manifest import app_manifest
from bot.root.data import is_running, open_store
from bot.settings import Settings, SettingsError
from bot.slack.client import SlackClient, slack_reason, slack_refusal
from store.errors import StoreError
from store.facts import SLACK_TEAM_ID, read_fact
from sync.connector import Finding

TOKENS = "slack tokens"
_REMOVED = frozenset({"account_inactive", "token_revoked"})
_SLACK_ERRORS = (SlackApiError, aiohttp.ClientError, OSError)


async def slack_findings(settings: Settings) -> list[Finding]:
    """Whether both tokens work, have what they need, and belong to the workspace that the store is connected to."""
    try:
        settings.require_slack()
    except SettingsError as error:
        return [_missing(problem) for problem in error.problems]
    findings = [*await _bot_findings(settings), await _way_in(settings)]
    is_one_way = settings.slack_mode == "http" or not all(finding.ok for finding in findings)
    return findings if is_one_way else [*findings, *await _one_app(settings)]


async def _one_app(settings: Settings) -> list[Finding]:
    """Whether both tokens are of one app; nothing where Slack does not say it.

    A running program has compared them when it started, and a second connection might take what is meant for it.
    """
    if is_running(settings.data_dir):
        return []
    bot = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    try:
        bot_app = await app_of_bot(bot, str((await bot.auth_test()).get("bot_id") or ""))
        socket = SlackClient(base_url=settings.slack_api_url)
        socket_app = await app_of_app_token(socket, settings.slack_app_token.get_secret_value()) if bot_app else ""
    except (*_SLACK_ERRORS, TimeoutError) as error:
        remedy = "Let this machine open WebSockets to Slack (wss://), by a proxy where it needs one."
        return [Finding(check="slack app", ok=False, detail=_trouble(error), remedy=remedy)]
    if wrong := apart(bot_app, socket_app):
        remedy = "Take both tokens from the same app: OAuth & Permissions, and Basic Information > App-Level Tokens."
        return [Finding(check="slack app", ok=False, detail=wrong, remedy=remedy)]
    detail = f"both tokens are of the app {bot_app}"
    return [Finding(check="slack app", ok=True, detail=detail)] if bot_app and socket_app else []


def _missing(problem: str) -> Finding:
    """«SLACK_BOT_TOKEN: is not set (where it is found)», with the words in brackets as the remedy."""
    said, _, where = problem.removesuffix(")").partition(" (")
    return Finding(check=TOKENS, ok=False, detail=said.replace(":", "", 1), remedy=where)


async def _bot_findings(settings: Settings) -> list[Finding]:
    bot = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    try:
        told = await bot.auth_test()
    except _SLACK_ERRORS as error:
        is_removed = isinstance(error, SlackApiError) and slack_reason(error) in _REMOVED
        remedy = INSTALL_AGAIN if is_removed else "Check SLACK_BOT_TOKEN and SLACK_API_URL."
        return [Finding(check="slack bot token", ok=False, detail=_trouble(error), remedy=remedy)]
    return [_scopes(told), _workspace(told, await _bound_team(settings))]


def _scopes(told: AsyncSlackResponse) -> Finding:
    granted = set(str(told.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","))
    missing = sorted(set(app_manifest()["oauth_config"]["scopes"]["bot"]) - granted)
    who = f"{told['user']} in {told['team']}"
    return Finding(
        check="slack bot token",
        ok=not missing,
        detail=f"{who}; missing scopes: {', '.join(missing)}" if missing else who,
        remedy="Update the app from manifest.yml and install it to the workspace again." if missing else "",
    )


def _workspace(told: AsyncSlackResponse, bound: str | None) -> Finding:
    """`bound` is the workspace that the store is connected to, None before the first time."""
    team = f"{told['team']} ({told['team_id']})"
    if bound is None:
        detail = f"not connected yet; `tesorio connect slack` or the first start connects it to {team}"
        return Finding(check="slack workspace", ok=True, detail=detail)
    if bound != told["team_id"]:
        return Finding(
            check="slack workspace",
            ok=False,
            detail=f"this store is connected to workspace {bound}, the tokens belong to {team}",
            remedy="Use the tokens of that workspace, or another data folder (TESORIO_DATA_DIR) for this one.",
        )
    return Finding(check="slack workspace", ok=True, detail=f"connected to {team} as {told['user']}")


async def _bound_team(settings: Settings) -> str | None:
    """The workspace that the store is connected to, if there is a store; its troubles are a finding of their own."""
    try:
        async with open_store(settings, create=False) as store, store.read() as conn:
            return await read_fact(conn, SLACK_TEAM_ID)
    except (StoreError, OSError):
        return None


async def _way_in(settings: Settings) -> Finding:
    """How requests reach us: over a socket that the app token opens, or by HTTP."""
    if settings.slack_mode == "http":
        host, port = settings.http_address or ("", 0)
        detail = f"requests are taken at {host}:{port}{SLACK_PATH}, if they are signed"
        return Finding(check="slack request URL", ok=True, detail=detail)
    client = SlackClient(base_url=settings.slack_api_url)
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except _SLACK_ERRORS as error:
        remedy = "Make an app-level token with connections:write and switch Socket Mode on."
        return Finding(check="slack app token", ok=False, detail=_trouble(error), remedy=remedy)
    return Finding(check="slack app token", ok=True, detail="Socket Mode answers")


def _trouble(error: Exception) -> str:
    return slack_refusal(error) if isinstance(error, SlackApiError) else f"no answer ({type(error).__name__})"
