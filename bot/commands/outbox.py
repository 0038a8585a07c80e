"""The outbox: what waits in the store gets its durable work, and people decide where only they can.

«Send again» and «It arrived» are buttons of the messages that tell of trouble; the author and admins may press them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot import access
from bot.access import Capability, Decision, SlackPerson
from bot.commands.guard import judged, refusal
from bot.deliver import sent_again, slack_post
from bot.delivering import KIND, is_asked_about, is_over, work_id_of
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.misses import not_permitted, outdated_button
from bot.views.outbox import ARRIVED, RESEND, decided, question, trouble
from bot.views.parts import Message
from store.db import ReadConnection
from store.deliveries import Delivery, DeliveryState, delivery_by_id
from store.outbox import (
    decisions_mark,
    due_deliveries,
    ended_by_hand,
    mark_enqueued,
    move_delivery,
    undelivered,
)
from store.users import Role
from store.work import Lane, WorkState

# What another process wrote, such as `tesorio share`, is found so soon.
_LOOK_SECONDS = 1.0
_BATCH = 200
# Work that broke, and what a restored backup has lost, begins again after this at the latest.
_CHECKED_EVERY = timedelta(minutes=5)
_OWN = frozenset({"outbox.question", "outbox.trouble"})
# A subscription is paused when its message is refused, and its owner is told that. How a promise turned out goes to its
# author alone: who may not be told that, or can't be written to, is not told of it either.
_TOLD_OTHERWISE = frozenset({"notice", "promise"})


async def troubles(deps: Deps, conn: ReadConnection, delivery: Delivery) -> tuple[Delivery, ...]:
    """What its author must be told of a delivery in this state; without its words where they may see nothing now."""
    if not trouble_of(delivery, deps.clock(), deps.target_titles):
        return ()
    author = SlackPerson(team_id=deps.team_id, user_id=delivery.author)
    may_see = (await access.decide(conn, author, Capability.LOOK_UP)).allowed
    return trouble_of(delivery, deps.clock(), deps.target_titles, may_see=may_see)


def trouble_of(
    delivery: Delivery,
    at: datetime,
    titles: Mapping[str, str] = MappingProxyType({}),
    *,
    may_see: bool = False,
) -> tuple[Delivery, ...]:
    """What its author must be told of a delivery in this state: a question, bad news, or nothing.

    `titles` says what people call the targets; `may_see` whether what was to be delivered may be quoted.
    """
    is_question = delivery.state is DeliveryState.UNKNOWN and delivery.asked_at is not None
    is_refused = delivery.state is DeliveryState.REJECTED and delivery.kind not in _TOLD_OTHERWISE
    is_bad_news = is_refused or delivery.state is DeliveryState.DEAD
    if not delivery.author or delivery.kind in _OWN or not (is_question or is_bad_news):
        return ()
    shown = delivery if may_see else replace(delivery, payload={**delivery.payload, "text": ""})
    told = question(shown) if is_question else trouble(shown, titles.get(delivery.target, ""))
    kind = "outbox.question" if is_question else "outbox.trouble"
    # Attempts begin anew with each round, so both name the occasion.
    occasion = f"{delivery.id}/{delivery.round}/{delivery.attempts}"
    post = slack_post(told, id=f"{kind}/{occasion}", kind=kind, channel=delivery.author, at=at)
    return (post,)


@asynccontextmanager
async def serve(deps: Deps) -> AsyncIterator[None]:
    """While the block lasts, everything in the outbox that is due gets its durable work."""
    keeper = _Keeper(deps)
    with deps.outbox.listen() as bell:
        async with deps.services.beside("outbox", keeper.look, partial(bell.wait, _LOOK_SECONDS)):
            yield


class _Keeper:
    """Starts what is due, and remembers what was seen before."""

    def __init__(self, deps: Deps) -> None:
        self._deps, self._next_check = deps, deps.clock()
        self._seen: object = None

    async def look(self) -> None:
        deps = self._deps
        if deps.clock() >= self._next_check:
            await _restart(deps)
            self._next_check = deps.clock() + _CHECKED_EVERY
        while await _start_due(deps) == _BATCH:
            pass
        self._seen = await _tell_of_decisions(deps, self._seen)


async def _restart(deps: Deps) -> None:
    """Give back the durable work of what is not delivered and has lost it, as after a restored backup."""
    last = 0
    while True:
        async with deps.store.read() as conn:
            page = await undelivered(conn, after=last, limit=_BATCH)
        for delivery in page:
            await _restart_one(deps, delivery)
            last = delivery.sequence
        if len(page) < _BATCH:
            return


async def _restart_one(deps: Deps, delivery: Delivery) -> None:
    state = await deps.work.status(work_id_of(delivery))
    if state is None:
        await _start(deps, delivery)
    elif state is not WorkState.PENDING and not is_over(delivery) and not is_asked_about(delivery, deps.clock()):
        # What has ended never runs again under its id.
        async with deps.store.write() as conn:
            await move_delivery(conn, delivery, replace(delivery, round=delivery.round + 1, is_enqueued=False))


async def _start_due(deps: Deps) -> int:
    async with deps.store.read() as conn:
        due = await due_deliveries(conn, deps.clock(), limit=_BATCH)
    for delivery in due:
        await _start(deps, delivery)
    if due:
        async with deps.store.write() as conn:
            await mark_enqueued(conn, due)
    return len(due)


async def _start(deps: Deps, delivery: Delivery) -> None:
    lane = Lane(name=delivery.lane, place=delivery.sequence)
    await deps.work.start(KIND, work_id_of(delivery), {"delivery_id": delivery.id}, lane=lane)


async def _tell_of_decisions(deps: Deps, seen: object) -> object:
    """Wake what waits when a person, perhaps in another process, has decided something."""
    async with deps.store.read() as conn:
        mark = await decisions_mark(conn)
    if mark != seen:
        deps.decisions.ring()
    return mark


async def decide(deps: Deps, request: ActionRequest) -> tuple[Message, bool]:
    """Do what the button says, once however often it is pressed; what to say, and whether instead of the question."""
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    if not decision.allowed:
        return refusal(decision), False
    async with deps.store.write() as conn:
        delivery = await delivery_by_id(conn, request.value)
        if delivery is None:
            return outdated_button(), False
        if not _may_decide(decision, delivery):
            return not_permitted(), False
        after = _moved(delivery, request.action_id, deps.clock())
        await move_delivery(conn, delivery, after)
    deps.outbox.ring()
    return decided(after, by=request.person.user_id), True


def _may_decide(decision: Decision, delivery: Delivery) -> bool:
    """The author, and admins."""
    is_admin = decision.user is not None and decision.user.role is Role.ADMIN
    return is_admin or (bool(delivery.author) and delivery.author == decision.person.user_id)


def _moved(delivery: Delivery, action_id: str, now: datetime) -> Delivery:
    """The delivery as the button leaves it; one that needs no decision any more stays as it is."""
    if delivery.state in {DeliveryState.SENT, DeliveryState.QUEUED}:
        return delivery
    if action_id == ARRIVED:
        return ended_by_hand(delivery, DeliveryState.SENT, now, "")
    return sent_again(delivery, now)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_decision(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        told, replaces = await decide(deps, request)
        await ack()
        say = deps.answering.replace if replaces else deps.answering.post_privately
        await say(request.reply, told)

    for action_id in (RESEND, ARRIVED):
        app.action(action_id)(on_decision)


FEATURE = Feature(
    scopes=frozenset({"chat:write", "im:history", "im:write"}),
    effects=frozenset({RESEND, ARRIVED}),
    services=(serve,),
    register=_register,
)
