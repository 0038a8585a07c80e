"""`/tesorio subscriptions`: those of this channel and one's own; edit, pause, resume, delete.

Each click is stored before it is acknowledged; a second one of the same finds it done.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision
from bot.commands.guard import admitted, judged, refusal
from bot.commands.subscribe import show_edit_form
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.notify.making import may_change
from bot.notify.posting import digest_mark
from bot.notify.rhythm import digest_day
from bot.notify.telling import tell_end, tell_owner
from bot.reading.cards import place_of
from bot.slack.modals import open_loading, update_modal
from bot.views.misses import not_permitted
from bot.views.modal import notice_modal
from bot.views.parts import Message
from bot.views.subscribe import TITLE
from bot.views.subscriptions import (
    DELETE,
    EDIT,
    NEXT,
    PAUSE,
    PREVIOUS,
    RESUME,
    ListedSubscription,
    subscription_list,
)
from store.channels import channel_by_id
from store.day_marks import mark_day, unmark_days
from store.db import ReadConnection, WriteConnection
from store.notices import drop_waiting
from store.subscriptions import (
    ChannelSubscription,
    PauseCause,
    adopt_subscription,
    delete_subscription,
    pause_subscription,
    resume_subscription,
    subscription_by_id,
    subscriptions_in,
    subscriptions_of,
)
from store.users import user_by_id

_GONE = "That subscription is gone."
_BY_HAND = "Somebody paused it."
_MAX_DIGITS = 6


async def show_list(deps: Deps, request: SlashRequest) -> None:
    """The list, for whoever asked alone."""
    channel_id = request.reply.channel_id
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action="subscriptions.list",
        subject=channel_id,
        reply=request.reply,
        asked=request.line,
    )
    if allowed is not None:
        async with deps.store.read() as conn:
            listed = _drawn(deps, await _listing(conn, allowed, channel_id))
        await deps.answering.post_privately(request.reply, listed)


async def turn(deps: Deps, request: ActionRequest) -> None:
    """Another page of the list."""
    channel_id = request.reply.channel_id
    allowed = await admitted(
        deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=channel_id, reply=request.reply
    )
    if allowed is not None:
        async with deps.store.read() as conn:
            listing = await _listing(conn, allowed, channel_id)
        await deps.answering.replace(request.reply, _drawn(deps, listing, around=_number(request.value)))


async def act(deps: Deps, request: ActionRequest) -> tuple[Message, bool]:
    """Do what the button says; what to show, and whether in the place of the list."""
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    if not decision.allowed:
        return refusal(decision), False
    async with deps.store.write() as conn:
        subscription = await subscription_by_id(conn, request.value)
        if subscription is not None and not may_change(decision, subscription):
            return not_permitted(), False
        channel_id = request.reply.channel_id
        known = [each.subscription.id for each in await _listing(conn, decision, channel_id)]
        said = _GONE if subscription is None else await _done(deps, conn, decision, request.action_id, subscription)
        around = known.index(request.value) if request.value in known else 0
        shown = _drawn(deps, await _listing(conn, decision, channel_id), said=said, around=around)
    deps.outbox.ring()
    return shown, True


async def edit(deps: Deps, request: ActionRequest) -> None:
    """«Edit»: the form of the subscription, in a modal."""
    view_id = await open_loading(deps, request.trigger_id, TITLE, reply=request.reply)
    if view_id is None:
        return
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    async with deps.store.read() as conn:
        subscription = await subscription_by_id(conn, request.value)
    if not decision.allowed:
        await update_modal(deps, view_id, notice_modal(TITLE, refusal(decision).text))
    elif subscription is None or not may_change(decision, subscription):
        await update_modal(deps, view_id, notice_modal(TITLE, _GONE if subscription is None else not_permitted().text))
    else:
        await show_edit_form(deps, decision, view_id, subscription)


async def _done(
    deps: Deps, conn: WriteConnection, decision: Decision, action_id: str, subscription: ChannelSubscription
) -> str:
    """Carry the click out, and say so."""
    now = deps.clock()
    if action_id == PAUSE:
        if await pause_subscription(conn, subscription.id, PauseCause.PERSON, _BY_HAND, at=now):
            await tell_owner(deps, conn, decision, subscription, "paused")
        await drop_waiting(conn, subscription.id)
        return "Paused. What happens meanwhile is not told later."
    if action_id == RESUME:
        return await _resumed(deps, conn, decision, subscription)
    if await delete_subscription(conn, subscription.id):
        await tell_owner(deps, conn, decision, subscription, "deleted")
        await tell_end(deps, conn, decision, subscription)
    await drop_waiting(conn, subscription.id)
    await unmark_days(conn, digest_mark(subscription))
    return "Deleted."


async def _resumed(deps: Deps, conn: WriteConnection, decision: Decision, subscription: ChannelSubscription) -> str:
    """Let it go on; one whose owner may have it no more becomes that of whoever wants it."""
    now, is_orphan = deps.clock(), subscription.pause_cause is PauseCause.OWNER
    if await resume_subscription(conn, subscription.id, at=now):
        await mark_day(conn, digest_mark(subscription), digest_day(subscription, now))
        if not is_orphan:
            await tell_owner(deps, conn, decision, subscription, "resumed")
    if decision.user is None or not is_orphan or subscription.is_direct:
        return "It goes on from now."
    await adopt_subscription(conn, subscription.id, owner_id=decision.user.id, owner_slack=decision.person.user_id)
    return "It goes on from now, and is yours."


async def _listing(conn: ReadConnection, decision: Decision, channel_id: str) -> list[ListedSubscription]:
    own = await subscriptions_of(conn, decision.user.id) if decision.user else ()
    found = {each.id: each for each in (*await subscriptions_in(conn, channel_id), *own)}
    return [await _listed(conn, decision, each) for each in found.values()]


def _drawn(deps: Deps, listing: list[ListedSubscription], *, said: str = "", around: int = 0) -> Message:
    return subscription_list(listing, place_of(deps), said=said, around=around)


def _number(value: str) -> int:
    """The row that a button names; the first for what no button of ours says."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS else 0


async def _listed(conn: ReadConnection, decision: Decision, subscription: ChannelSubscription) -> ListedSubscription:
    channel = None if subscription.is_direct else await channel_by_id(conn, subscription.channel_id)
    owner = await user_by_id(conn, subscription.owner_id)
    can_act = decision.user is not None and decision.user.role in Capability.ACT.value
    return ListedSubscription(
        subscription=subscription,
        channel=channel.facts.name if channel else "",
        owner=owner.name if owner else "",
        may_change=can_act and may_change(decision, subscription),
    )


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_act(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        shown, in_place = await act(deps, request)
        await ack()
        await (deps.answering.replace if in_place else deps.answering.post_privately)(request.reply, shown)

    async def on_edit(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await edit(deps, action_request(body))

    async def on_turn(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await turn(deps, action_request(body))

    for action_id in (PAUSE, RESUME, DELETE):
        app.action(action_id)(on_act)
    for action_id in (PREVIOUS, NEXT):
        app.action(action_id)(on_turn)
    app.action(EDIT)(on_edit)


FEATURE = Feature(
    subcommands=(
        Subcommand(
            word="subscriptions",
            usage="subscriptions",
            meaning="what is told here and to you; change, pause or delete it",
            handle=show_list,
        ),
    ),
    scopes=frozenset({"commands"}),
    effects=frozenset({PAUSE, RESUME, DELETE}),
    register=_register,
)
