"""What is said of channels: whether cards can be shared there."""

from bot.views.parts import Message, message, paragraph
from bot.views.text import literal

_MAX_NAME = 80


def channel_label(name: str) -> str:
    """«#sales», for places where Slack parses nothing."""
    return f"#{literal(name, _MAX_NAME, empty='(no name)')}"


def added(name: str) -> Message:
    """Cards can be shared to this channel now."""
    return _said(f"Cards can now be shared to {channel_label(name)}.")


def not_added(reason: str) -> Message:
    """The app is in the channel, but outsiders may read it; `reason` is a clause of our own."""
    return _said(f"Noted. Cards are still not shared to this channel, because {reason}.")


def not_here() -> Message:
    """The app is not in this channel."""
    return _said("Tesorio is not in this channel. Type /invite @tesorio here, and cards can be shared to it.")


def not_told() -> Message:
    """Slack could not be asked what this channel is."""
    return _said("Slack did not say just now who reads this channel. Type /tesorio add again in a moment.")


def _said(text: str) -> Message:
    return message(text, [paragraph("channels", text)])
