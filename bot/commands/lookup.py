"""`/tesorio invoice …` and `/tesorio customer …`, the menu of other candidates, and buttons that open a card."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.answering import ReplyTo
from bot.cards import being_read_first, card_for
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.lookup.query import is_too_long
from bot.matches import candidates_for, found_for, match_for, match_of
from bot.views.misses import missing_query, no_match, outdated_button, too_long
from bot.views.parts import Message
from bot.views.values import InvalidValueError, RecordKind, RecordRef, decode

_EXAMPLES: dict[RecordKind, str] = {"customer": "customer ABC Inc", "invoice": "invoice INV-12345"}


def answer_kind(kind: RecordKind) -> Callable[[Deps, SlashRequest], Awaitable[None]]:
    """The handler of one subcommand: finds the record and answers where the channel sees it."""

    async def handle(deps: Deps, request: SlashRequest) -> None:
        allowed = await admitted(
            deps,
            request.person,
            Capability.LOOK_UP,
            action=f"lookup.{kind}",
            subject=request.text,
            reply=request.reply,
        )
        if allowed is None:
            return
        if not request.text:
            await deps.answering.post_privately(request.reply, missing_query(kind, _EXAMPLES[kind]))
            return
        message, is_answer = await _answer(deps, kind, request.text)
        post = deps.answering.post if is_answer else deps.answering.post_privately
        await post(request.reply, message)

    return handle


async def choose(deps: Deps, request: ActionRequest) -> None:
    """Another candidate was chosen in the menu: its card takes the place of this one, and offers the rest again."""
    await _show(deps, request, query=request.query, answer=deps.answering.replace)


async def open_card(deps: Deps, request: ActionRequest) -> None:
    """A button that stands for a record was pressed: its card is a new message."""
    await _show(deps, request, query=None, answer=deps.answering.post)


async def _show(
    deps: Deps, request: ActionRequest, *, query: str | None, answer: Callable[[ReplyTo, Message], Awaitable[bool]]
) -> None:
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action=request.action_id,
        subject=request.value,
        reply=request.reply,
    )
    if allowed is None:
        return
    message = await _card(deps, request.value, query)
    if message is None:
        await deps.answering.post_privately(request.reply, outdated_button())
        return
    await answer(request.reply, message)


async def _answer(deps: Deps, kind: RecordKind, text: str) -> tuple[Message, bool]:
    """What to say to a query, and whether it is an answer that the channel should see."""
    if is_too_long(text):
        return too_long(), False
    async with deps.store.read() as conn:
        found = await found_for(deps, conn, kind, text)
        if found.answer is None:
            nearest = await candidates_for(deps, conn, found.nearest)
            return no_match(text, kind, nearest, being_read=await being_read_first(deps, conn, kind)), False
        ref = RecordRef(kind=kind, record_id=found.answer.record_id)
        match = await match_of(deps, conn, text, found.answer, found.candidates)
        card = await card_for(deps, conn, ref, match=match)
    return (card, True) if card else (no_match(text, kind), False)


async def _card(deps: Deps, value: str, query: str | None) -> Message | None:
    try:
        ref = decode(value)
    except InvalidValueError:
        return None
    async with deps.store.read() as conn:
        return await card_for(deps, conn, ref, match=await match_for(deps, conn, ref, query))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_choose(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await choose(deps, action_request(body))

    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_card(deps, action_request(body))

    app.action("lookup.choose")(on_choose)
    app.action("lookup.open")(on_open)


FEATURE = Feature(
    subcommands=(
        Subcommand(
            word="customer",
            usage=_EXAMPLES["customer"],
            meaning="what a customer owes; part of the name is enough",
            handle=answer_kind("customer"),
        ),
        Subcommand(
            word="invoice",
            usage=_EXAMPLES["invoice"],
            meaning="what is owed on an invoice; part of the number is enough",
            handle=answer_kind("invoice"),
        ),
    ),
    scopes=frozenset({"commands"}),
    register=_register,
)
