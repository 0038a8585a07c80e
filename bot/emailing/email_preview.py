"""The two steps of an e-mail when they are submitted: what is wrong, what exactly will be sent, and that it is sent."""

from collections.abc import Mapping
from typing import Any

from bot.access import Capability, Decision
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.emailing.email_drafts import keep, kept, recalled
from bot.emailing.email_form import addressed, filled_in
from bot.emailing.email_sent import sent_before, typed_mark
from bot.emailing.email_steps import Wanted, about_of, chosen_files, fingerprint, form_view, preview_view
from bot.emailing.email_work import ON_ITS_WAY, WORK, Outgoing, key_of, payload_of, work_id_of
from bot.feature import ActionRequest
from bot.mail.settings import MailSettings
from bot.replying.reply_form import FormError
from bot.slack.modals import update_modal
from bot.slack.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.email import BACK, SEND, SUBMIT, TITLE, outdated_email, sent_email
from bot.views.metadata import OutdatedViewError
from bot.views.misses import outdated_button
from bot.views.modal import block_id_of
from store.audit import AuditEvent
from store.users import User

Answer = dict[str, Any]
_CHANGED = "Nothing was sent. This has changed since you looked at it: please look again."
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
    if before := await sent_before(deps, request.person.user_id, wanted):
        return _instead(before)
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
        typed=typed_mark(wanted.filled),
    )
    if fingerprint(about, found, files) != shown:
        return _instead(preview_view(mail, about, wanted, found, user, warning=_CHANGED))
    work_id = work_id_of(key_of(outgoing.slack_user, outgoing.nonce))
    await deps.work.start(WORK, work_id, payload_of(outgoing, deps.clock()))
    return _instead(sent_email(ON_ITS_WAY, ", ".join(found.to), found.subject))


def _note_outdated(deps: Deps, decision: Decision, action: str) -> None:
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action=f"{action}.outdated"))


def _errors(told: Mapping[str, str], request: ViewRequest) -> Answer:
    at = {action_id: request.blocks.get(action_id, block_id_of(action_id)) for action_id in told}
    return {"response_action": "errors", "errors": {at[action_id]: text for action_id, text in told.items()}}


def _instead(view: Mapping[str, Any]) -> Answer:
    return {"response_action": "update", "view": view}
