"""What Slack says of a channel and of its members, asked and kept: who else would read an answer there."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.deps import Deps
from bot.slack.client import retry_after, slack_reason
from bot.slack.membership import standing_of
from store.channels import (
    ChannelFacts,
    change_channel,
    channels_checked_before,
    doubt_channels,
    member_channel_ids,
    put_channel,
)
from store.slack_people import SlackPersonFacts, Standing, put_people, standings

# Older facts are asked for again in the background.
RECHECK_AFTER = timedelta(hours=6)
# Everybody is learned anew once a day; whom that has missed is asked for again.
_PEOPLE_TRUSTED_FOR = timedelta(hours=30)
_KINDS = "public_channel,private_channel"
_PAGE = 200
_MEMBERS_PAGE = 999
# More unknown members than this are found sooner in the list of all people.
_ASKED_ONE_BY_ONE = 20
_TRIES = 5
_LONGEST_PAUSE_SECONDS = 60
# Slack allows some fifty questions about channels a minute; people who wait for an answer come first.
_BURST, _PACE_SECONDS = 20, 1.5
_RECHECKED_AT_A_TIME = 50
# Slack's words for a conversation that it tells us nothing about.
_SAYS_NOTHING = frozenset(
    "channel_not_found missing_scope not_in_channel method_not_supported_for_channel_type no_permission "
    "access_denied team_access_not_granted".split()
)
_OUTSIDE = frozenset({Standing.GUEST, Standing.STRANGER})
_log = logging.getLogger(__name__)


async def learn_channel(deps: Deps, channel_id: str) -> ChannelFacts:
    """Ask Slack about a channel and keep what it says.

    Raises SlackApiError or a network error when Slack gave no answer; nothing is kept then.
    """
    asked_at = deps.clock()
    facts = await _facts(deps, channel_id)
    async with deps.store.write() as conn:
        await put_channel(conn, facts, asked_at=asked_at)
    return facts


async def learn_person(deps: Deps, user_id: str) -> SlackPersonFacts:
    """Ask Slack who this is, and keep it. Raises as `learn_channel` does, also when Slack knows no such person."""
    found = await deps.slack.users_info(user=user_id)
    person = person_facts(found.get("user") or {}, team_id=deps.team_id, seen_at=deps.clock())
    await _keep(deps, [person])
    return person


async def heed_change(deps: Deps, person: SlackPersonFacts, at: datetime) -> None:
    """Keep what an event of that instant said of somebody; a new guest's channels have guests from this moment on.

    Raises as `learn_channel` does; the channels are asked about again then before anything goes there.
    """
    has_moved = await _keep(deps, [person])
    if not has_moved or person.standing not in _OUTSIDE:
        return
    async for page in _pages(
        deps.slack, "users.conversations", "channels", user=person.user_id, types=_KINDS, limit=_PAGE
    ):
        async with deps.store.write() as conn:
            for channel in page:
                await change_channel(conn, str(channel.get("id")), at, has_guests=True)


async def private_channels_of(slack: AsyncWebClient, user_id: str) -> frozenset[str]:
    """The private channels that both this person and the app are in. Raises as `learn_channel` does."""
    pages = _pages(slack, "users.conversations", "channels", user=user_id, types="private_channel", limit=_PAGE)
    return frozenset([str(channel.get("id")) async for page in pages for channel in page])


async def reconcile(deps: Deps) -> None:
    """Learn everybody and the channels that we are in: what was said of them while nobody listened is made good.

    Raises as `learn_channel` does, but for a single channel that Slack gives no answer about: it stays as it was.
    """
    await _learn_everybody(deps)
    listed = _pages(deps.slack, "users.conversations", "channels", types=_KINDS, limit=_PAGE)
    ids = {str(channel.get("id")) async for page in listed for channel in page}
    async with deps.store.read() as conn:
        ids |= await member_channel_ids(conn)
    await _learn_channels(deps, sorted(ids))


async def recheck(deps: Deps) -> None:
    """Ask again about channels whose facts are old. Raises as `learn_channel` does."""
    async with deps.store.read() as conn:
        old = await channels_checked_before(conn, deps.clock() - RECHECK_AFTER, limit=_RECHECKED_AT_A_TIME)
    await _learn_channels(deps, old)


def channel_facts(told: Mapping[str, Any], *, has_guests: bool) -> ChannelFacts:
    """Our words for Slack's conversation object."""
    is_direct = bool(told.get("is_im"))
    return ChannelFacts(
        id=str(told.get("id") or ""),
        name=str(told.get("name") or ""),
        is_direct=is_direct,
        is_private=bool(told.get("is_private") or is_direct or told.get("is_mpim")),
        is_archived=bool(told.get("is_archived")),
        is_member=bool(told.get("is_member") or is_direct),
        # Shared within an enterprise is not outside the company: is_org_shared does not count.
        is_external=bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared")),
        has_guests=has_guests,
    )


