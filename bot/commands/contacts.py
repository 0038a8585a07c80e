"""«Contacts» on a customer's card: names, e-mail addresses and telephones, shown to nobody but whoever presses it."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.cards import place_of
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.lookup.answers import record_as_of
from bot.modals import open_over, update_modal
from bot.views.card_modal import card_modal
from bot.views.contacts import MAX_CONTACTS, TITLE, ContactList, contacts_modal
from bot.views.misses import outdated_button
from bot.views.provenance import Provenance
from bot.views.values import InvalidValueError, decode
from store.contacts import contacts_of
from store.cursors import read_as_of
from store.customers import customer_by_id

OPEN_ACTION = "contacts.open"


async def open_contacts(deps: Deps, request: ActionRequest) -> None:
    """Open the list: who to reach at the customer whose card the button is on."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is None:
        return
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    content = await _content(deps, request.value) if decision.allowed else None
    if content is None:
        told = outdated_button() if decision.allowed else refusal(decision)
        content = card_modal(told, TITLE)
    await update_modal(deps, view_id, content)


async def _content(deps: Deps, value: str) -> dict[str, Any] | None:
    """The modal of the customer that a button stands for; None when it stands for none."""
    try:
        ref = decode(value)
    except InvalidValueError:
        return None
    async with deps.store.read() as conn:
        customer = await customer_by_id(conn, ref.record_id) if ref.kind == "customer" else None
        if customer is None:
            return None
        found = await contacts_of(conn, customer.id, limit=MAX_CONTACTS + 1)
        as_of = record_as_of(customer, await read_as_of(conn, customer.origin, "contacts"))
    source = deps.source_titles.get(customer.origin, customer.origin)
    return contacts_modal(
        ContactList(
            customer=customer,
            contacts=found[:MAX_CONTACTS],
            has_more=len(found) > MAX_CONTACTS,
            provenance=Provenance(source=source, as_of=as_of, is_stale=deps.clock() - as_of > deps.stale_after),
            place=place_of(deps),
        )
    )


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_contacts(deps, action_request(body))

    app.action(OPEN_ACTION)(on_open)


FEATURE = Feature(register=_register)
