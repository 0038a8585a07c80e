"""«Contacts» on a customer's card: names, e-mail addresses and telephones, shown to nobody but whoever presses it."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import judged, refusal
from bot.contacting.contact_pages import contacts_page
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.slack.modals import open_over, update_modal
from bot.views.card_modal import card_modal
from bot.views.contacts import NEXT, PREVIOUS, TITLE, contacts_from
from bot.views.misses import outdated_button
from bot.views.pick import picked

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


async def turn_page(deps: Deps, request: ActionRequest) -> None:
    """«Previous» and «Next» below the list."""
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.value)
    wanted = contacts_from(request.value)
    found = await contacts_page(deps, wanted[1].record_id, skipped=wanted[0]) if decision.allowed and wanted else None
    told = outdated_button() if decision.allowed else refusal(decision)
    await update_modal(deps, request.view_id, found or card_modal(told, TITLE))


async def _content(deps: Deps, value: str) -> dict[str, Any] | None:
    """The modal of the customer that a button stands for; None when it stands for none."""
    ref = picked(value)
    return await contacts_page(deps, ref.record_id) if ref is not None and ref.kind == "customer" else None


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_contacts(deps, action_request(body))

    async def on_page(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await turn_page(deps, action_request(body))

    app.action(OPEN_ACTION)(on_open)
    for action_id in (PREVIOUS, NEXT):
        app.action(action_id)(on_page)


FEATURE = Feature(register=_register)
