"""The list of subscriptions: those of a channel and one's own, with what can be done about each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement

from bot.views.amounts import Place, day
from bot.views.buttons import confirmation, plain_button
from bot.views.channels import channel_label
from bot.views.names import MAX_NAME
from bot.views.parts import Message, buttons_row, lines, message, paragraph, small_print, words
from bot.views.subscribe import subscription_words
from bot.views.text import literal
from store.subscriptions import ChannelSubscription

EDIT, PAUSE, RESUME, DELETE = (f"subscriptions.{verb}" for verb in ("edit", "pause", "resume", "delete"))
# Two blocks each, and a message has fifty.
MAX_LISTED = 12
_MAX_REASON = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSubscription:
    """A subscription in the list; `channel` and `owner` are names, and `may_change` whether the reader may."""

    subscription: ChannelSubscription
    channel: str = ""
    owner: str = ""
    may_change: bool = False


def subscription_list(listed: Sequence[ListedSubscription], place: Place, *, said: str = "") -> Message:
    """The list; `said` is what was just done, a sentence of our own."""
    if not listed:
        told = f"{said} Nothing is subscribed here. Type /tesorio subscribe to be told what happens.".strip()
        return message(told, [paragraph("subscriptions", told)])
    shown = listed[:MAX_LISTED]
    title = said or f"Subscriptions here and yours: {len(listed)}"
    rows = [block for number, each in enumerate(shown) for block in _row(number, each, place)]
    left_out = len(listed) - len(shown)
    more = [small_print("more", f"+{left_out:,} more; delete some to see them")] if left_out else []
    return message(title, [paragraph("subscriptions", title), *rows, *more])


def _row(number: int, listed: ListedSubscription, place: Place) -> list[Block]:
    subscription = listed.subscription
    spoken = [[words(_where(listed), bold=True), words(f" · {subscription_words(subscription)}")]]
    if subscription.paused_at is not None:
        since = day(subscription.paused_at.astimezone(place.time_zone).date(), place)
        reason = literal(subscription.pause_reason, _MAX_REASON, empty="")
        spoken.append([words(f"⏸ Paused since {since}. {reason}".strip())])
    return [lines(f"subscription.{number}", spoken), *buttons_row(f"acts.{number}", _buttons(listed))]


def _where(listed: ListedSubscription) -> str:
    by = f", by {literal(listed.owner, MAX_NAME)}" if listed.owner else ""
    if listed.subscription.is_direct:
        return "Direct message to you"
    return f"{channel_label(listed.channel) if listed.channel else 'A channel'}{by}"


def _buttons(listed: ListedSubscription) -> list[ButtonElement]:
    if not listed.may_change:
        return []
    value, is_paused = listed.subscription.id, listed.subscription.paused_at is not None
    turn = plain_button("Resume", RESUME, value) if is_paused else plain_button("Pause", PAUSE, value)
    question = confirmation("Delete?", "Nothing will be told here any more.", "Delete", danger=True)
    return [
        plain_button("Edit", EDIT, value),
        turn,
        plain_button("Delete", DELETE, value, confirm=question),
    ]
