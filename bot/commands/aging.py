"""`/tesorio aging`: what the company is owed by age, with menus that narrow it down to a sales rep or a subsidiary."""

from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import judged
from bot.commands.table import answer_typed, show
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.filter_names import names_like
from bot.slack.view_request import SuggestionRequest, suggestion_request
from bot.views.modal import options_json
from bot.views.portfolio_menus import OWNER_ACTION, SUBSIDIARY_ACTION, chosen_name, name_choices, ref_of_block
from bot.views.table_ref import InvalidTableError, TableRef
from bot.visibility import visible_replacement
from store.portfolio import owners, subsidiaries

_WORD = "aging"


async def show_aging(deps: Deps, request: SlashRequest) -> None:
    """The aging, narrowed down by what was typed."""
    await answer_typed(deps, request, "aging", request.text)


async def narrow(deps: Deps, request: ActionRequest, block_id: str) -> None:
    """A name was chosen in a menu: the aging of that takes the place of this one."""
    await show(deps, request, _narrowed(request, block_id), visible_replacement)


def _narrowed(request: ActionRequest, block_id: str) -> TableRef | None:
    """The aging in whose menu a name was chosen, of that name alone; None for a menu that is not ours."""
    try:
        ref, name = ref_of_block(block_id), chosen_name(request.value)
    except InvalidTableError:
        return None
    is_owner = request.action_id == OWNER_ACTION
    wanted = replace(ref.filter, owner=name) if is_owner else replace(ref.filter, subsidiary=name)
    return replace(ref.start, filter=wanted)


async def suggested(deps: Deps, request: SuggestionRequest) -> list[dict[str, Any]]:
    """The names that what was typed may mean, where there are more than a menu holds; none for whoever may not ask."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.typed)
    if not decision.allowed:
        return []
    is_owner = request.action_id == OWNER_ACTION
    async with deps.store.read() as conn:
        names = await (owners if is_owner else subsidiaries)(conn)
    everyone = "All sales reps" if is_owner else "All subsidiaries"
    return options_json(name_choices(everyone, names_like(request.typed, names)))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_choose(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await narrow(deps, action_request(body), str(body["actions"][0].get("block_id") or ""))

    async def on_type(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=await suggested(deps, suggestion_request(body)))

    for action_id in (OWNER_ACTION, SUBSIDIARY_ACTION):
        app.action(action_id)(on_choose)
        app.options(action_id)(on_type)


FEATURE = Feature(
    subcommands=(
        Subcommand(
            word=_WORD,
            usage="aging owner:me",
            meaning="what all customers owe, by age; also subsidiary:NAME, currency:EUR",
            handle=show_aging,
        ),
    ),
    scopes=frozenset({"commands"}),
    register=_register,
)
