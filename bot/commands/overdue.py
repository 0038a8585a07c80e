"""`/tesorio overdue`: the invoices that are past due, the longest first, or the customers who owe them."""

from slack_bolt.app.async_app import AsyncApp

from bot.commands.table import answer_typed, on_press
from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.views.invoice_table import VIEW_ACTION
from bot.views.portfolio_menus import OVERDUE_ACTION
from bot.views.table_ref import TableKind
from bot.visibility import visible_answer, visible_replacement

_BY_CUSTOMER = "by:customer"


async def show_overdue(deps: Deps, request: SlashRequest) -> None:
    """The invoices past due, or, with `by:customer`, the customers."""
    rest = [word for word in request.text.split() if word.lower() != _BY_CUSTOMER]
    kind: TableKind = "customers" if len(rest) < len(request.text.split()) else "overdue"
    await answer_typed(deps, request, kind, " ".join(rest), _BY_CUSTOMER)


def _register(app: AsyncApp, deps: Deps) -> None:
    on_press(app, deps, OVERDUE_ACTION, visible_answer)
    on_press(app, deps, VIEW_ACTION, visible_replacement)


FEATURE = Feature(
    subcommands=(
        Subcommand(
            word="overdue",
            usage="overdue owner:me days>30 amount>10k",
            meaning="the invoices past due, the longest first; also customer:NAME, by:customer",
            handle=show_overdue,
        ),
    ),
    scopes=frozenset({"commands"}),
    register=_register,
)
