"""«Open invoices» on a customer's card, for whoever presses it alone, and the pages of every list of invoices."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.commands.table import is_admitted, on_press, privately, show
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.invoice_table import NEXT_ACTION, PREVIOUS_ACTION
from bot.views.misses import outdated_button
from bot.views.table_ref import TableRef
from bot.views.values import InvalidValueError, decode
from bot.visibility import visible_replacement

OPEN_ACTION = "invoices.open"


async def open_list(deps: Deps, request: ActionRequest) -> None:
    """All open invoices of the customer whose card the button is on."""
    if not await is_admitted(deps, request):
        return
    try:
        ref = decode(request.value)
    except InvalidValueError:
        ref = None
    if ref is None or ref.kind != "customer":
        await deps.answering.post_privately(request.reply, outdated_button())
        return
    await show(deps, request, TableRef(kind="open", customer_id=ref.record_id), privately)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_list(deps, action_request(body))

    app.action(OPEN_ACTION)(on_open)
    for action_id in (PREVIOUS_ACTION, NEXT_ACTION):
        on_press(app, deps, action_id, visible_replacement)


FEATURE = Feature(register=_register)
