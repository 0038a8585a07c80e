"""People who leave, or become guests: Slack tells it, and what they were linked to is theirs no more.

What Slack told while the program was not running is asked at the start, and once a day.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import SlackPerson
from bot.commands.channels import happened_at
from bot.commands.connect import cut_link
from bot.deps import Deps
from bot.feature import Feature
from bot.slack.channels import UNREACHABLE, heed_change, person_facts
from bot.slack.membership import SlackProfile, UnreachableError, profile_of, read_profile
from store.slack_people import Standing
from store.users import linked_people

_DAY_SECONDS = 24 * 60 * 60
# Slack answers users.info some hundred times a minute, and others ask it too.
_PACE_SECONDS = 1.0
_log = logging.getLogger(__name__)


async def take_note(deps: Deps, profile: SlackProfile) -> None:
    """Cut the link of somebody who is no full member any more."""
    if profile.standing is Standing.MEMBER:
        return
    person = SlackPerson(team_id=deps.team_id, user_id=profile.user_id)
    if await cut_link(deps, person, "system", f"in Slack: {profile.standing.value}"):
        _log.info("%s is no full member of the workspace any more and was cut off", profile.user_id)


async def check_everybody(deps: Deps, *, pace_seconds: float = _PACE_SECONDS) -> None:
    """Ask Slack about everybody who is linked, one after the other; whom it says nothing of stays."""
    async with deps.store.read() as conn:
        people = await linked_people(conn, deps.team_id)
    for _, link in people:
        with contextlib.suppress(UnreachableError):
            await take_note(deps, await read_profile(deps.slack, link.slack_user_id, deps.team_id))
        await asyncio.sleep(pace_seconds)


@asynccontextmanager
async def watch(deps: Deps) -> AsyncIterator[None]:
    """While the block lasts, everybody who is linked is asked about once a day."""
    rest = partial(asyncio.sleep, _DAY_SECONDS)
    async with deps.services.beside("departures", partial(check_everybody, deps), rest):
        yield


def _changed(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    user = (body.get("event") or {}).get("user")
    return user if isinstance(user, Mapping) else None


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_change(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        user = _changed(body)
        if user is None:
            return
        await take_note(deps, profile_of(user, deps.team_id))
        now = deps.clock()
        person = person_facts(user, team_id=deps.team_id, seen_at=now)
        try:
            await heed_change(deps, person, happened_at(body["event"], now))
        except UNREACHABLE as error:
            # No channel is trusted until Slack has been asked about it again.
            _log.warning("Slack could not be asked which channels a person reads: %s", type(error).__name__)

    app.event("user_change")(on_change)


FEATURE = Feature(
    events=frozenset({"user_change"}),
    scopes=frozenset({"users:read", "channels:read", "groups:read"}),
    services=(watch,),
    register=_register,
)
