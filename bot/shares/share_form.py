"""Submitting the first step of sharing: what is wrong with the form, or the second step, which shows what is posted."""

import asyncio
from datetime import timedelta

from bot.access import Capability
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.shares.share_steps import (
    PURPOSE,
    Answer,
    Wanted,
    fields_of,
    instead,
    is_nonce,
    note_outdated,
    previewed,
)
from bot.shares.sharing import Destination, NotThereError, find_destination_for
from bot.slack.membership import UnreachableError
from bot.slack.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.misses import outdated_button
from bot.views.modal import block_id_of
from bot.views.pick import PICK_ACTION, picked
from bot.views.share import CHANNEL, PERSON, SUBMIT, TEXT, TITLE, outdated
from bot.views.shared import MAX_MESSAGE
from bot.views.values import RecordRef
from store.drafts import Draft, keep_draft
from store.users import Role

# A window may stay open over a meeting; what was typed into it is not kept for longer than that.
_KEPT = timedelta(hours=12)
# Slack wants the answer to a submission within three seconds.
_PATIENCE_SECONDS = 1.5


class ComplaintError(Exception):
    """Something in the form is not right; it is said beside the input."""

    def __init__(self, action_id: str, text: str) -> None:
        super().__init__(text)
        self.answer: Answer = {"response_action": "errors", "errors": {block_id_of(action_id): text}}


async def submit(deps: Deps, request: ViewRequest) -> Answer:
    """«Preview»: what is wrong with the form, or what will be posted."""
    try:
        nonce, value, query = _remembered(request.metadata)
    except OutdatedViewError:
        note_outdated(deps, request.person, SUBMIT)
        return instead(outdated(request.text(TEXT)))
    decision = await judged(deps, request.person, Capability.ACT, action=SUBMIT, subject=value)
    if not decision.allowed or decision.user is None:
        return instead(card_modal(refusal(decision), TITLE))
    try:
        ref = _record(value, request)
        to = await _destination(deps, request, decision.user.role)
        wanted = Wanted(ref=ref, to=to, text=_text(request), nonce=nonce, query=query, may_pick=not value)
    except ComplaintError as complaint:
        return complaint.answer
    shown = await previewed(deps, wanted, decision.user)
    if shown is None:
        return instead(card_modal(outdated_button(), TITLE))
    if not await _kept(deps, request, wanted):
        note_outdated(deps, request.person, SUBMIT)
        return instead(outdated(wanted.text))
    return instead(shown)


def _remembered(metadata: str) -> tuple[str, str, str]:
    """The name of what will be sent, the record, the doubt about it. Raises OutdatedViewError."""
    memory = unpack(PURPOSE, metadata)
    if not is_nonce(memory["nonce"]):
        raise OutdatedViewError("without its own name")
    return memory["nonce"], memory["value"], memory["query"]


async def _kept(deps: Deps, request: ViewRequest, wanted: Wanted) -> bool:
    """Whether the form is kept for the next step; not under a name that is somebody else's."""
    now = deps.clock()
    draft = Draft(
        id=wanted.nonce,
        team_id=request.person.team_id,
        slack_user_id=request.person.user_id,
        fields=fields_of(wanted),
        expires_at=now + _KEPT,
    )
    async with deps.store.write() as conn:
        return await keep_draft(conn, draft, at=now)


def _record(value: str, request: ViewRequest) -> RecordRef:
    ref = picked(value or request.text(PICK_ACTION))
    if ref is None:
        raise ComplaintError(PICK_ACTION, "Choose what to share.")
    return ref


async def _destination(deps: Deps, request: ViewRequest, role: Role) -> Destination:
    channel, person = request.text(CHANNEL), request.text(PERSON)
    if bool(channel) == bool(person):
        asked = "Choose a channel or a person." if not channel else "Choose a channel or a person, not both."
        raise ComplaintError(CHANNEL, asked)
    field = CHANNEL if channel else PERSON
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await find_destination_for(deps, request.person.user_id, channel or person, role)
    except NotThereError as reason:
        raise ComplaintError(field, str(reason)) from None
    except (UnreachableError, TimeoutError):
        raise ComplaintError(field, "Slack did not answer just now. Please press the button again.") from None


def _text(request: ViewRequest) -> str:
    text = request.text(TEXT)
    if len(text) > MAX_MESSAGE:
        raise ComplaintError(TEXT, f"At most {MAX_MESSAGE:,} characters; these are {len(text):,}.")
    return text
