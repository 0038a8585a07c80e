"""What somebody did by hand to updates that are not theirs alone is told to whom it concerns."""

from bot.access import Decision
from bot.deliver import slack_post
from bot.deps import Deps
from bot.notify.pausing import KIND
from bot.views.pauses import changed_by, ended_by
from store.db import WriteConnection
from store.deliveries import add_deliveries
from store.subscriptions import ChannelSubscription


async def tell_owner(
    deps: Deps, conn: WriteConnection, decision: Decision, subscription: ChannelSubscription, verb: str
) -> None:
    """Tell the owner of updates what another person did to them; `verb` says it: «paused»."""
    if decision.user is None or decision.user.id == subscription.owner_id:
        return
    told = changed_by(subscription, decision.user.name, verb)
    id_ = f"{KIND}/{subscription.id}/{verb}/{deps.clock().timestamp():.6f}"
    post = slack_post(told, id=id_, kind=KIND, channel=subscription.owner_slack, at=deps.clock())
    await add_deliveries(conn, [post])


async def tell_end(deps: Deps, conn: WriteConnection, decision: Decision, subscription: ChannelSubscription) -> None:
    """Tell a channel that it gets these updates no more, unless it got none of late anyway."""
    if decision.user is None or subscription.is_direct or subscription.paused_at is not None:
        return
    told = ended_by(decision.user.name)
    id_ = f"{KIND}/{subscription.id}/ended"
    await add_deliveries(conn, [slack_post(told, id=id_, kind=KIND, channel=subscription.channel_id, at=deps.clock())])
