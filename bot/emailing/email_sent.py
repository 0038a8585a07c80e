"""What was sent from the window of an e-mail already, where the answer to «Send» got lost. It leaves once."""

from dataclasses import asdict
from typing import Any

from bot.deps import Deps
from bot.emailing.email_form import Filled
from bot.emailing.email_steps import Wanted
from bot.emailing.email_work import NOT_SENT, delivery_id_of, key_of, state_words_of, work_id_of
from bot.replying.note_pages import states_of
from bot.replying.typed_before import mark_of
from bot.views.email import sent_email, told_email
from store.deliveries import Delivery, delivery_by_id
from store.work import WorkState

_CHANGED = "This is what you sent before. Your changes since were not sent: write them anew from the card."
_CHANGED_UNSENT = "Your changes since were not sent either: write them anew from the card."
_ONCE = "You sent this off before, as it was then"
_SINCE = "What you have changed since was not sent."
_PENDING = f"{_ONCE}, and it is on its way. {_SINCE} You may close this: you will be told if it cannot be sent."
_FAILED = (
    f"{_ONCE}, and something went wrong here: it has not left yet, and is started again by itself. {_SINCE} "
    "You will be told if that does not help."
)


def typed_mark(filled: Filled) -> str:
    """Differs where what was typed does, and not where an address or a file has changed since."""
    return mark_of(asdict(filled))


async def sent_before(deps: Deps, slack_user: str, wanted: Wanted) -> dict[str, Any] | None:
    """What became of it, in the window's place; None when nothing was sent from it yet."""
    key = key_of(slack_user, wanted.nonce)
    async with deps.store.read() as conn:
        delivery = await delivery_by_id(conn, delivery_id_of(key))
        pushed = await states_of(deps, conn, delivery.note_id) if delivery else {}
    if delivery is not None:
        return _told(delivery, state_words_of(delivery, pushed), wanted.filled)
    work = await deps.work.status(work_id_of(key))
    if work is None:
        return None
    return told_email(_FAILED if work is WorkState.FAILED else _PENDING, wanted.filled.text)


def _told(delivery: Delivery, state: str, filled: Filled) -> dict[str, Any]:
    """How it stands, with what was changed since to be copied; one that an earlier version sent may not know that."""
    payload, now = delivery.payload, typed_mark(filled)
    if not payload:
        return told_email(state, filled.text)
    is_unsent = delivery.state in NOT_SENT
    to, subject = ", ".join(payload["recipients"].split()), payload["title"]
    if payload.get("typed", now) == now:
        return sent_email(state, to, subject, payload["text"] if is_unsent else "")
    return sent_email(f"{state} · {_CHANGED_UNSENT if is_unsent else _CHANGED}", to, subject, filled.text)
