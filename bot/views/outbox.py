"""What people are told of deliveries that did not arrive, or may have. Pure."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, RichTextBlock, RichTextQuoteElement

from bot.mail.letter import MAIL
from bot.views.parts import Message, message, paragraph, small_print, words
from bot.views.text import literal, plain_text
from store.deliveries import Delivery, DeliveryState

# We ourselves refused to send it; what follows the colon is a sentence that says why, and the way out.
REFUSED_HERE = "refused_here"
# The system knows us, and our role there lacks what the rest names.
NOT_PERMITTED = "not_permitted"
# The mail server's own words stand behind it.
MAIL_REFUSED = "mail_refused"
RESEND, ARRIVED = "outbox.resend", "outbox.arrived"
_MAX_EXCERPT = 300
_MAX_REASON = 200
_MAX_PERMISSION = 400
_MAX_VALUE = 2000
_INVITE = "Invite the app to the channel with /invite, then send it again."
_ADMIN = "Ask your administrator: `tesorio doctor` says what is wrong. Then send it again."
# What a person can do about Slack's and our own codes.
_WAYS_OUT = {
    "not_in_channel": f"The app is not in that channel any more. {_INVITE}",
    "channel_not_found": f"The channel is gone, or the app was never in it. {_INVITE}",
    "is_archived": "The channel is archived. Unarchive it and send again, or choose another channel.",
    "cannot_dm_bot": "This is an app, and apps can't be written to.",
    "user_disabled": "That person's account in Slack is closed.",
    "user_not_found": "That person is not in this workspace any more.",
    "account_inactive": f"The app was removed from the workspace. {_ADMIN}",
    "token_revoked": f"The app's access was withdrawn. {_ADMIN}",
    "invalid_auth": f"Slack does not know the app's token. {_ADMIN}",
    "missing_scope": f"The app lacks a permission. {_ADMIN}",
    "restricted_action": "A setting of your workspace keeps the app from writing there.",
    "not_set_up": f"That system is not connected here. {_ADMIN}",
    "too_old": "It has waited for so long that it may be no news any more. Send it if it still is.",
}


def question(delivery: Delivery) -> Message:
    """Did it arrive? Only a person can see that where the app may not read."""
    asked = _asked(delivery)
    answers = [_button("It arrived", ARRIVED, delivery), _button("Send again", RESEND, delivery)]
    blocks: list[Block] = [paragraph("question", asked), *_excerpt(delivery)]
    return message(asked, [*blocks, *_place(delivery), *_row(answers)])


def _asked(delivery: Delivery) -> str:
    if delivery.target != MAIL:
        return f"Slack did not say whether this message arrived {_where(delivery)}. Please have a look there:"
    known = literal(str(delivery.payload.get("title", "")), _MAX_REASON)
    return (
        f"The connection broke before the mail server said whether it took the e-mail «{known}» {_where(delivery)}. "
        "Ask them, or whoever runs the mail server, before you send it again:"
    )


def trouble(delivery: Delivery, title: str = "") -> Message:
    """It did not arrive and is tried no more; why, and the way out. `title` is what people call the target."""
    told = f"This could not be delivered {_where(delivery, title)}. {way_out(delivery)}"
    row = _row([_button("Send again", RESEND, delivery)])
    return message(told, [paragraph("trouble", told), *_excerpt(delivery), *_place(delivery), *row])


def decided(delivery: Delivery, *, by: str) -> Message:
    """What stands in the place of the question once somebody has answered it; `by` is their Slack id."""
    text = "Noted: it arrived." if delivery.state is DeliveryState.SENT else "It is being sent again."
    if not delivery.payload and delivery.state is not DeliveryState.SENT:
        text = "It is too old to be sent again: what it said is not kept any more."
    return message(text, [paragraph("decided", text), *_excerpt(delivery), small_print("by", f"Decided by <@{by}>")])


def way_out(delivery: Delivery) -> str:
    """What to do about a delivery that is tried no more."""
    code, _, words_ = delivery.reason.partition(":")
    if code == REFUSED_HERE:
        return literal(words_, _MAX_REASON)
    if code == NOT_PERMITTED:
        lacking = literal(words_.strip(), _MAX_PERMISSION)
        return f"Our role there lacks a permission: {lacking} Ask an administrator to give it; then send it again."
    if code == MAIL_REFUSED:
        said = literal(words_.strip(), _MAX_PERMISSION)
        return f"The mail server refused it: {said}. Correct the address or the text, and write it anew from the card."
    if code in _WAYS_OUT:
        return _WAYS_OUT[code]
    if delivery.state is DeliveryState.DEAD:
        return f"It was tried for as long as makes sense; the last answer was: {literal(delivery.reason, _MAX_REASON)}."
    return f"The answer was: {literal(delivery.reason, _MAX_REASON)}."


def _where(delivery: Delivery, title: str = "") -> str:
    if delivery.target == MAIL:
        return f"to {literal(', '.join(str(delivery.payload.get('recipients', '')).split()), _MAX_REASON)}"
    if delivery.target != "slack":
        return f"to {literal(title or delivery.target, _MAX_REASON)}"
    return (
        "as a direct message" if str(delivery.payload.get("channel", ""))[:1] in {"U", "W", "D"} else "in the channel"
    )


def _place(delivery: Delivery) -> list[Block]:
    """The channel as a link, which Slack shows to those who may see it."""
    channel = str(delivery.payload.get("channel", ""))
    return [small_print("place", f"<#{channel}>")] if channel.isalnum() and channel[:1] in {"C", "G"} else []


def _excerpt(delivery: Delivery) -> list[Block]:
    # A message's text was escaped for Slack's parser, which a quotation has not.
    text = str(delivery.payload.get("text", ""))
    if not text:
        return []
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    quote = RichTextQuoteElement(elements=[words(literal(plain, _MAX_EXCERPT))])
    return [RichTextBlock(block_id="excerpt", elements=[quote])]


def _button(text: str, action_id: str, delivery: Delivery) -> ButtonElement:
    return ButtonElement(text=plain_text(text), action_id=action_id, value=delivery.id)


def _row(buttons: list[ButtonElement]) -> list[Block]:
    short = [button for button in buttons if len(str(button.value)) <= _MAX_VALUE]
    return [ActionsBlock(block_id="decide", elements=short)] if short else []
