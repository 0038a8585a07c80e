"""A subscription that cannot be told is paused and somebody is told so, once; it is never ended without a person."""

from bot.deliver import slack_post
from bot.deps import Deps
from bot.views.outbox import way_out
from bot.views.pauses import offered, paused_by_owner, paused_for_channel, paused_for_outsiders
from store.channels import channel_by_id
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.notices import drop_waiting
from store.subscriptions import (
    ChannelSubscription,
    PauseCause,
    note_offer,
    pause_subscription,
    subscription_by_id,
    unoffered_subscriptions,
)

KIND = "subscription"


async def pause(
    deps: Deps, conn: WriteConnection, subscription: ChannelSubscription, cause: PauseCause, reason: str = ""
) -> bool:
    """Pause it for this cause and tell its owner, or, where the owner may see nothing any more, the channel.

    `reason` is a sentence for people. False when it was paused before.
    """
    now = deps.clock()
    words = reason or _REASONS.get(cause, "")
    if not await pause_subscription(conn, subscription.id, cause, words, at=now):
        return False
    await drop_waiting(conn, subscription.id)
    channel = subscription.owner_slack
    if cause is PauseCause.OWNER:
        channel, drawn = subscription.channel_id, paused_by_owner()
    elif cause is PauseCause.OUTSIDERS:
        drawn = paused_for_outsiders(subscription)
    else:
        drawn = paused_for_channel(subscription, words)
    if cause is PauseCause.OWNER and subscription.is_direct:
        return True
    told = f"{KIND}/{subscription.id}/paused/{now.timestamp():.0f}"
    await add_deliveries(conn, [slack_post(drawn, id=told, kind=KIND, channel=channel, at=now)])
    return True


async def heed_delivery(deps: Deps, delivery: Delivery) -> None:
    """Pause the subscription whose message Slack refused for good; what only takes long is for the outbox to tell."""
    if delivery.state is not DeliveryState.REJECTED:
        return
    async with deps.store.write() as conn:
        subscription = await subscription_by_id(conn, delivery.id.split("/")[1])
        # What was written for the place where it was told before says nothing of the one where it is told now.
        if subscription is not None and subscription.channel_id == delivery.payload["channel"]:
            await pause(deps, conn, subscription, PauseCause.CHANNEL, way_out(delivery))
    deps.outbox.ring()


async def offer_again(deps: Deps) -> None:
    """Ask the owners of subscriptions that Slack took no message for, once it says that the app is in the channel."""
    async with deps.store.read() as conn:
        waiting = await unoffered_subscriptions(conn)
        back = [each for each in waiting if await _is_back(conn, each)]
    for subscription in back:
        now = deps.clock()
        async with deps.store.write() as conn:
            if await note_offer(conn, subscription.id, at=now):
                told = f"{KIND}/{subscription.id}/offered/{now.timestamp():.0f}"
                drawn = offered(subscription)
                post = slack_post(drawn, id=told, kind=KIND, channel=subscription.owner_slack, at=now)
                await add_deliveries(conn, [post])
        deps.outbox.ring()


async def _is_back(conn: ReadConnection, subscription: ChannelSubscription) -> bool:
    """Whether we heard since the pause that the app is there: it was added again, or Slack was asked."""
    channel = await channel_by_id(conn, subscription.channel_id)
    if channel is None or subscription.paused_at is None:
        return False
    heard_at = max(filter(None, (channel.checked_at, channel.added_at)))
    facts = channel.facts
    return facts.is_member and not facts.is_archived and heard_at > subscription.paused_at


_REASONS = {
    PauseCause.OUTSIDERS: "People from outside the company read this channel.",
    PauseCause.OWNER: "Whoever set it up may not do so any more.",
}
