"""The app is removed from the workspace, or its token revoked: nothing more is sent to Slack, from that moment on.

Reading the sources goes on, so that everything is there when the app is installed again.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.deps import Deps
from bot.feature import Feature
from bot.slack.client import slack_reason
from store.audit import AuditEvent
from store.errors import StoreError
from store.facts import SLACK_SHUT, keep_fact

# What Slack says to a token of a removed app, and to a revoked one.
_CODES = {"app_uninstalled": "account_inactive", "tokens_revoked": "token_revoked"}
# What Slack says of a token that no further try makes good.
_HOPELESS = frozenset("account_inactive invalid_auth not_authed token_expired token_revoked".split())
_AGAIN_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 22.0)
_log = logging.getLogger(__name__)


async def consider(deps: Deps, event: str) -> None:
    """Shut Slack's access if our token is refused: the news may be older than the app's next installation.

    Trouble on the way to Slack says nothing about the token: it is asked again, for a minute.
    """
    for wait in (*_AGAIN_SECONDS, None):
        try:
            await deps.slack.auth_test()
        except (SlackApiError, aiohttp.ClientError, OSError) as error:
            if isinstance(error, SlackApiError) and slack_reason(error) in _HOPELESS:
                await shut(deps, event)
                return
            if wait is not None:
                await asyncio.sleep(wait)
        else:
            _log.warning("Slack sent %s, but takes our token all the same; nothing is changed", event)
            return
    _log.warning("Slack sent %s and did not say whether it takes our token; nothing is changed", event)


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
