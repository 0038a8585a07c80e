"""Buttons that stand for something else than a record."""

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot.views.text import cut, literal, plain_text

_MAX_BUTTON = 40
_MAX_TITLE = 100
_MAX_QUESTION = 300
_MAX_ANSWER = 30


def plain_button(
    text: str, action_id: str, value: str = "", *, style: str = "", confirm: ConfirmObject | None = None
) -> ButtonElement:
    """A button of ours; `style` is «», «primary» or «danger»."""
    return ButtonElement(
        text=plain_text(literal(text, _MAX_BUTTON)),
        action_id=action_id,
        value=value or None,
        style=style or None,
        confirm=confirm,
    )


def confirmation(title: str, question: str, yes: str, *, no: str = "Cancel", danger: bool = False) -> ConfirmObject:
    """What Slack asks before the button counts; `question` consists of our words and `literal` parts."""
    return ConfirmObject(
        title=plain_text(cut(title, _MAX_TITLE)),
        text=plain_text(cut(question, _MAX_QUESTION)),
        confirm=plain_text(cut(yes, _MAX_ANSWER)),
        deny=plain_text(cut(no, _MAX_ANSWER)),
        style="danger" if danger else None,
    )
