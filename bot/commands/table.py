"""What the commands and buttons of tables share: who may, which table is meant, and how it is shown."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.answering import ReplyTo
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import ActionRequest, SlashRequest, action_request
from bot.filter_names import filter_complaint, meaning_of
from bot.filters import FilterError, parse_filter
from bot.modals import open_over, update_modal
from bot.tables import table_message
from bot.views.answers import Again
from bot.views.card_modal import card_modal
from bot.views.misses import not_understood, outdated_button
from bot.views.parts import Message
from bot.views.table_ref import InvalidTableError, TableKind, TableRef, decode_table, encode_table
from bot.visibility import visible_answer, visible_replacement
from store.users import User

_TITLE = "Open invoices"

Answer = Callable[..., Awaitable[bool]]


async def answer_typed(deps: Deps, request: SlashRequest, kind: TableKind, text: str, *also: str) -> None:
    """Show the table that a command asks for, or say what in it is not understood; `also` is what it takes as well."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action=request.subcommand,
        subject=request.text,
        reply=request.reply,
        asked=request.line,
    )
    if allowed is None or allowed.user is None:
        return
    try:
        ref, message = await _typed(deps, kind, text, allowed.user)
    except FilterError as error:
        async with deps.store.read() as conn:
            said = await filter_complaint(deps, conn, error, *also)
        await deps.answering.post_privately(request.reply, not_understood(said))
        return
    await visible_answer(deps, request.reply, message, again=table_again(ref))


async def answer_pressed(deps: Deps, request: ActionRequest, answer: Answer) -> None:
    """Show the table that a button stands for, in the way that `answer` posts."""
    if not await is_admitted(deps, request):
        return
    try:
        ref = decode_table(request.value)
    except InvalidTableError:
        await deps.answering.post_privately(request.reply, outdated_button())
        return
    await show(deps, request, ref, answer)


async def is_admitted(deps: Deps, request: ActionRequest) -> bool:
    """Whether the person may look things up; if not, they have been told."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action=request.action_id,
        subject=request.value,
        reply=request.reply,
    )
    return allowed is not None


async def show(deps: Deps, request: ActionRequest, ref: TableRef, answer: Answer) -> None:
    """Post a table as the store has it now; of a modal or Home it becomes a modal, without drawings."""
    if not request.view_id:
        async with deps.store.read() as conn:
            message = await table_message(deps, conn, ref)
        await answer(deps, request.reply, message, again=table_again(ref))
        return
    is_turned = request.view_type == "modal" and answer is visible_replacement
    view_id = request.view_id if is_turned else await open_over(deps, request, _TITLE)
    if view_id is not None:
        async with deps.store.read() as conn:
            message = await table_message(deps, conn, ref)
        await update_modal(deps, view_id, card_modal(message, _TITLE))


async def privately(deps: Deps, reply: ReplyTo, message: Message, *, again: Again | None = None) -> bool:
    """An `Answer` that only the person sees."""
    del again
    return await deps.answering.post_privately(reply, message)


def on_press(app: AsyncApp, deps: Deps, action_id: str, answer: Answer) -> None:
    """Register a button that stands for a table."""

    async def pressed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await answer_pressed(deps, action_request(body), answer)

    app.action(action_id)(pressed)


def table_again(ref: TableRef) -> Again | None:
    """How the table is made anew for everybody; None when it cannot say what it is of."""
    value = encode_table(ref.start)
    return Again(kind="table", value=value) if value else None


async def _typed(deps: Deps, kind: TableKind, text: str, user: User) -> tuple[TableRef, Message]:
    typed = parse_filter(text)
    async with deps.store.read() as conn:
        meant = await meaning_of(deps, conn, typed, user)
        ref = TableRef(kind=kind, filter=meant.filter, customer_id=meant.customer.id if meant.customer else None)
        return ref, await table_message(deps, conn, ref)
