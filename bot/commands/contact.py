"""«Add contact» and «Edit contact»: the people at a customer, kept here at once and sent to the systems of record.

What a system changed while the form was open is told before anything is overwritten.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import judged, refusal
from bot.contacting.contact_form import fields_of, marks_of
from bot.contacting.contact_pages import changed_only_in, contacts_page, may_be_edited, state_of
from bot.contacting.contact_refusal import refused_edit
from bot.contacting.contact_saving import WORK, write_contact
from bot.contacting.contact_steps import Known, form_view, new_memory
from bot.contacting.contact_submit import submit
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.replying.typed_before import keep_typed
from bot.slack.modals import open_over, update_modal
from bot.slack.view_request import view_request
from bot.views.card_modal import card_modal
from bot.views.contact_form import ADD, ADD_TITLE, EDIT, EDIT_TITLE, SUBMIT, ContactFields, saved_contact_modal
from bot.views.misses import outdated_button
from bot.views.pick import picked
from store.contacts import contact_by_id
from store.customers import customer_by_id
from store.deliveries import Delivery, newest_of_notes
from store.errors import StoreError
from store.pushes import CONTACT
from store.records import RecordId
from store.work import Payload, TryLaterError


async def open_form(deps: Deps, request: ActionRequest) -> None:
    """«Add contact», and «Edit» beside a contact: the form, empty or with what is known."""
    title = ADD_TITLE if request.action_id == ADD else EDIT_TITLE
    view_id = await open_over(deps, request, title)
    if view_id is None:
        return
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    if not decision.allowed:
        await update_modal(deps, view_id, card_modal(refusal(decision), title))
        return
    known = await (_customer_of if request.action_id == ADD else _contact_of)(deps, request.value)
    if known is not None and known.only_in:
        refused = refused_edit(deps, decision, request.value, known.only_in, action=request.action_id)
        await update_modal(deps, view_id, refused)
        return
    if known is None:
        await update_modal(deps, view_id, card_modal(outdated_button(), title))
        return
    filled = fields_of(known.contact) if known.contact else ContactFields()
    memory = new_memory(known.customer.id, known.contact)
    await update_modal(deps, view_id, form_view(deps, known, memory, filled))


async def save(deps: Deps, work_id: str, payload: Payload) -> None:
    """The durable work: write down what was saved, have it delivered, and show it in the list that it began in."""
    try:
        async with deps.store.write() as conn:
            written = await write_contact(conn, payload, deps.targets_of(CONTACT), at=deps.clock())
            if written is not None and "typed" in payload:
                remembered = {"typed": payload["typed"], "saved": marks_of(fields_of(written))}
                await keep_typed(conn, deps, work_id, payload["slack_user"], remembered)
    except StoreError as error:
        raise TryLaterError(str(error)) from error
    deps.changed.ring()
    deps.outbox.ring()
    await _show_list(deps, payload["below"], RecordId(payload["customer_id"]))


async def told_of_contact(deps: Deps, delivery: Delivery) -> None:
    """The contact has moved on its way to a system: the form and the list below it say so, if they are still open."""
    form = delivery.payload.get("form") or {}
    if not form:
        return
    async with deps.store.read() as conn:
        sent = (await newest_of_notes(conn, [delivery.note_id])).get(delivery.note_id, ())
    state = " · ".join(filter(None, ("Saved", state_of(deps, sent))))
    await update_modal(deps, form["view_id"], saved_contact_modal(form["title"], form["name"], form["ways"], state))
    await _show_list(deps, form["below"], RecordId(delivery.about_id))


async def _show_list(deps: Deps, view_id: str, customer_id: RecordId) -> None:
    page = await contacts_page(deps, customer_id) if view_id else None
    if page is not None:
        await update_modal(deps, view_id, page)


async def _customer_of(deps: Deps, value: str) -> Known | None:
    """The customer that a button stands for."""
    ref = picked(value)
    if ref is None or ref.kind != "customer":
        return None
    async with deps.store.read() as conn:
        customer = await customer_by_id(conn, ref.record_id)
    return Known(customer=customer) if customer and customer.deleted_at is None else None


async def _contact_of(deps: Deps, value: str) -> Known | None:
    """The contact that a button stands for, with its customer; None when it cannot be edited."""
    async with deps.store.read() as conn:
        contact = await contact_by_id(conn, RecordId(value))
        if contact is None or contact.customer_id is None:
            return None
        customer = await customer_by_id(conn, contact.customer_id)
    only_in = changed_only_in(deps, contact)
    if customer is None or customer.deleted_at is not None or not (only_in or may_be_edited(deps, contact)):
        return None
    return Known(customer=customer, contact=contact, only_in=only_in)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_form(deps, action_request(body))

    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await submit(deps, view_request(body)))

    for action_id in (ADD, EDIT):
        app.action(action_id)(on_open)
    app.view(SUBMIT)(on_submit)


FEATURE = Feature(works={WORK: save}, delivered={CONTACT: told_of_contact}, register=_register)
