"""What the commands and buttons of tables share: who may, which table is meant, and how it is shown."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import admitted, admitted_in
from bot.deps import Deps
from bot.feature import ActionRequest, SlashRequest, action_request
from bot.filter_names import filter_complaint, meaning_of
from bot.filters import FilterError, parse_filter
from bot.reading.tables import table_message
from bot.slack.answering import ReplyTo
from bot.slack.modals import open_over, update_modal
from bot.views.answers import Again
from bot.views.card_modal import card_modal
from bot.views.misses import not_understood, outdated_button
from bot.views.parts import Message
from bot.views.table_ref import InvalidTableError, TableKind, TableRef, decode_table, encode_table
from bot.visibility import visible_answer, visible_replacement
from store.users import User

_TITLE, _PAYMENTS_TITLE = "Open invoices", "Payments"

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


async def show(deps: Deps, request: ActionRequest, ref: TableRef | None, answer: Answer) -> None:
    """Post a table as the store has it now, if the person may see it; None for a button that stands for none.

    Of a modal or Home it becomes a modal, without drawings; a trigger is spent on that before anything is looked up.
    """
    if not request.view_id:
        await _post(deps, request, ref, answer)
        return
    title = _PAYMENTS_TITLE if ref and ref.kind == "payments" else _TITLE
    is_turned = request.view_type == "modal" and answer is visible_replacement
    view_id = request.view_id if is_turned else await open_over(deps, request, title)
    if view_id is None:
        return
    who, what = request.person, {"action": request.action_id, "subject": request.value}
    if await admitted_in(deps, who, Capability.LOOK_UP, **what, view_id=view_id, title=title) is None:
        return
    message = await _table(deps, ref) if ref else outdated_button()
    await update_modal(deps, view_id, card_modal(message, title))


async def _post(deps: Deps, request: ActionRequest, ref: TableRef | None, answer: Answer) -> None:
    who, what = request.person, {"action": request.action_id, "subject": request.value}
    if await admitted(deps, who, Capability.LOOK_UP, **what, reply=request.reply) is None:
        return
    if ref is None:
        await deps.answering.post_privately(request.reply, outdated_button())
        return
    await answer(deps, request.reply, await _table(deps, ref), again=table_again(ref))


async def _table(deps: Deps, ref: TableRef) -> Message:
    async with deps.store.read() as conn:
        return await table_message(deps, conn, ref)


async def privately(deps: Deps, reply: ReplyTo, message: Message, *, again: Again | None = None) -> bool:
    """An `Answer` that only the person sees."""
    del again
    return await deps.answering.post_privately(reply, message)


def on_press(app: AsyncApp, deps: Deps, action_id: str, answer: Answer) -> None:
    """Register a button that stands for a table."""

    async def pressed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        request = action_request(body)
        await show(deps, request, _pressed(request.value), answer)

    app.action(action_id)(pressed)


def table_again(ref: TableRef) -> Again | None:
    """How the table is made anew for everybody; None when it cannot say what it is of."""
    value = encode_table(ref.start)
    return Again(kind="table", value=value) if value else None


def _pressed(value: str) -> TableRef | None:
    """The table that a button stands for."""
    try:
        return decode_table(value)
    except InvalidTableError:
        return None


async def _typed(deps: Deps, kind: TableKind, text: str, user: User) -> tuple[TableRef, Message]:
    typed = parse_filter(text)
    async with deps.store.read() as conn:
        meant = await meaning_of(deps, conn, typed, user)
        ref = TableRef(kind=kind, filter=meant.filter, customer_id=meant.customer.id if meant.customer else None)
        return ref, await table_message(deps, conn, ref)