def person_facts(told: Mapping[str, Any], *, team_id: str, seen_at: datetime) -> SlackPersonFacts:
    """Our words for Slack's user object."""
    return SlackPersonFacts(user_id=str(told.get("id") or ""), standing=standing_of(told, team_id), seen_at=seen_at)


async def _facts(deps: Deps, channel_id: str) -> ChannelFacts:
    try:
        told = (await _asked(deps.slack, "conversations.info", channel=channel_id)).get("channel") or {}
        facts = channel_facts(told, has_guests=False)
        if facts.is_direct or facts.is_external:
            return facts
        return channel_facts(told, has_guests=await _has_guests(deps, channel_id))
    except SlackApiError as error:
        if slack_reason(error) not in _SAYS_NOTHING:
            raise
        return ChannelFacts(id=channel_id, is_known=False, is_private=True, is_external=True)


async def _has_guests(deps: Deps, channel_id: str) -> bool:
    pages = _pages(deps.slack, "conversations.members", "members", channel=channel_id, limit=_MEMBERS_PAGE)
    async for members in pages:
        if not _OUTSIDE.isdisjoint((await _standings(deps, members)).values()):
            return True
    return False


async def _standings(deps: Deps, user_ids: Iterable[str]) -> Mapping[str, Standing]:
    """What these people are; whom we do not know is asked for."""
    wanted = frozenset(user_ids)
    async with deps.store.read() as conn:
        known = dict(await standings(conn, wanted, since=deps.clock() - _PEOPLE_TRUSTED_FOR))
    unknown = sorted(wanted - known.keys())
    if len(unknown) > _ASKED_ONE_BY_ONE:
        known |= await _learn_everybody(deps)
        unknown = sorted(wanted - known.keys())
    for user_id in unknown:
        known[user_id] = (await learn_person(deps, user_id)).standing
    return {user_id: known[user_id] for user_id in wanted}


async def _keep(deps: Deps, people: Sequence[SlackPersonFacts]) -> bool:
    """Whether one of them came to be an outsider, or is none any more: then no channel is as we know it."""
    async with deps.store.write() as conn:
        before = await standings(conn, [person.user_id for person in people])
        await put_people(conn, people)
        # Nobody new is in a channel that we know: we know all who are in it.
        known = (person for person in people if person.user_id in before)
        has_moved = any((before[each.user_id] in _OUTSIDE) != (each.standing in _OUTSIDE) for each in known)
        if has_moved:
            await doubt_channels(conn)
    return has_moved


async def _learn_everybody(deps: Deps) -> Mapping[str, Standing]:
    found: dict[str, Standing] = {}
    async for page in _pages(deps.slack, "users.list", "members", limit=_PAGE):
        people = [person_facts(told, team_id=deps.team_id, seen_at=deps.clock()) for told in page]
        await _keep(deps, people)
        found |= {person.user_id: person.standing for person in people}
    return found


async def _learn_channels(deps: Deps, channel_ids: Iterable[str]) -> None:
    for position, channel_id in enumerate(channel_ids):
        if position >= _BURST:
            await asyncio.sleep(_PACE_SECONDS)
        try:
            await learn_channel(deps, channel_id)
        except SlackApiError as error:
            _log.warning("Slack did not tell of channel %s: %s", channel_id, slack_reason(error))


async def _pages(slack: AsyncWebClient, method: str, member: str, **arguments: object) -> AsyncIterator[list[Any]]:
    cursor = ""
    while True:
        answer = await _asked(slack, method, **arguments, **({"cursor": cursor} if cursor else {}))
        yield list(answer.get(member) or ())
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return


async def _asked(slack: AsyncWebClient, method: str, **arguments: object) -> Mapping[str, Any]:
    """Slack's answer, waited for as long as Slack asks for where too much was asked."""
    for attempt in range(1, _TRIES + 1):
        try:
            answer = await slack.api_call(method, http_verb="GET", params=arguments)
        except SlackApiError as error:
            if slack_reason(error) != "ratelimited" or attempt == _TRIES:
                raise
            await asyncio.sleep(_pause_seconds(error))
        else:
            return answer.data if isinstance(answer.data, dict) else {}
    raise AssertionError("the last try returns or raises")


def _pause_seconds(error: SlackApiError) -> float:
    return min(retry_after(error) or 1.0, _LONGEST_PAUSE_SECONDS)


UNREACHABLE = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError)
