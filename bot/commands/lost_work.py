"""What was shown as saved and then broke: it is started again, some times, and whoever saved it is told in the end."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from bot.access import Capability, SlackPerson, decide
from bot.deliver import slack_post
from bot.deps import Deps
from bot.feature import Feature
from bot.views.lost_work import lost
from store.deliveries import Delivery, add_deliveries, delivery_by_id
from store.work import FailedWork, Payload

KIND = "work.lost"
# From a defect that an update cures to a disk that somebody has to clear.
_WAITS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12))
_EVERY_SECONDS = 180.0
# Longer than all waits and the day for which work tries by itself each time.
_LOOKED_BACK = timedelta(days=14)
# Who saved it, as the features name them.
_AUTHORS = ("slack_user", "owner_slack", "user_id")


def lost_work_feature(others: tuple[Feature, ...]) -> Feature:
    """Looks after the durable work of these features."""
    kinds = frozenset(kind for feature in others for kind in feature.works)
    return Feature(services=(partial(watch, kinds=kinds),))


@asynccontextmanager
async def watch(deps: Deps, *, kinds: Collection[str]) -> AsyncIterator[None]:
    """While the block lasts, work of these kinds that failed is started again: at the start, and every few minutes."""
    rest = partial(asyncio.sleep, _EVERY_SECONDS)
    async with deps.services.beside("lost work", partial(look, deps, kinds), rest):
        yield


async def look(deps: Deps, kinds: Collection[str]) -> None:
    """Start again what it is time for, and tell of what was given up. Raises StoreError."""
    now = deps.clock()
    for failed in await deps.work.failed(kinds, since=now - _LOOKED_BACK):
        due = due_at(failed)
        if due is None:
            await _tell(deps, failed)
        elif due <= now:
            await deps.work.start_again(failed)


def due_at(failed: FailedWork) -> datetime | None:
    """When it is to be started again; None when it was started often enough."""
    return failed.failed_at + _WAITS[failed.times - 1] if failed.times <= len(_WAITS) else None


def author_of(payload: Payload) -> str:
    """The Slack user who saved it; «» for what nobody did."""
    return next((payload[name] for name in _AUTHORS if payload.get(name)), "")


async def _tell(deps: Deps, failed: FailedWork) -> None:
    author = author_of(failed.payload)
    async with deps.store.read() as conn:
        is_told = await delivery_by_id(conn, _delivery_id(failed)) is not None
    if is_told or not author:
        return
    async with deps.store.write() as conn:
        person = SlackPerson(team_id=deps.team_id, user_id=author)
        may_see = (await decide(conn, person, Capability.LOOK_UP)).allowed
        await add_deliveries(conn, [_post(deps, failed, author, may_see=may_see)])
    deps.outbox.ring()


def _delivery_id(failed: FailedWork) -> str:
    return f"{KIND}/{failed.work_id}"


def _post(deps: Deps, failed: FailedWork, author: str, *, may_see: bool) -> Delivery:
    text = (failed.payload.get("text") or failed.payload.get("title") or "") if may_see else ""
    told = lost(failed.kind, text)
    return slack_post(told, id=_delivery_id(failed), kind=KIND, channel=author, at=deps.clock())
