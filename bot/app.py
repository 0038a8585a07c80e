"""The Bolt app: one line per use case, and the doors that every request comes in by."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import channels, find, help_, lookup, outbox, pick, refresh
from bot.deps import Deps
from bot.feature import Feature, Service, Subcommand, reply_to, slash_request
from bot.views.misses import failed, outdated_button

COMMAND = "/tesorio"
_ASKED: tuple[Feature, ...] = (
    lookup.FEATURE,
    refresh.FEATURE,
    channels.FEATURE,
    pick.FEATURE,
    outbox.FEATURE,
    find.FEATURE,
)
FEATURES = (*_ASKED, help_.help_feature(_ASKED))

# Registered last, so it only takes what nothing else did: buttons of an older version, events we did not ask for.
_ANYTHING = re.compile(".*")

_log = logging.getLogger(__name__)


def subcommands() -> tuple[Subcommand, ...]:
    """Every word after `/tesorio`, in the order in which help shows them."""
    return tuple(subcommand for feature in FEATURES for subcommand in feature.subcommands)


def effects() -> frozenset[str]:
    """The actions that acknowledge themselves once what they will do is stored."""
    return frozenset(action for feature in FEATURES for action in feature.effects)


def services() -> tuple[Service, ...]:
    """What runs beside the bot as long as it does."""
    return tuple(service for feature in FEATURES for service in feature.services)


def build_app(deps: Deps, identity: Mapping[str, str]) -> AsyncApp:
    """A Bolt app with every use case registered. `identity` is what auth.test said of our token."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity["team_id"],
            bot_user_id=identity["user_id"],
            bot_id=identity["bot_id"],
            bot_token=deps.slack.token,
        )

    app = AsyncApp(
        # Without a token: it is authorize that gives one to each request.
        client=AsyncWebClient(base_url=deps.slack.base_url),
        authorize=authorize,
        logger=_quiet_logger(),
        request_verification_enabled=False,
        process_before_response=True,
    )
    _register_slash_command(app, deps)
    for feature in FEATURES:
        feature.register(app, deps)
    _register_last_doors(app, deps)
    return app


def _quiet_logger() -> logging.Logger:
    """Bolt's own log, from errors on: its warnings are about ways of registering that we chose on purpose."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger


def _register_slash_command(app: AsyncApp, deps: Deps) -> None:
    by_word = {subcommand.word: subcommand for subcommand in subcommands()}

    async def slash(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        request = slash_request(body)
        await by_word.get(request.subcommand, by_word[help_.WORD]).handle(deps, request)

    app.command(COMMAND)(slash)


def _register_last_doors(app: AsyncApp, deps: Deps) -> None:
    """What no listener took, and what one of them raised: answered, logged once, never left unacknowledged."""

    async def old_button(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await deps.answering.post_privately(reply_to(body), outdated_button())

    async def quiet(ack: Any) -> None:
        await ack()

    async def on_error(error: Exception, body: dict[str, Any], ack: Any) -> BoltResponse:
        reference = uuid4().hex[:8]
        _log.error("request failed, reference %s", reference, exc_info=error)
        await ack()
        await deps.answering.post_privately(reply_to(body), failed(reference))
        return BoltResponse(status=200)

    app.action({"action_id": _ANYTHING})(old_button)
    for register in (app.event, app.shortcut, app.view, app.options):
        register(_ANYTHING)(quiet)
    app.error(on_error)
