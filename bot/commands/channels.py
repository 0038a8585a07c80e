"""What becomes of the channels that we are in, kept as Slack tells it, and `/tesorio add`: share to this channel."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.slack.audience import audience
from bot.slack.channels import UNREACHABLE, learn_channel, learn_person, recheck, reconcile
from bot.views.channels import added, not_added, not_here, not_told
from store.audit import AuditEvent
from store.channels import change_channel, change_channel_id, forget_channel, note_added
from store.slack_people import Standing
from store.subscriptions import move_subscriptions
from store.users import linked_user

_RECONCILE_EVERY = timedelta(hours=24)
_PAUSE_SECONDS = 300
_OUTSIDE = frozenset({Standing.GUEST, Standing.STRANGER})
_log = logging.getLogger(__name__)

Event = dict[str, Any]
Heard = Callable[[Deps, Event], Awaitable[None]]


async def on_joined(deps: Deps, event: Event) -> None:
    """Somebody joined a channel: we, and then who added us counts; or others, and then whether they are guests."""
    channel_id, user_id = str(event.get("channel") or ""), str(event.get("user") or "")
    deps.roster.drop(user_id)
    if user_id == deps.bot_user:
        deps.roster.drop_all()
        await _keep_added(deps, channel_id, str(event.get("inviter") or ""), happened_at(event, deps.clock()))
        await learn_channel(deps, channel_id)
    elif (await learn_person(deps, user_id)).standing in _OUTSIDE:
        await _change(deps, event, has_guests=True)


async def on_somebody_left(deps: Deps, event: Event) -> None:
    """What they may learn of the channel ends with it."""
    deps.roster.drop(str(event.get("user") or ""))


async def on_left(deps: Deps, event: Event) -> None:
    """We are not in the channel any more."""
    deps.roster.drop_all()
    await _change(deps, event, is_member=False)


async def on_archived(deps: Deps, event: Event) -> None:
    """Nothing can be posted there any more."""
    await _change(deps, event, is_archived=True)


async def on_renamed(deps: Deps, event: Event) -> None:
    """Its name is what people look for."""
    channel = event.get("channel") or {}
    await _change(deps, event | {"channel": channel.get("id")}, name=str(channel.get("name") or ""))


async def on_shared(deps: Deps, event: Event) -> None:
    """People of another company read it from now on."""
    await _change(deps, event, is_external=True)
    await on_changed(deps, event)


async def on_changed(deps: Deps, event: Event) -> None:
    """Slack says what it is now: unarchived, or not shared with that company any more."""
    await learn_channel(deps, str(event.get("channel") or ""))


async def on_deleted(deps: Deps, event: Event) -> None:
    """It is no more."""
    deps.roster.drop_all()
    async with deps.store.write() as conn:
        await forget_channel(conn, str(event.get("channel") or ""))


async def on_new_id(deps: Deps, event: Event) -> None:
    """The same channel under another id, often because it is shared now."""
    deps.roster.drop_all()
    old, new = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
    async with deps.store.write() as conn:
        await change_channel_id(conn, old, new)
        await move_subscriptions(conn, old, new)
        await change_channel(conn, new, happened_at(event, deps.clock()), is_external=True)
    await learn_channel(deps, new)


HEARD: Mapping[str, Heard] = {
    "member_joined_channel": on_joined,
    "member_left_channel": on_somebody_left,
    "channel_left": on_left,
    "group_left": on_left,
    "channel_archive": on_archived,
    "group_archive": on_archived,
    "channel_unarchive": on_changed,
    "group_unarchive": on_changed,
    "channel_rename": on_renamed,
    "group_rename": on_renamed,
    "channel_shared": on_shared,
    "channel_unshared": on_changed,
    "channel_deleted": on_deleted,
    "group_deleted": on_deleted,
    "channel_id_changed": on_new_id,
}


async def add_here(deps: Deps, request: SlashRequest) -> None:
    """`/tesorio add`: a linked person vouches for the app in this channel, as by inviting it."""
    channel_id = request.reply.channel_id
    allowed = await admitted(
        deps, request.person, Capability.ACT, action="channels.add", subject=channel_id, reply=request.reply
    )
    if allowed is None:
        return
    found = await audience(deps, channel_id)
    if found.is_unreached:
        await deps.answering.post_privately(request.reply, not_told())
        return
    if found.is_direct or not found.is_member:
        await deps.answering.post_privately(request.reply, not_here())
        return
    await _keep_added(deps, channel_id, request.person.user_id, deps.clock())
    answer = not_added(found.reason) if found.is_external else added(found.name)
    await deps.answering.post_privately(request.reply, answer)


@asynccontextmanager
async def watching(deps: Deps) -> AsyncIterator[None]:
    """Keep what we know of channels fresh: all of it at the start and once a day, old facts in between."""
    due = deps.clock()

    async def look() -> None:
        nonlocal due
        is_due = deps.clock() >= due
        try:
            await (reconcile(deps) if is_due else recheck(deps))
        except UNREACHABLE as error:
            _log.warning("channels could not be looked up, the next try is in a while: %s", error)
            return
        due = deps.clock() + _RECONCILE_EVERY if is_due else due

    async with deps.services.beside("channels", look, partial(asyncio.sleep, _PAUSE_SECONDS)):
        yield


def happened_at(event: Event, now: datetime) -> datetime:
    """When it happened, by Slack's clock, which may be ahead of ours but not of what comes next."""
    told = str(event.get("event_ts") or "")
    seconds = float(told) if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", told) else now.timestamp()
    return min(datetime.fromtimestamp(seconds, UTC), now)


async def _keep_added(deps: Deps, channel_id: str, by: str, at: datetime) -> None:
    async with deps.store.write() as conn:
        account = await linked_user(conn, deps.team_id, by) if by else None
        await note_added(conn, channel_id, by=by, was_linked=account is not None, at=at)
    actor = f"user:{account.id}" if account else f"slack:{deps.team_id}:{by}"
    deps.audit.note(AuditEvent(at=at, actor=actor, action="channels.added", subject=channel_id))


async def _change(deps: Deps, event: Event, **changes: object) -> None:
    async with deps.store.write() as conn:
        at = happened_at(event, deps.clock())
        await change_channel(conn, str(event.get("channel") or ""), at, **changes)


def _register(app: AsyncApp, deps: Deps) -> None:
    for name, heard in HEARD.items():
        app.event(name)(_listener(deps, heard))


def _listener(deps: Deps, heard: Heard) -> Callable[[Any, Event], Awaitable[None]]:
    async def listen(ack: Any, event: Event) -> None:
        await ack()
        try:
            await heard(deps, event)
        except UNREACHABLE as error:
            # What the event itself said is kept; the rest is asked for again before long.
            _log.warning("Slack could not be asked about a channel: %s", type(error).__name__)

    return listen


FEATURE = Feature(
    subcommands=(Subcommand(word="add", usage="add", meaning="let cards be shared to this channel", handle=add_here),),
    scopes=frozenset({"channels:read", "groups:read", "im:read"}),
    events=frozenset(HEARD),
    services=(watching,),
    register=_register,
)
