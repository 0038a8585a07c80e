"""What can be said of a draft before it is submitted: whom its filter means, whether it may go there, its dry run."""

import asyncio
from dataclasses import replace
from datetime import datetime

from bot.access import Decision
from bot.deps import Deps
from bot.filter_names import filter_complaint, meaning_of
from bot.filters import FilterError, parse_filter
from bot.notify.draft import TO_ME, Draft, changed, complaints
from bot.notify.preview import preview
from bot.notify.wanted import is_equal
from bot.shares.sharing import NOT_IN, NotThereError, channel_destination, is_hidden, rules_for
from bot.slack.audience import audience
from bot.slack.membership import UnreachableError
from bot.views.channels import channel_label
from bot.views.names import MAX_NAME
from bot.views.subscribe import preview_words
from bot.views.table_ref import meant_custom
from bot.views.text import literal
from store.channels import channel_by_id
from store.db import ReadConnection
from store.portfolio import InvoiceFilter
from store.subscriptions import ChannelSubscription, subscriptions_in
from store.users import User, user_by_id

# Slack wants the answer to a submission within three seconds.
_PATIENCE_SECONDS = 1.5
_SILENT = "Slack did not say just now who reads that channel. Try again in a moment."
_EXTERNAL = "Data can't be posted to this channel, because {reason}."


async def dry_run(deps: Deps, decision: Decision, draft: Draft) -> str:
    """What it would have posted, or the first thing that is wrong with it."""
    if decision.user is None:
        return ""
    try:
        async with deps.store.read() as conn:
            wrong = await complaints_about(deps, conn, draft)
            if said := [each for member, each in wrong.items() if member != "where"]:
                return said[0]
            wanted = await wanted_by(deps, conn, draft, decision.user)
    except FilterError as error:
        return error.sentence()
    trial = replace(changed(_blank(decision, deps.clock()), draft), wanted=wanted)
    return preview_words(await preview(deps, trial))


async def complaints_about(deps: Deps, conn: ReadConnection, draft: Draft) -> dict[str, str]:
    """What is wrong with a draft, by member; for a name that stands in its filter alone, what was meant."""
    found = complaints(draft)
    try:
        parse_filter(draft.filter_text)
    except FilterError as error:
        found["filter_text"] = await filter_complaint(deps, conn, error)
    return found


async def already_told(conn: ReadConnection, wanted: ChannelSubscription) -> str:
    """Who gets just the same in the same place, as a sentence; «» when nobody does."""
    equal = [each for each in await subscriptions_in(conn, wanted.channel_id) if is_equal(each, wanted)]
    if not equal:
        return ""
    paused = " It is paused." if equal[0].paused_at else ""
    if wanted.is_direct:
        return f"You get this already.{paused}"
    channel, owner = await channel_by_id(conn, wanted.channel_id), await user_by_id(conn, equal[0].owner_id)
    where = channel_label(channel.facts.name) if channel else "This channel"
    by = f" from {literal(owner.name, MAX_NAME)}" if owner else ""
    return f"{where} already gets this{by}.{paused}"


async def wanted_by(deps: Deps, conn: ReadConnection, draft: Draft, user: User) -> InvoiceFilter:
    """Whom the draft's filter means. Raises FilterError for a name that nobody has."""
    meaning = await meaning_of(deps, conn, parse_filter(draft.filter_text), user)
    meant = meaning.filter
    return InvoiceFilter(
        owner=meant.owner or None,
        customer_id=meaning.customer.id if meaning.customer else None,
        subsidiary=meant.subsidiary or None,
        currency=meant.currency or None,
        amount_over=meant.amount_over,
        days_over=meant.days_over,
        custom=meant_custom(meant),
    )


async def refused_place(deps: Deps, draft: Draft, user_id: str) -> str:
    """Why this person may have nothing posted there, by the rules of sharing; «» when they may.

    What is told to a channel is never redacted, so no admin can allow it where outsiders read.
    """
    if draft.where in {TO_ME, ""}:
        return ""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await _refused(deps, draft, user_id)
    except (UnreachableError, TimeoutError):
        return _SILENT


async def _refused(deps: Deps, draft: Draft, user_id: str) -> str:
    """The same, as Slack says it. Raises UnreachableError."""
    if await is_hidden(deps, user_id, draft.where):
        return NOT_IN
    readers = await audience(deps, draft.where)
    if readers.is_unreached:
        return _SILENT
    if readers.is_external and readers.is_member:
        return _EXTERNAL.format(reason=readers.reason)
    async with deps.store.read() as conn:
        channel = await channel_by_id(conn, draft.where)
    try:
        channel_destination(channel, readers, rules_for("refuse", None))
    except NotThereError as reason:
        return str(reason)
    return ""


def _blank(decision: Decision, at: datetime) -> ChannelSubscription:
    """A subscription that nobody keeps, to try a draft with."""
    person = decision.person.user_id
    owner = decision.user.id if decision.user else ""
    return ChannelSubscription(
        id="trial",
        channel_id=person,
        owner_id=owner,
        owner_slack=person,
        events=(),
        time_zone="UTC",
        created_at=at,
        counts_from=at,
    )
