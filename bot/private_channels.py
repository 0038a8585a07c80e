"""Private channels: only who is in one may learn of it here, or have something posted there."""

import asyncio
import logging
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.channel_lookup import UNREACHABLE, private_channels_of
from bot.roster import Roster
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
        async with asyncio.timeout(_PATIENCE_SECONDS):
            theirs = await _private_channels(slack, user_id, roster or Roster())
    except UNREACHABLE as error:
        _log.warning("Slack did not say which private channels somebody is in: %s", type(error).__name__)
    return tuple(each for each in channels if not each.facts.is_private or each.facts.id in theirs)


async def is_hidden_from(
    slack: AsyncWebClient, user_id: str, channel: Channel | None, roster: Roster | None = None
) -> bool:
    """Whether this is a private channel that the person is not in, or Slack does not say so."""
    return channel is not None and not await visible_to(slack, user_id, [channel], roster)


async def _private_channels(slack: AsyncWebClient, user_id: str, roster: Roster) -> frozenset[str]:
    known, drops = roster.channels_of(user_id), roster.drops
    if known is not None:
        return known
    found = await private_channels_of(slack, user_id)
    roster.keep(user_id, found, drops=drops)
    return found
