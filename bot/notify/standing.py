"""Whether a subscription may be told what it asks for: asked when a message is written, and again when it is sent."""

from bot.access import Capability, SlackPerson, decide
from bot.deps import Deps
from bot.notify.pausing import pause
from bot.slack.audience import audience, audience_of
from bot.views.outbox import REFUSED_HERE
from store.channels import channel_by_id
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery
from store.sending import Later, Outcome, Refused
from store.subscriptions import ChannelSubscription, PauseCause, subscription_by_id

_UNTOLD = "Slack does not tell Tesorio any more who reads that channel. Invite the app to it with /invite."
_OUTSIDERS = "People from outside the company read that channel now."
_STOPPED = "This subscription is paused or gone."


async def still_told(deps: Deps, conn: WriteConnection, subscription_id: str) -> ChannelSubscription | None:
    """The subscription as it is now, unless it is to be told nothing.

    Where its owner may not ask for it any more, or somebody from outside reads along or may do so, it is paused.
    """
    current = await subscription_by_id(conn, subscription_id)
    if current is None or current.paused_at is not None:
        return None
    obstacle = await _obstacle(deps, conn, current)
    if obstacle is None:
        return current
    cause, reason = obstacle
    await pause(deps, conn, current, cause, reason)
    return None


async def check(deps: Deps, delivery: Delivery) -> Outcome | None:
    """Why a notice can't be sent now, though it could when it was written; None when it can. Raises StoreError."""
    channel_id = str(delivery.payload["channel"])
    is_direct = channel_id == delivery.author
    readers = None if is_direct else await audience(deps, channel_id)
    if readers is not None and readers.is_unreached:
        return Later(reason=readers.reason)
    async with deps.store.write() as conn:
        current = await still_told(deps, conn, delivery.id.split("/")[1])
    deps.outbox.ring()
    if current is None:
        return Refused(reason=f"{REFUSED_HERE}: {_STOPPED}")
    # It may have been written for the place where the subscription was told before.
    return Refused(reason=f"{REFUSED_HERE}: {_OUTSIDERS}") if readers is not None and readers.is_external else None


async def _obstacle(
    deps: Deps, conn: ReadConnection, subscription: ChannelSubscription
) -> tuple[PauseCause, str] | None:
    """Why it must not be told; the sentence is empty where the cause says it all."""
    person = SlackPerson(team_id=deps.team_id, user_id=subscription.owner_slack)
    decision = await decide(conn, person, Capability.ACT)
    if not decision.allowed or decision.user is None or decision.user.id != subscription.owner_id:
        return PauseCause.OWNER, ""
    if subscription.is_direct:
        return None
    channel = await channel_by_id(conn, subscription.channel_id)
    if channel is None or not channel.facts.is_known:
        return PauseCause.CHANNEL, _UNTOLD
    return (PauseCause.OUTSIDERS, "") if audience_of(channel.facts).is_external else None
