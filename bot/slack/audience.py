"""Who would read what is posted in a channel: asked before data goes anywhere."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.deps import Deps
from bot.slack.answering import ReplyTo
from bot.slack.channels import UNREACHABLE, learn_channel
from store.channels import Channel, ChannelFacts, channel_by_id

# Facts that nobody could renew for so long are no facts; until then they are renewed in the background.
_TRUSTED_FOR = timedelta(hours=24)
# Somebody waits for the answer.
_PATIENCE_SECONDS = 2.0
_UNTOLD = "Slack does not tell Tesorio who else reads this conversation"
_UNREACHED = "Slack could not say just now who reads this channel"
_SHARED = "people of another company read this channel"
_GUESTS = "guests read this channel"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Who reads a channel.

    `is_external` says that somebody from outside the company may: it is shared with another company, has guests, or
    nobody could tell; `reason` then says which, as a clause without a full stop. `is_member` is about the app.
    `is_direct` is the app's own conversation with one person. `is_unreached` says that Slack could not be asked: it may
    tell in a minute.
    """

    channel_id: str
    name: str = ""
    is_external: bool = True
    is_private: bool = True
    is_member: bool = False
    is_archived: bool = False
    is_direct: bool = False
    is_unreached: bool = False
    reason: str = _UNTOLD

    @property
    def is_untold(self) -> bool:
        """Whether Slack tells nothing of this conversation, as of private ones that the app is not in."""
        return self.reason == _UNTOLD


async def audience(deps: Deps, channel_id: str) -> Audience:
    """Who reads this channel: from the store, and from Slack where the store does not know; in doubt, outsiders do.

    Raises StoreError.
    """
    if not channel_id:
        return Audience(channel_id=channel_id)
    async with deps.store.read() as conn:
        known = await channel_by_id(conn, channel_id)
    if known is not None and _is_trusted(deps, known):
        return audience_of(known.facts)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return audience_of(await learn_channel(deps, channel_id))
    except UNREACHABLE as error:
        _log.warning("a channel could not be looked up: %s", type(error).__name__)
        return Audience(channel_id=channel_id, is_unreached=True, reason=_UNREACHED)


async def reads_alone(deps: Deps, reply: ReplyTo) -> bool:
    """Whether nobody but the person reads what is answered there: it is their own conversation with the app."""
    return reply.is_direct and (await audience(deps, reply.channel_id)).is_direct


def audience_of(facts: ChannelFacts) -> Audience:
    """Who reads a channel of which these are the facts."""
    reasons = ((not facts.is_known, _UNTOLD), (facts.is_external, _SHARED), (facts.has_guests, _GUESTS))
    reason = next((words for is_so, words in reasons if is_so), "")
    return Audience(
        channel_id=facts.id,
        name=facts.name,
        is_external=bool(reason),
        is_private=facts.is_private,
        is_member=facts.is_member,
        is_archived=facts.is_archived,
        is_direct=facts.is_direct,
        reason=reason,
    )


def _is_trusted(deps: Deps, known: Channel) -> bool:
    return deps.clock() - known.checked_at < _TRUSTED_FOR
