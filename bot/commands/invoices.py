"""«Open invoices» on a customer's card, for whoever presses it alone, and the pages of every list of invoices."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.commands.table import on_press, privately, show
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.invoice_table import NEXT_ACTION, PREVIOUS_ACTION
from bot.views.pick import picked
from bot.views.table_ref import TableRef
from bot.visibility import visible_replacement

OPEN_ACTION = "invoices.open"


async def open_list(deps: Deps, request: ActionRequest) -> None:
    """All open invoices of the customer whose card the button is on."""
    ref = picked(request.value)
    is_customer = ref is not None and ref.kind == "customer"
    wanted = TableRef(kind="open", customer_id=ref.record_id) if ref and is_customer else None
    await show(deps, request, wanted, privately)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_list(deps, action_request(body))

    app.action(OPEN_ACTION)(on_open)
    for action_id in (PREVIOUS_ACTION, NEXT_ACTION):
        on_press(app, deps, action_id, visible_replacement)


FEATURE = Feature(register=_register)
