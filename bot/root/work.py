"""The kinds of durable work, each joined from a room of the bot and a system: pulls, «Refresh», deliveries."""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot import deliver, delivering
from bot.app import FEATURES
from bot.commands import outbox, refresh
from bot.deps import Deps
from bot.emailing.email_files import attached
from bot.mail.letter import MAIL
from bot.mail.sending import MailSends
from bot.rules import Rules
from bot.views.parts import message, paragraph
from store.errors import StoreError
from store.sending import Sender
from store.work import Payload
from sync import daily
from sync.backoff import wait_seconds
from sync.breaker import Breakers
from sync.connector import Source, Target
from sync.durable import Handler
from sync.errors import NotPermittedError, ReauthoriseError, RetryError, SourceError
from sync.figures import send_figures
from sync.job import Progress
from sync.plan import DeletionRules
from sync.pull import refresh_record
from sync.push import Pushes

# Somebody looks at the old card meanwhile. The daily pull has all the patience that a slow source needs.
_REFRESH_SECONDS = 10
_log = logging.getLogger(__name__)


def senders_of(deps: Deps, targets: tuple[Target, ...], *, replica: str = "") -> Mapping[str, Sender]:
    """Who brings deliveries to their targets, by the targets' names."""
    pushes: dict[str, Sender] = {
        target.name: Pushes(target, deps.store, clock=deps.clock, replica=replica) for target in targets
    }
    mail: dict[str, Sender] = {MAIL: MailSends(deps.mail, partial(attached, deps))} if deps.mail else {}
    return {**pushes, **mail, deliver.TARGET: deliver.SlackPosts(deps.slack, deps.store)}


def work_handlers(
    deps: Deps, sources: tuple[Source, ...], progress: Progress, senders: Mapping[str, Sender]
) -> Mapping[str, Handler]:
    """What durable work does, by its kind."""
    by_name, breakers = {source.name: source for source in sources}, Breakers()

    async def read_again(_work_id: str, payload: Payload) -> None:
        source = by_name.get(payload["origin"])
        trouble = (
            await _read_record(deps, breakers, source, payload) if source else f"{payload['origin']} is not set up here"
        )
        await _finish(deps, payload, trouble)

    pull = daily.pull_handler(
        sources,
        deps.store,
        clock=deps.clock,
        progress=progress,
        breakers=breakers,
        deletions=deletion_rules(deps.rules),
        afterwards=partial(send_figures, sources, deps.store, clock=deps.clock, zone=deps.zone),
    )
    of_features = {kind: partial(work, deps) for feature in FEATURES for kind, work in feature.works.items()}
    told = {kind: heard for feature in FEATURES for kind, heard in feature.delivered.items()}
    checks = {kind: check for feature in FEATURES for kind, check in feature.checks.items()}
    delivers = delivering.Delivering(
        deps,
        senders=senders,
        told=told,
        checks=checks,
        trouble=outbox.troubles,
        backoff=_backoff,
        outdated_after=timedelta(hours=deps.rules.outbox.confirm_after_hours),
    )
    return {**of_features, daily.PULL: pull, "refresh": read_again, delivering.KIND: delivers}


def _backoff(attempt: int, asked: float | None) -> float:
    return wait_seconds(attempt, asked=asked, dice=random.random)


def deletion_rules(rules: Rules) -> DeletionRules:
    """How much a source may lose without a person's word."""
    return DeletionRules(share=rules.sync.max_deleted_percent / 100)


async def _read_record(deps: Deps, breakers: Breakers, source: Source, payload: Payload) -> str:
    """Read the record that a refresh asks for; why that failed, or «»."""
    try:
        async with breakers.through(source.name), asyncio.timeout(_REFRESH_SECONDS):
            found = await refresh_record(source, deps.store, payload["kind"], payload["source_id"], clock=deps.clock)
    except TimeoutError:
        return _trouble(source, RetryError())
    except SourceError as error:
        _log.warning("refresh of %s failed: %s", payload["record_id"], error)
        return _trouble(source, error)
    except StoreError as error:
        _log.warning("refresh of %s failed: %s", payload["record_id"], error)
        return f"What {source.title} has now could not be stored"
    return "" if found else f"{source.title} has this record no more"


def _trouble(source: Source, error: SourceError) -> str:
    """Why a refresh failed, for a person in Slack: no vendor words, no detail that only the log should have."""
    name = source.title
    if isinstance(error, RetryError):
        return f"{name} did not answer just now"
    if isinstance(error, ReauthoriseError | NotPermittedError):
        return f"{name} refused our access; an admin can run `tesorio doctor`"
    return f"{name} could not give this record"


async def _finish(deps: Deps, payload: Payload, trouble: str) -> None:
    """Show what the store has now; where it cannot even be read, tell whoever clicked, and leave the old card."""
    try:
        await refresh.finish(deps, payload, trouble)
    except StoreError as error:
        _log.warning("the card of %s could not be made: %s", payload["record_id"], error)
        text = f"{trouble or 'The store could not be read just now'}; the card stays as it was. Try again in a moment."
        await deps.answering.post_privately(refresh.reply_of(payload), message(text, [paragraph("refresh", text)]))
