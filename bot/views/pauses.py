"""What is said when a subscription stops by itself, and the way to set it going again. Without any data of records."""

from slack_sdk.models.blocks import Block

from bot.views.buttons import plain_button
from bot.views.names import MAX_NAME
from bot.views.notices import CHANGE_IT
from bot.views.parts import Message, buttons_row, message, paragraph, small_print
from bot.views.text import esc, literal
from store.subscriptions import ChannelSubscription

_MAX_REASON = 300
_MAX_CHANNEL = 40


def paused_for_channel(subscription: ChannelSubscription, reason: str) -> Message:
    """Slack takes no message there; `reason` is a sentence with the way out."""
    told = f"Your updates are paused: Slack took no message for them. {literal(reason, _MAX_REASON)}"
    return message(told, [paragraph("paused", told), _place(subscription), *_resume(subscription)])


def paused_for_outsiders(subscription: ChannelSubscription) -> Message:
    """Somebody from outside the company reads the channel now."""
    told = (
        "Your updates are paused: people from outside the company read the channel now. "
        "Choose another channel with /tesorio subscribe."
    )
    return message(told, [paragraph("paused", told), _place(subscription)])


def paused_by_owner() -> Message:
    """For the channel: whoever set the updates up has lost the right to."""
    told = (
        "Updates for this channel are paused: the account of whoever set them up was closed or changed. "
        "Anybody who may act here can set up new ones with /tesorio subscribe."
    )
    return message(told, [paragraph("paused", told)])


def changed_by(subscription: ChannelSubscription, by: str, verb: str) -> Message:
    """For whoever set updates up: another person has «paused», «resumed», «changed» or «deleted» them."""
    told = f"{literal(by, MAX_NAME)} {verb} your updates."
    return message(told, [paragraph("changed", told), _place(subscription)])


def ended_by(by: str) -> Message:
    """For a channel: somebody has deleted updates of it. It says not which: who reads it may have changed."""
    told = f"{literal(by, MAX_NAME)} deleted updates for this channel."
    return message(told, [paragraph("ended", told), small_print("ways", CHANGE_IT)])


def offered(subscription: ChannelSubscription) -> Message:
    """The app is in the channel, or in it again."""
    told = "Slack says that Tesorio is in the channel. Shall your updates go on? What happened meanwhile is not told."
    return message(told, [paragraph("offered", told), _place(subscription), *_resume(subscription)])


def _place(subscription: ChannelSubscription) -> Block:
    where = (
        "This conversation" if subscription.is_direct else f"Channel: <#{esc(subscription.channel_id, _MAX_CHANNEL)}>"
    )
    return small_print("place", f"{where} · {CHANGE_IT}")


def _resume(subscription: ChannelSubscription) -> list[Block]:
    return buttons_row("acts", [plain_button("Resume", "subscriptions.resume", subscription.id, style="primary")])
