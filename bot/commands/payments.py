"""«Payments» on a card, for whoever presses it alone: what came in, what of it is unapplied, and what it paid."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.commands.table import on_press, privately, show
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.payment_table import NEXT_ACTION, PREVIOUS_ACTION
from bot.views.pick import picked
from bot.views.table_ref import TableRef
from bot.visibility import visible_replacement

OPEN_ACTION = "payments.open"


async def open_payments(deps: Deps, request: ActionRequest) -> None:
    """The payments and credits of the customer whose card the button is on, or those applied to the invoice."""
    await show(deps, request, _wanted(request.value), privately)


def _wanted(value: str) -> TableRef | None:
    ref = picked(value)
    if ref is None:
        return None
    if ref.kind == "customer":
        return TableRef(kind="payments", customer_id=ref.record_id)
    return TableRef(kind="payments", invoice_id=ref.record_id)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_payments(deps, action_request(body))

    app.action(OPEN_ACTION)(on_open)
    for action_id in (PREVIOUS_ACTION, NEXT_ACTION):
        on_press(app, deps, action_id, visible_replacement)


FEATURE = Feature(register=_register)
