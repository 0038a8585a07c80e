"""`find_in_tesorio`, the shortcut in Slack's own menu: a select that searches, and below it the card of the choice.

It needs no channel and posts nothing: whoever opens it is the only one who sees it.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import judged, refusal
from bot.commands.lookup import show_in_modal
from bot.commands.pick import suggestions
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, Shortcut, action_request
from bot.slack.modals import open_loading, update_modal
from bot.slack.view_request import ShortcutRequest, shortcut_request, suggestion_request
from bot.views.card_modal import FIND_ACTION, FIND_TITLE, card_modal, find_modal
from bot.views.modal import options_json

SHORTCUT = "find_in_tesorio"


async def open_search(deps: Deps, request: ShortcutRequest) -> None:
    """The search, or what to do for a person who may not look things up."""
    view_id = await open_loading(deps, request.trigger_id, FIND_TITLE, reply=request.reply)
    if view_id is None:
        return
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=SHORTCUT, subject="")
    view = find_modal() if decision.allowed else card_modal(refusal(decision), FIND_TITLE)
    await update_modal(deps, view_id, view)


async def choose(deps: Deps, request: ActionRequest) -> None:
    """A record was chosen: its card comes below the search, which is ready for the next one."""
    await show_in_modal(deps, request, request.view_id)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_search(deps, shortcut_request(body))

    async def on_typed(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=options_json(await suggestions(deps, suggestion_request(body))))

    async def on_choose(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await choose(deps, action_request(body))

    app.shortcut(SHORTCUT)(on_shortcut)
    app.options(FIND_ACTION)(on_typed)
    app.action(FIND_ACTION)(on_choose)


FEATURE = Feature(
    shortcuts=(
        Shortcut(
            callback_id=SHORTCUT, name="Find in Tesorio", description="Look up a customer or an invoice", type="global"
        ),
    ),
    scopes=frozenset({"commands"}),
    register=_register,
)
