"""The two steps of an e-mail when they are submitted: what is wrong, what exactly will be sent, and that it is sent."""

from collections.abc import Mapping
from typing import Any

from bot.access import Capability, Decision
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.emailing.email_drafts import keep, kept, recalled
from bot.emailing.email_form import addressed, filled_in
from bot.emailing.email_steps import Wanted, about_of, chosen_files, fingerprint, form_view, preview_view
from bot.emailing.email_work import (
    ON_ITS_WAY,
    WORK,
    Outgoing,
    delivery_id_of,
    is_of,
    payload_of,
    state_words_of,
    work_id_of,
)
from bot.feature import ActionRequest
from bot.mail.settings import MailSettings
from bot.replying.note_pages import states_of
from bot.replying.reply_form import FormError
from bot.slack.modals import update_modal
from bot.slack.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.email import BACK, SEND, SUBMIT, TITLE, outdated_email, sent_email
from bot.views.metadata import OutdatedViewError
from bot.views.misses import outdated_button
from bot.views.modal import block_id_of
from store.audit import AuditEvent
from store.deliveries import delivery_by_id
from store.users import User
from store.work import Payload

Answer = dict[str, Any]
_CHANGED = "Nothing was sent. This has changed since you looked at it: please look again."
_EARLIER = "This is what you sent before. Your changes since were not sent: write them anew from the card."
_NOT_SET = "No mail server is set any more, so nothing was sent."


async def submit(deps: Deps, request: ViewRequest) -> Answer:
    """«Preview»: what is wrong with the form, or what will be sent. Raises OutdatedViewError."""
    decision = await judged(deps, request.person, Capability.ACT, action=SUBMIT, subject=request.view_id)
    if not decision.allowed or decision.user is None:
        return _instead(card_modal(refusal(decision), TITLE))
    wanted = recalled(request.metadata, filled_in(request))
    async with deps.store.read() as conn:
        about = await about_of(deps, conn, wanted.ref)
    if about is None or deps.mail is None:
        raise OutdatedViewError("about nothing that we know")
    try:
        found = addressed(wanted.filled, about.known, deps.mail.rules, chosen_files(about, wanted.filled))
    except FormError as error:
        return _errors(error.errors, request)
    if not await keep(deps, request.person, wanted):
        raise OutdatedViewError("under somebody else's name")
    return _instead(preview_view(deps.mail, about, wanted, found, decision.user))


async def send(deps: Deps, request: ViewRequest, text: str) -> Answer:
    """«Send»: have sent what was previewed, if it is still that; `text` is the one that the preview shows."""
    decision = await judged(deps, request.person, Capability.ACT, action=SEND, subject=request.view_id)
    if not decision.allowed or decision.user is None:
        return _instead(card_modal(refusal(decision), TITLE))
    try:
        wanted, shown = await kept(deps, request.person, request.metadata)
    except OutdatedViewError:
        _note_outdated(deps, decision, SEND)
        return _instead(outdated_email(text))
    if deps.mail is None:
        return _instead(sent_email(_NOT_SET, "-", wanted.filled.subject, text))
    return await _sent_off(deps, deps.mail, request, wanted, decision.user, shown=shown)


async def go_back(deps: Deps, request: ActionRequest, text: str) -> None:
    """«Back»: the form as it was filled in."""
    decision = await judged(deps, request.person, Capability.ACT, action=BACK, subject=request.view_id)
    await update_modal(deps, request.view_id, await _form_again(deps, decision, request, text))


async def _form_again(deps: Deps, decision: Decision, request: ActionRequest, text: str) -> dict[str, Any]:
    if not decision.allowed:
        return card_modal(refusal(decision), TITLE)
    try:
        wanted, _ = await kept(deps, request.person, request.metadata)
    except OutdatedViewError:
        _note_outdated(deps, decision, BACK)
        return outdated_email(text)
    async with deps.store.read() as conn:
        about = await about_of(deps, conn, wanted.ref)
    if about is None or deps.mail is None:
        return card_modal(outdated_button(), TITLE)
    return form_view(deps.mail, about, wanted)


async def _sent_off(
    deps: Deps, mail: MailSettings, request: ViewRequest, wanted: Wanted, user: User, *, shown: str
) -> Answer:
    async with deps.store.read() as conn:
        about = await about_of(deps, conn, wanted.ref)
    if about is None:
        return _instead(outdated_email(wanted.filled.text))
    files = chosen_files(about, wanted.filled)
    try:
        found = addressed(wanted.filled, about.known, mail.rules, files)
    except FormError:
        return _instead(form_view(mail, about, wanted))
    outgoing = Outgoing(
        about=about,
        found=found,
        files=files,
        author=user,
        slack_user=request.person.user_id,
        nonce=wanted.nonce,
        view_id=request.view_id,
    )
    payload = payload_of(outgoing, deps.clock())
    if before := await _sent_before(deps, outgoing, payload):
        return _instead(before)
    if fingerprint(about, found, files) != shown:
        return _instead(preview_view(mail, about, wanted, found, user, warning=_CHANGED))
    await deps.work.start(WORK, work_id_of(outgoing), payload)
    return _instead(sent_email(ON_ITS_WAY, ", ".join(found.to), found.subject))


async def _sent_before(deps: Deps, outgoing: Outgoing, payload: Payload) -> dict[str, Any] | None:
    """What was sent from this window already, where the first answer got lost; None when nothing was.

    It leaves once: what was changed since is shown, to be copied.
    """
    async with deps.store.read() as conn:
        delivery = await delivery_by_id(conn, delivery_id_of(outgoing))
        if delivery is None or not delivery.payload:
            return None
        state = state_words_of(delivery, await states_of(deps, conn, delivery.note_id))
    to, subject = ", ".join(delivery.payload["recipients"].split()), delivery.payload["title"]
    if is_of(delivery, payload):
        return sent_email(state, to, subject)
    return sent_email(f"{state} · {_EARLIER}", to, subject, payload["text"])


def _note_outdated(deps: Deps, decision: Decision, action: str) -> None:
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action=f"{action}.outdated"))


def _errors(told: Mapping[str, str], request: ViewRequest) -> Answer:
    at = {action_id: request.blocks.get(action_id, block_id_of(action_id)) for action_id in told}
    return {"response_action": "errors", "errors": {at[action_id]: text for action_id, text in told.items()}}


def _instead(view: Mapping[str, Any]) -> Answer:
    return {"response_action": "update", "view": view}
