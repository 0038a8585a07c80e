"""Submitting the form that shares a record: what is wrong with it, what it will look like, and sending it off."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access import Capability, SlackPerson
from bot.cards import read_card
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.membership import UnreachableError
from bot.shares.sharing import KIND, Destination, NotThereError, find_destination_for
from bot.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.misses import outdated_button
from bot.views.modal import Choice, block_id_of
from bot.views.pick import PICK_ACTION, picked
from bot.views.share import (
    CHANNEL,
    CONFIRM,
    CONFIRMED,
    PERSON,
    SUBMIT,
    TEXT,
    TITLE,
    Form,
    Preview,
    on_its_way,
    outdated,
    share_modal,
)
from bot.views.shared import MAX_MESSAGE, Sharing, record_name, shared_message
from bot.views.values import RecordRef, encode
from store.audit import AuditEvent
from store.users import Role, User

_PURPOSE = "share"
# Slack wants the answer to a submission within three seconds.
_PATIENCE_SECONDS = 1.5

# What the acknowledgement of a submission says: errors beside the inputs, or another view.
Answer = dict[str, Any]


class ComplaintError(Exception):
    """Something in the form is not right; it is said beside the input."""

    def __init__(self, action_id: str, text: str) -> None:
        super().__init__(text)
        self.answer: Answer = {"response_action": "errors", "errors": {block_id_of(action_id): text}}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """What the form asks for: this, there, in these words. `shown` is what the last preview was of."""

    ref: RecordRef
    to: Destination
    text: str
    nonce: str
    query: str
    shown: str

    @property
    def fingerprint(self) -> str:
        said = json.dumps([self.ref.record_id, self.to.id, self.to.is_outside, self.text])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


async def submit(deps: Deps, request: ViewRequest) -> Answer:
    """Preview, or Send when what was previewed is what the form still says."""
    try:
        memory = unpack(_PURPOSE, request.metadata)
        nonce, value, query, shown = (memory[name] for name in ("nonce", "value", "query", "shown"))
    except (OutdatedViewError, KeyError):
        _note_outdated(deps, request.person)
        return _instead(outdated(request.values))
    decision = await judged(deps, request.person, Capability.ACT, action=SUBMIT, subject=value)
    if not decision.allowed or decision.user is None:
        return _instead(card_modal(refusal(decision), TITLE))
    try:
        ref = _record(value, request)
        to = await _destination(deps, request, decision.user.role)
        wanted = _Wanted(ref=ref, to=to, text=_text(request), nonce=nonce, query=query, shown=shown)
        return await _answer(deps, request, wanted, decision.user)
    except ComplaintError as complaint:
        return complaint.answer


async def _answer(deps: Deps, request: ViewRequest, wanted: _Wanted, user: User) -> Answer:
    sharing = Sharing(ref=wanted.ref, by=user.name, text=wanted.text, is_redacted=wanted.to.is_outside)
    if wanted.shown != wanted.fingerprint:
        return await _previewed(deps, wanted, sharing)
    if wanted.to.is_outside and CONFIRMED not in request.choices(CONFIRM):
        raise ComplaintError(CONFIRM, "Confirm this, or choose somebody else.")
    await deps.work.start(KIND, f"{KIND}-{wanted.nonce}", _payload(request, wanted))
    return _instead(on_its_way(wanted.to.label))


async def _previewed(deps: Deps, wanted: _Wanted, sharing: Sharing) -> Answer:
    async with deps.store.read() as conn:
        card = await read_card(deps, conn, wanted.ref)
    if card is None:
        return _instead(card_modal(outdated_button(), TITLE))
    to = wanted.to
    changed = ("You have changed something: please look again.",) if wanted.shown else ()
    preview = Preview(shared=shared_message(card, sharing), label=to.label, warnings=changed, is_outside=to.is_outside)
    form = Form(
        metadata=packed(wanted.nonce, encode(wanted.ref), wanted.query, wanted.fingerprint),
        record=record_name(card),
        doubt=wanted.query,
        person=to.id if to.is_person else "",
        channel=None if to.is_person else Choice(label=to.label, value=to.id),
        text=wanted.text,
        preview=preview,
    )
    return _instead(share_modal(form))


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


def _payload(request: ViewRequest, wanted: _Wanted) -> dict[str, str]:
    return {
        "value": encode(wanted.ref),
        "to": wanted.to.id,
        "label": wanted.to.label,
        "text": wanted.text,
        "confirmed": CONFIRMED if wanted.to.is_outside else "",
        "view_id": request.view_id,
        "team_id": request.person.team_id,
        "user_id": request.person.user_id,
    }


def packed(nonce: str, value: str, query: str, shown: str = "") -> str:
    """What the modal remembers: the name of what it will send, the record, the doubt about it, what was previewed."""
    return pack(_PURPOSE, {"nonce": nonce, "value": value, "query": query, "shown": shown})


def _instead(view: Mapping[str, Any]) -> Answer:
    return {"response_action": "update", "view": view}


def _note_outdated(deps: Deps, person: SlackPerson) -> None:
    actor = f"slack:{person.team_id}:{person.user_id}"
    deps.audit.note(AuditEvent(at=deps.clock(), actor=actor, action=f"{SUBMIT}.outdated"))
