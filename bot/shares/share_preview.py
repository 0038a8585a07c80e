"""The second step of sharing: Send, or Back to the form with everything that was in it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.access import Capability, Decision, SlackPerson
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest
from bot.reading.cards import read_card
from bot.shares.share_steps import (
    PREVIEW_PURPOSE,
    Answer,
    Wanted,
    instead,
    is_nonce,
    note_outdated,
    packed,
    previewed,
)
from bot.shares.sharing import KIND, Destination, NotThereError, find_destination_for
from bot.slack.membership import UnreachableError
from bot.slack.modals import update_modal
from bot.slack.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.customer_card import CustomerCard
from bot.views.match import Candidate
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.misses import outdated_button
from bot.views.modal import Choice, block_id_of
from bot.views.names import customer_name, invoice_number
from bot.views.pick import picked
from bot.views.share import BACK, CONFIRM, CONFIRMED, SEND, TITLE, Form, on_its_way, outdated, share_modal
from bot.views.shared import AnyCard, record_name
from bot.views.values import RecordRef, encode
from store.drafts import draft_by_id
from store.users import User

# Slack wants the answer to a submission within three seconds.
_PATIENCE_SECONDS = 1.5
_CHANGED = "This has changed since you looked at it: please look again."
_SILENT = "Slack did not answer just now. Please press Send again."
_CONFIRM = "Confirm this, or go back and choose somebody else."


async def send(deps: Deps, request: ViewRequest, words: str) -> Answer:
    """«Send»: send off what was previewed, if it is still that; `words` are those that the preview shows."""
    found = await _recalled(deps, request.person, request.metadata)
    if found is None:
        note_outdated(deps, request.person, SEND)
        return instead(outdated(words))
    wanted, shown = found
    decision = await judged(deps, request.person, Capability.ACT, action=SEND, subject=encode(wanted.ref))
    if not decision.allowed or decision.user is None:
        return instead(card_modal(refusal(decision), TITLE))
    try:
        to = await _destination(deps, request.person, wanted, decision.user)
    except NotThereError as reason:
        return await _again(deps, wanted, decision.user, str(reason))
    return await _sent_off(deps, request, replace(wanted, to=to), decision.user, shown=shown)


async def go_back(deps: Deps, request: ActionRequest, words: str) -> None:
    """«Back»: the form as it was filled in."""
    found = await _recalled(deps, request.person, request.metadata)
    if found is None:
        note_outdated(deps, request.person, BACK)
        await update_modal(deps, request.view_id, outdated(words))
        return
    wanted, _ = found
    decision = await judged(deps, request.person, Capability.ACT, action=BACK, subject=encode(wanted.ref))
    await update_modal(deps, request.view_id, await _form(deps, decision, wanted))


async def _destination(deps: Deps, person: SlackPerson, wanted: Wanted, user: User) -> Destination:
    """Where it goes, as it is now. Raises NotThereError."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await find_destination_for(deps, person.user_id, wanted.to.id, user.role)
    except (UnreachableError, TimeoutError):
        raise NotThereError(_SILENT) from None


async def _sent_off(deps: Deps, request: ViewRequest, wanted: Wanted, user: User, *, shown: str) -> Answer:
    if wanted.fingerprint != shown:
        return await _again(deps, wanted, user, _CHANGED)
    if wanted.to.is_outside and CONFIRMED not in request.choices(CONFIRM):
        return {"response_action": "errors", "errors": {block_id_of(CONFIRM): _CONFIRM}}
    await deps.work.start(KIND, f"{KIND}-{wanted.nonce}", _payload(request, wanted))
    return instead(on_its_way(wanted.to.label))


async def _form(deps: Deps, decision: Decision, wanted: Wanted) -> dict[str, object]:
    if not decision.allowed:
        return card_modal(refusal(decision), TITLE)
    async with deps.store.read() as conn:
        card = await read_card(deps, conn, wanted.ref)
    if card is None:
        return card_modal(outdated_button(), TITLE)
    to, value = wanted.to, "" if wanted.may_pick else encode(wanted.ref)
    form = Form(
        metadata=packed(wanted.nonce, value, wanted.query),
        record=record_name(card) if value else "",
        doubt=wanted.query,
        chosen=_candidate(card, wanted.ref) if wanted.may_pick else None,
        person=to.id if to.is_person else "",
        channel=None if to.is_person else Choice(label=to.label, value=to.id),
        text=wanted.text,
    )
    return share_modal(form)


async def _again(deps: Deps, wanted: Wanted, user: User, warning: str) -> Answer:
    """The preview once more, as it is now, and why it was not sent."""
    view = await previewed(deps, wanted, user, warnings=(f"Nothing was sent. {warning}",))
    return instead(view or card_modal(outdated_button(), TITLE))


async def _recalled(deps: Deps, person: SlackPerson, metadata: str) -> tuple[Wanted, str] | None:
    """What this person's preview is of, and its fingerprint; None when it is not theirs, not ours, or too old."""
    try:
        memory = unpack(PREVIEW_PURPOSE, metadata)
        nonce, shown = memory["nonce"], memory["shown"]
    except OutdatedViewError:
        return None
    if not is_nonce(nonce):
        return None
    async with deps.store.read() as conn:
        draft = await draft_by_id(conn, nonce, team_id=person.team_id, slack_user_id=person.user_id, at=deps.clock())
    wanted = _wanted(nonce, draft.fields) if draft else None
    return (wanted, shown) if wanted else None


def _wanted(nonce: str, fields: Mapping[str, str]) -> Wanted | None:
    ref = picked(fields["value"])
    if ref is None:
        return None
    to = Destination(id=fields["to"], label=fields["label"], is_person=bool(fields["is_person"]))
    return Wanted(
        ref=ref,
        to=to,
        text=fields["text"],
        nonce=nonce,
        query=fields["query"],
        may_pick=bool(fields["may_pick"]),
    )


def _candidate(card: AnyCard, ref: RecordRef) -> Candidate:
    """The record as the first step's select has it chosen."""
    label = customer_name(card.customer) if isinstance(card, CustomerCard) else invoice_number(card.invoice)
    return Candidate(ref=ref, label=label)


def _payload(request: ViewRequest, wanted: Wanted) -> dict[str, str]:
    return {
        "value": encode(wanted.ref),
        "to": wanted.to.id,
        "label": wanted.to.label,
        "text": wanted.text,
        "query": wanted.query,
        "confirmed": CONFIRMED if wanted.to.is_outside else "",
        "view_id": request.view_id,
        "team_id": request.person.team_id,
        "user_id": request.person.user_id,
    }
