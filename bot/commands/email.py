"""«E-mail» on a card: words about what is open, seen before they leave, sent by the company's own mail server.

What was sent is recorded with the notes of the record, and in the systems that take messages. Where nobody knows
whether the mail server took it, its writer says so: it is never sent a second time by itself.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson, decide
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.emailing.email_preview import go_back, send, submit
from bot.emailing.email_steps import Wanted, about_of, first_filled, form_view, new_nonce
from bot.emailing.email_work import NOT_SENT, WORK, record_email, ref_of, state_words_of, write_email
from bot.feature import ActionRequest, Feature, action_request
from bot.mail.letter import KIND, MAIL
from bot.mail.settings import not_allowed
from bot.replying.note_pages import states_of
from bot.slack.modals import open_over, update_modal
from bot.slack.view_request import view_request
from bot.views.card_modal import card_modal
from bot.views.email import BACK, OPEN, SEND, SUBMIT, TITLE, body_in, sent_email
from bot.views.misses import outdated_button
from bot.views.outbox import REFUSED_HERE
from bot.views.pick import picked
from store.deliveries import Delivery, DeliveryState, deliveries_of_note, delivery_by_id
from store.errors import StoreError
from store.pushes import MESSAGE
from store.sending import Outcome, Refused
from store.users import User
from store.work import Payload, TryLaterError

_NO_RIGHT = "Your account here does not allow this any more."
_ANEW = "Write it anew from the card."
_ELSEWHERE = f"Since it was written, the settings have come to send mail elsewhere only. {_ANEW}"
_GONE = "Its invoice or customer was removed since it was written."


async def open_form(deps: Deps, request: ActionRequest) -> None:
    """The button on a card: the form, with what can be said of its record."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is None:
        return
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    if not decision.allowed or decision.user is None:
        await update_modal(deps, view_id, card_modal(refusal(decision), TITLE))
        return
    form = await _form(deps, request.value, decision.user)
    await update_modal(deps, view_id, form or card_modal(outdated_button(), TITLE))


async def write(deps: Deps, _work_id: str, payload: Payload) -> None:
    """The durable work: what is to be sent goes into the outbox."""
    try:
        async with deps.store.write() as conn:
            await write_email(conn, payload, at=deps.clock())
    except StoreError as error:
        raise TryLaterError(str(error)) from error
    deps.outbox.ring()


async def check(deps: Deps, delivery: Delivery) -> Outcome | None:
    """Why it may not be sent in this moment; None when it may."""
    async with deps.store.read() as conn:
        person = SlackPerson(team_id=deps.team_id, user_id=delivery.author)
        decision = await decide(conn, person, Capability.ACT)
        about = await about_of(deps, conn, ref_of(delivery))
    if not decision.allowed:
        return Refused(reason=f"{REFUSED_HERE}: {_NO_RIGHT}")
    if about is None:
        return Refused(reason=f"{REFUSED_HERE}: {_GONE}")
    # One that an earlier version wrote does not know what was open.
    if (then := delivery.payload.get("open", about.open_words)) != about.open_words:
        now = f"{then} then, {about.open_words} now"
        return Refused(reason=f"{REFUSED_HERE}: What is open has changed since it was written: {now}. {_ANEW}")
    to = (*delivery.payload["recipients"].split(), *delivery.payload["cc"].split())
    rules = deps.rules.mail
    is_elsewhere = bool(rules.redirect_to) and set(to) != {rules.redirect_to}
    if is_elsewhere or (not rules.redirect_to and not_allowed(rules, to)):
        return Refused(reason=f"{REFUSED_HERE}: {_ELSEWHERE}")
    return None


async def told_of_email(deps: Deps, delivery: Delivery) -> None:
    """It has moved: what was sent is recorded, and the window, if it is still open, says how it stands."""
    if not delivery.payload:
        return
    if delivery.state is DeliveryState.SENT:
        async with deps.store.write() as conn:
            await record_email(conn, delivery, deps.targets_of(MESSAGE), at=deps.clock())
        deps.changed.ring()
        deps.outbox.ring()
    await _show(deps, delivery)


async def told_of_message(deps: Deps, pushed: Delivery) -> None:
    """The record of it has moved on its way to a system."""
    async with deps.store.read() as conn:
        sent = [each for each in await deliveries_of_note(conn, pushed.note_id) if each.target == MAIL]
        delivery = await delivery_by_id(conn, sent[0].id) if sent else None
    if delivery is not None and delivery.payload:
        await _show(deps, delivery)


async def _show(deps: Deps, delivery: Delivery) -> None:
    async with deps.store.read() as conn:
        state = state_words_of(delivery, await states_of(deps, conn, delivery.note_id))
    payload = delivery.payload
    text = payload["text"] if delivery.state in NOT_SENT else ""
    shown = sent_email(state, ", ".join(payload["recipients"].split()), payload["title"], text)
    await update_modal(deps, payload["view_id"], shown)


async def _form(deps: Deps, value: str, user: User) -> dict[str, Any] | None:
    """The form for the record that a button stands for; None when there is none, or no mail server."""
    ref = picked(value)
    if ref is None or deps.mail is None:
        return None
    async with deps.store.read() as conn:
        about = await about_of(deps, conn, ref)
        if about is None:
            return None
        filled = await first_filled(deps, conn, about, user)
    wanted = Wanted(nonce=new_nonce(), ref=ref, open_words=about.open_words, filled=filled)
    return form_view(deps.mail, about, wanted)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_form(deps, action_request(body))

    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await submit(deps, view_request(body)))

    async def on_send(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await send(deps, view_request(body), body_in(body["view"]["blocks"])))

    async def on_back(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await go_back(deps, action_request(body), body_in((body.get("view") or {}).get("blocks") or ()))

    app.action(OPEN)(on_open)
    app.view(SUBMIT)(on_submit)
    app.view(SEND)(on_send)
    app.action(BACK)(on_back)


FEATURE = Feature(
    works={WORK: write},
    delivered={KIND: told_of_email, MESSAGE: told_of_message},
    checks={KIND: check},
    register=_register,
)
