"""The app is removed from the workspace, or its token revoked: nothing more is sent to Slack, from that moment on.

Reading the sources goes on, so that everything is there when the app is installed again.
"""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.deps import Deps
from bot.feature import Feature
from store.audit import AuditEvent
from store.errors import StoreError
from store.facts import SLACK_SHUT, keep_fact

# What Slack says to a token of a removed app, and to a revoked one.
_CODES = {"app_uninstalled": "account_inactive", "tokens_revoked": "token_revoked"}
_log = logging.getLogger(__name__)


async def consider(deps: Deps, event: str) -> None:
    """Shut Slack's access unless our token is good: the news may be older than the app's next installation."""
    try:
        await deps.slack.auth_test()
    except (SlackApiError, aiohttp.ClientError, OSError):
        await shut(deps, event)
        return
    _log.warning("Slack sent %s, but takes our token all the same; nothing is changed", event)


async def shut(deps: Deps, event: str) -> None:
    """Forget the token, and say so to whoever runs the program: in the log, the audit trail, `status` and /readyz."""
    deps.slack.shut_down(_CODES[event])
    _log.error(
        "Slack has shut us out (%s): nothing is sent there any more, sources are still read. "
        "Install the app again, put its new token into SLACK_BOT_TOKEN, and restart",
        event,
    )
    now = deps.clock()
    deps.audit.note(AuditEvent(at=now, actor="system", action="slack.shut", subject=event))
    try:
        async with deps.store.write() as conn:
            await keep_fact(conn, SLACK_SHUT, f"{event} {now.isoformat(timespec='seconds')}")
    except StoreError as error:
        _log.warning("`tesorio status` will not know that Slack has shut us out: %s", error)


def concerns_us(deps: Deps, body: Mapping[str, Any]) -> bool:
    """Whether it is our own token, in our own workspace; people's tokens, which we have none of, come the same way."""
    event = body.get("event") or {}
    tokens = event.get("tokens")
    is_bots = event.get("type") == "app_uninstalled" or (isinstance(tokens, Mapping) and bool(tokens.get("bot")))
    return is_bots and body.get("team_id") == deps.team_id


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_removal(body: dict[str, Any]) -> None:
        if concerns_us(deps, body):
            await consider(deps, str(body["event"]["type"]))

    for event in _CODES:
        app.event(event)(on_removal)


FEATURE = Feature(events=frozenset(_CODES), register=_register)
