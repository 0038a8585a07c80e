"""Slack's part of the composition root: who we are there, the door that requests come in by, and the web server."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app, effects
from bot.deps import Deps
from bot.doors.app_id import WrongAppError, apart, app_of_bot
from bot.doors.http_door import HttpDoor
from bot.doors.inbox import Inbox
from bot.doors.intake import Intake
from bot.doors.limits import Limiter
from bot.doors.metrics import Metrics
from bot.doors.socket import SocketDoor
from bot.doors.web import Check, web_server
from bot.root.replicas import answering_for_others
from bot.settings import Settings
from bot.slack.client import SlackClient
from store.db import Store
from store.errors import StoreError
from store.facts import (
    SLACK_SHUT,
    SLACK_TEAM,
    SLACK_TEAM_ID,
    SLACK_USER,
    bind_fact,
    drop_fact,
    keep_fact,
    read_fact,
)
from store.health import check_readable
from sync.durable import DurableWork

Door = SocketDoor | HttpDoor


class WrongWorkspaceError(Exception):
    """The Slack tokens belong to another workspace than the one this store was set up with."""


async def slack_identity(slack: AsyncWebClient, store: Store) -> Mapping[str, str]:
    """Who we are in Slack, bound to the first workspace that we meet. Raises WrongWorkspaceError, SlackApiError."""
    told = await slack.auth_test()
    identity = {name: str(told.get(name) or "") for name in ("team_id", "team", "user_id", "user", "bot_id")}
    async with store.read() as conn:
        bound, shut = await read_fact(conn, SLACK_TEAM_ID), await read_fact(conn, SLACK_SHUT)
        known = (await read_fact(conn, SLACK_TEAM), await read_fact(conn, SLACK_USER))
    if bound not in {None, identity["team_id"]}:
        raise WrongWorkspaceError(f"this store belongs to workspace {bound}, the tokens to {identity['team_id']}")
    if bound is None or shut is not None or known != (identity["team"], identity["user"]):
        async with store.write() as conn:
            bound = await bind_fact(conn, SLACK_TEAM_ID, identity["team_id"])
            await keep_fact(conn, SLACK_TEAM, identity["team"])
            await keep_fact(conn, SLACK_USER, identity["user"])
            await drop_fact(conn, SLACK_SHUT)
    if bound != identity["team_id"]:
        raise WrongWorkspaceError(f"this store belongs to workspace {bound}, the tokens to {identity['team_id']}")
    return identity


@asynccontextmanager
async def open_door(
    settings: Settings, deps: Deps, identity: Mapping[str, str], *, work: DurableWork, holder: str
) -> AsyncIterator[Door]:
    """The door that the settings ask for, and the web server if they ask for one, until the block ends.

    `holder` names this program in the inbox. Raises SlackApiError for a refused app token, WrongAppError for one of
    another app, OSError for a taken port.
    """
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(Inbox(deps.store, holder=holder, clock=deps.clock))
        intake = Intake(
            build_app(deps, identity),
            inbox=inbox,
            limiter=Limiter(per_minute=deps.rules.slack.commands_per_minute, clock=deps.clock),
            answering=deps.answering,
            with_effects=effects(),
            metrics=metrics,
        )
        door = _door(settings, deps, intake)
        if settings.http_address is not None:
            checks = _checks(deps, door, work)
            routes = door.routes if isinstance(door, HttpDoor) else ()
            server = web_server(settings.http_address, checks=checks, metrics=_counted(metrics, door), routes=routes)
            await stack.enter_async_context(server)
        # Closed before the server, which can then still say that the program is about to end.
        stack.push_async_callback(door.close)
        await door.open()
        if isinstance(door, SocketDoor):
            await _one_app(deps, door, identity)
        others = answering_for_others(intake, deps.store, deps.services, clock=deps.clock)
        await stack.enter_async_context(others)
        yield door


async def _one_app(deps: Deps, door: SocketDoor, identity: Mapping[str, str]) -> None:
    """Raises WrongAppError when Slack says that what it sends us is meant for another app than the one that answers."""
    if wrong := apart(await app_of_bot(deps.slack, identity["bot_id"]), await door.app_id()):
        raise WrongAppError(f"{wrong}. Put both tokens of one app into the settings.")


def _door(settings: Settings, deps: Deps, intake: Intake) -> Door:
    if settings.slack_mode == "http":
        secret = settings.slack_signing_secret.get_secret_value()
        return HttpDoor(intake, signing_secret=secret, clock=deps.clock)
    # A client of its own: when the workspace removes the app, the bot's token goes and the app's does not.
    client = SlackClient(base_url=settings.slack_api_url, retry_handlers=[])
    return SocketDoor(intake, slack=client, app_token=settings.slack_app_token.get_secret_value())


def _checks(deps: Deps, door: Door, work: DurableWork) -> Mapping[str, Check]:
    async def slack() -> str:
        return f"Slack has shut us out: {deps.slack.shut}" if deps.slack.shut else door.trouble()

    async def store() -> str:
        try:
            await check_readable(deps.store)
        except StoreError as error:
            return type(error).__name__
        return ""

    async def running() -> str:
        return "" if work.is_running else "durable work is not running"

    async def services() -> str:
        return deps.services.trouble()

    return {"slack": slack, "store": store, "work": running, "services": services}


def _counted(metrics: Metrics, door: Door) -> Callable[[], str]:
    def counted() -> str:
        gauges = {"slack_requests_at_work": float(len(door.at_work)), "slack_ready": float(not door.trouble())}
        if isinstance(door, SocketDoor):
            gauges["slack_silent_seconds"] = door.link.silent_seconds()
            gauges["slack_connections_opened"] = float(door.link.opened)
        return metrics.text(gauges)

    return counted
