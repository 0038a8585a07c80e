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
PREVIOUS, NEXT = "subscriptions.previous", "subscriptions.next"
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


def subscription_list(
    listed: Sequence[ListedSubscription], place: Place, *, said: str = "", around: int = 0
) -> Message:
    """The page of the list that the row of this number is on; `said` is what was just done, a sentence of our own."""
    if not listed:
        nothing = (
            "Nothing is subscribed here, and nothing goes to you. Type /tesorio subscribe to be told what happens."
        )
        told = f"{said} {nothing}".strip()
        return message(told, [paragraph("subscriptions", told)])
    first = max(0, min(around, len(listed) - 1)) // MAX_LISTED * MAX_LISTED
    shown = listed[first : first + MAX_LISTED]
    title = said or f"Subscriptions here and yours: {len(listed)}"
    rows = [block for number, each in enumerate(shown) for block in _row(number, each, place)]
    return message(title, [paragraph("subscriptions", title), *rows, *_pager(first, len(listed))])


def _pager(first: int, total: int) -> list[Block]:
    """Where this page is, and the ways to its neighbours; nothing where all is on one."""
    if total <= MAX_LISTED:
        return []
    last = min(first + MAX_LISTED, total)
    turns = [plain_button("Previous", PREVIOUS, str(first - MAX_LISTED))] if first else []
    turns += [plain_button("Next", NEXT, str(last))] if last < total else []
    return [small_print("page", f"{first + 1}-{last} of {total}"), *buttons_row("turn", turns)]


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
