"""The Bolt app: one line per use case, and the doors that every request comes in by."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import (
    aging,
    answers,
    asked,
    channels,
    conflicts,
    connect,
    contact,
    contacts,
    crm,
    csv_,
    departures,
    email,
    files,
    find,
    help_,
    home,
    invoices,
    lookup,
    lost_work,
    notes,
    outbox,
    overdue,
    payments,
    pick,
    refresh,
    removal,
    reply,
    share,
    subscribe,
    subscriptions,
    typed,
    unfurl,
)
from bot.deps import Deps
from bot.doors.last_doors import register_last_doors
from bot.feature import Feature, Service, Subcommand, slash_request, typed_text
from bot.promises import judge as promises

COMMAND = "/tesorio"
_ASKED: tuple[Feature, ...] = (
    lookup.FEATURE,
    refresh.FEATURE,
    reply.FEATURE,
    notes.FEATURE,
    connect.FEATURE,
    home.FEATURE,
    conflicts.FEATURE,
    crm.FEATURE,
    departures.FEATURE,
    answers.FEATURE,
    share.FEATURE,
    pick.FEATURE,
    outbox.FEATURE,
    find.FEATURE,
    unfurl.FEATURE,
    aging.FEATURE,
    overdue.FEATURE,
    invoices.FEATURE,
    payments.FEATURE,
    files.FEATURE,
    subscribe.FEATURE,
    subscriptions.FEATURE,
    channels.FEATURE,
    promises.FEATURE,
    contacts.FEATURE,
    contact.FEATURE,
    email.FEATURE,
    csv_.FEATURE,
    removal.FEATURE,
)
_ANSWERED = (*_ASKED, help_.help_feature(_ASKED))
FEATURES = (
    *_ANSWERED,
    typed.typed_feature(_ANSWERED),
    asked.asked_feature(_ANSWERED),
    lost_work.lost_work_feature(_ANSWERED),
)


def subcommands() -> tuple[Subcommand, ...]:
    """Every word after `/tesorio`, in the order in which help shows them."""
    return tuple(subcommand for feature in FEATURES for subcommand in feature.subcommands)


def effects() -> frozenset[str]:
    """The actions that acknowledge themselves once what they will do is stored."""
    return frozenset(action for feature in FEATURES for action in feature.effects)


def services() -> tuple[Service, ...]:
    """What runs beside the bot as long as it does."""
    return tuple(service for feature in FEATURES for service in feature.services)


def build_app(deps: Deps, identity: Mapping[str, str], features: tuple[Feature, ...] = FEATURES) -> AsyncApp:
    """A Bolt app with every use case registered. `identity` is what auth.test said of our token."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity["team_id"],
            bot_user_id=identity["user_id"],
            bot_id=identity["bot_id"],
            bot_token=deps.slack.token or "",
        )

    app = AsyncApp(
        # Without a token: it is authorize that gives one to each request.
        client=AsyncWebClient(base_url=deps.slack.base_url),
        authorize=authorize,
        logger=_quiet_logger(),
        request_verification_enabled=False,
        process_before_response=True,
    )
    _register_slash_command(app, deps, features)
    for feature in features:
        feature.register(app, deps)
    register_last_doors(app, deps)
    return app


def _quiet_logger() -> logging.Logger:
    """Bolt's own log, from errors on: its warnings are about ways of registering that we chose on purpose."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger


def _register_slash_command(app: AsyncApp, deps: Deps, features: tuple[Feature, ...]) -> None:
    by_word = {subcommand.word: subcommand for feature in features for subcommand in feature.subcommands}

    async def slash(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        request = slash_request(body)
        known, help_word = by_word.get(request.subcommand or help_.WORD), by_word[help_.WORD]
        if known is None:
            typed_line = typed_text(str(body.get("text") or "")).strip()
            await typed.answer_unknown(deps, request, typed_line, help_word.handle)
            return
        await known.handle(deps, request)

    app.command(COMMAND)(slash)
