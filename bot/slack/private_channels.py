"""Private channels: only who is in one may learn of it here, or have something posted there."""

import asyncio
import logging
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.channels import UNREACHABLE, private_channels_of
from bot.slack.membership import UnreachableError
from bot.slack.roster import Roster
from store.channels import Channel

# Somebody types, or has pressed a button.
_PATIENCE_SECONDS = 1.5
_log = logging.getLogger(__name__)


async def visible_to(
    slack: AsyncWebClient, user_id: str, channels: Sequence[Channel], roster: Roster | None = None
) -> tuple[Channel, ...]:
    """Those of the channels that this person may know of; private ones are left out while Slack does not say.

    `roster` is what Slack said a moment ago; without one it is asked.
    """
    if not any(channel.facts.is_private for channel in channels):
        return tuple(channels)
    theirs = frozenset[str]()
    try:
        theirs = await _told(slack, user_id, roster)
    except UnreachableError as error:
        _log.warning("Slack did not say which private channels somebody is in: %s", error)
    return tuple(each for each in channels if not each.facts.is_private or each.facts.id in theirs)


async def is_hidden_from(
    slack: AsyncWebClient, user_id: str, channel: Channel | None, roster: Roster | None = None
) -> bool:
    """Whether this is a private channel that the person is not in. Raises UnreachableError while Slack does not say."""
    if channel is None or not channel.facts.is_private:
        return False
    return channel.facts.id not in await _told(slack, user_id, roster)


async def _told(slack: AsyncWebClient, user_id: str, roster: Roster | None) -> frozenset[str]:
    """The private channels that the person is in. Raises UnreachableError."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await _private_channels(slack, user_id, roster or Roster())
    except UNREACHABLE as error:
        raise UnreachableError(type(error).__name__) from None


async def _private_channels(slack: AsyncWebClient, user_id: str, roster: Roster) -> frozenset[str]:
    known, drops = roster.channels_of(user_id), roster.drops
    if known is not None:
        return known
    found = await private_channels_of(slack, user_id)
    roster.keep(user_id, found, drops=drops)
    return found
