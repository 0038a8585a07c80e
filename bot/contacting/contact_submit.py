"""Submitting the form of a contact: what is wrong with it, what has changed meanwhile, or that it is saved."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.access import Capability
from bot.commands.guard import judged, refusal
from bot.contacting.contact_form import (
    changed_since,
    changes_between,
    checked,
    fields_of,
    full_name,
    marks_of,
    reconciled,
    typed_in,
)
from bot.contacting.contact_refusal import refused_edit
from bot.contacting.contact_saving import WORK, SavedForm, id_of_new, known_by, payload_of, work_id_of
from bot.contacting.contact_steps import Known, Memory, drawn_anew, form_view, known_to, new_memory, recalled
from bot.deps import Deps
from bot.replying.replies import queued
from bot.replying.reply_form import FormError
from bot.replying.typed_before import typed_before
from bot.slack.view_request import ViewRequest
from bot.views.card_modal import card_modal
from bot.views.contact_form import ADD_TITLE, EDIT_TITLE, LAST, SUBMIT, ContactFields, saved_contact_modal
from bot.views.modal import block_id_of, notice_modal
from bot.views.reply import state_words
from store.contacts import Contact, contact_by_id, contacts_of
from store.db import ReadConnection
from store.pushes import CONTACT
from store.records import RecordId
from store.work import WorkState

Answer = dict[str, Any]
_MOST = 1000
_GONE = "This contact was removed meanwhile. What you entered is kept: press Save to add it as a new contact."
_EARLIER = "This was saved before as you had it then. What you changed since is kept: press Save again to save it, too."
_NOTHING = "Nothing was changed, so nothing was sent."


async def submit(deps: Deps, request: ViewRequest) -> Answer:
    """The answer to «Save». Raises OutdatedViewError for a form that is not ours, or about nobody."""
    decision = await judged(deps, request.person, Capability.ACT, action=SUBMIT, subject=request.view_id)
    if not decision.allowed or decision.user is None:
        return _instead(card_modal(refusal(decision), ADD_TITLE))
    memory, typed = recalled(request.metadata), typed_in(request)
    async with deps.store.read() as conn:
        known = await known_to(deps, conn, memory)
        others = await _others(conn, memory)
        targets = await known_by(conn, deps.targets_of(CONTACT), memory.customer_id)
    work_id = work_id_of(request.person.user_id, memory.nonce)
    if (work := await deps.work.status(work_id)) is not None:
        # Slack sent it twice, or its first answer got lost.
        changed = await _once_more(deps, request, memory, typed, work_id) if work is WorkState.DONE else None
        return changed or _told(deps, _form(request, memory, typed, {}), targets)
    again = (
        refused_edit(deps, decision, memory.contact_id, known.only_in, action=SUBMIT)
        if known.only_in
        else _drawn_again(deps, known, memory, typed)
    )
    if again is not None:
        return _instead(again)
    before = fields_of(known.contact) if known.contact else None
    try:
        wanted = checked(typed, before, known.country)
        if before is None or full_name(before) != full_name(wanted):
            _refuse_namesake(wanted, others)
    except FormError as error:
        return _errors(error.errors, request)
    changes = changes_between(before or ContactFields(), wanted)
    if not changes:
        return _instead(notice_modal(EDIT_TITLE, _NOTHING))
    form = _form(request, memory, wanted, changes)
    payload = payload_of(form, decision.user, request.person.user_id, deps.clock())
    await deps.work.start(WORK, work_id, payload | {"typed": marks_of(typed)})
    return _told(deps, form, targets)


async def _once_more(
    deps: Deps, request: ViewRequest, memory: Memory, typed: ContactFields, work_id: str
) -> Answer | None:
    """The form about what was saved from it before, where something else was typed since; None where it was not."""
    saved_id = RecordId(memory.contact_id) or id_of_new(request.person.user_id, memory.nonce)
    async with deps.store.read() as conn:
        marks = await typed_before(conn, deps, work_id, request.person.user_id)
        contact = await contact_by_id(conn, saved_id)
        if marks is None or contact is None or contact.customer_id != memory.customer_id:
            return None
        known = await known_to(deps, conn, replace(memory, contact_id=saved_id))
    found = changed_since(typed, marks, fields_of(contact), _source(deps, contact))
    if found is None or known.contact is None:
        return None
    again = replace(new_memory(memory.customer_id, known.contact), turn=memory.turn + 1)
    return _instead(form_view(deps, known, again, found.typed, " ".join((_EARLIER, *found.news))))


def _told(deps: Deps, form: SavedForm, targets: tuple[str, ...]) -> Answer:
    state = state_words(queued(targets, deps.target_titles))
    return _instead(saved_contact_modal(form.title, form.name, form.ways, state))


def _form(request: ViewRequest, memory: Memory, wanted: ContactFields, changes: Mapping[str, str]) -> SavedForm:
    return SavedForm(
        nonce=memory.nonce,
        customer_id=memory.customer_id,
        contact_id=memory.contact_id,
        changes=changes,
        title=EDIT_TITLE if memory.contact_id else ADD_TITLE,
        name=full_name(wanted),
        ways=" · ".join(filter(None, (wanted.title, wanted.email, wanted.phone))),
        view_id=request.view_id,
        below=request.below,
    )


def _drawn_again(deps: Deps, known: Known, memory: Memory, typed: ContactFields) -> dict[str, Any] | None:
    """The form once more, when the contact is another than it was drawn for; None when it is the same."""
    if not memory.contact_id:
        return None
    contact = known.contact
    if contact is None:
        return form_view(deps, known, drawn_anew(memory, None), typed, _GONE)
    found = reconciled(typed, memory.marks, fields_of(contact), _source(deps, contact))
    if not found.news and found.typed == typed:
        return None
    news = " ".join(found.news)
    notice = f"This contact was changed while the form was open. {news} Have a look, then press Save again.".strip()
    return form_view(deps, known, drawn_anew(memory, contact), found.typed, notice)


def _source(deps: Deps, contact: Contact) -> str:
    return deps.source_titles.get(contact.origin, "this list")


async def _others(conn: ReadConnection, memory: Memory) -> tuple[Contact, ...]:
    """The customer's other contacts, but for those of a CRM: they are no records of where this one is sent."""
    found = await contacts_of(conn, memory.customer_id, limit=_MOST)
    mine = (each for each in found if each.account_id is None and each.source_field is None)
    return tuple(each for each in mine if each.id != memory.contact_id)


def _refuse_namesake(wanted: ContactFields, others: tuple[Contact, ...]) -> None:
    """Systems of record tell the contacts of a customer by their names. Raises FormError."""
    name = full_name(wanted).casefold()
    if any(each.name.casefold() == name for each in others):
        raise FormError({LAST: "This customer has a contact of this name already: edit that one."})


def _errors(told: Mapping[str, str], request: ViewRequest) -> Answer:
    at = {action_id: request.blocks.get(action_id, block_id_of(action_id)) for action_id in told}
    return {"response_action": "errors", "errors": {at[action_id]: text for action_id, text in told.items()}}


def _instead(view: Mapping[str, Any]) -> Answer:
    return {"response_action": "update", "view": view}
