"""`/tesorio invoice …` and `/tesorio customer …`, the menu of other candidates, and buttons that open a card.

A button of a message is answered by a message, one of a modal or of Home by a modal.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision
from bot.commands.guard import admitted, judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.linked import linked_card
from bot.lookup.query import is_too_long
from bot.reading.cards import being_read_first, card_for
from bot.reading.matches import candidates_for, found_for, match_for, match_of
from bot.slack.answering import ReplyTo
from bot.slack.audience import reads_alone
from bot.slack.modals import open_over, update_modal
from bot.views.answers import card_again
from bot.views.card_modal import card_modal, renewed_modal, title_of
from bot.views.misses import missing_query, no_match, outdated_button, too_long
from bot.views.parts import Message
from bot.views.values import InvalidValueError, RecordKind, RecordRef, decode
from bot.visibility import visible_answer, visible_replacement
from store.audit import AuditEvent

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
            asked=request.line,
        )
        if allowed is None:
            return
        if not request.text:
            await deps.answering.post_privately(request.reply, missing_query(kind, _EXAMPLES[kind]))
            return
        is_private = await reads_alone(deps, request.reply)
        message, ref = await _answer(deps, kind, request.text, is_private=is_private)
        await answer(deps, allowed, request.reply, message, ref)

    return handle


async def answer(deps: Deps, decision: Decision, reply: ReplyTo, message: Message, ref: RecordRef | None) -> None:
    """Post the card of a record where the channel may see it, or, without a record, what only the person need see."""
    if ref is None:
        await deps.answering.post_privately(reply, message)
        return
    await visible_answer(deps, reply, message, again=card_again(ref, message))
    note_shown(deps, decision, ref)


def note_shown(deps: Deps, decision: Decision, ref: RecordRef) -> None:
    """Put on record whose card a person was shown; Home lists these as recent."""
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action="card.shown", subject=ref.record_id))


async def choose(deps: Deps, request: ActionRequest) -> None:
    """Another candidate was chosen in the menu: its card takes the place of this one, and offers the rest again."""
    await _show(deps, request, query=request.query, answer=visible_replacement)


async def open_card(deps: Deps, request: ActionRequest) -> None:
    """A button that stands for a record was pressed: its card is a new message, or a modal over the one it was in."""
    if not request.view_id:
        await _show(deps, request, query=None, answer=visible_answer)
        return
    view_id = await open_over(deps, request, title_of(request.value))
    if view_id is not None:
        await show_in_modal(deps, request, view_id)


async def show_in_modal(deps: Deps, request: ActionRequest, view_id: str) -> None:
    """Make the record that was pressed or chosen the content of an open modal, or say there why it is not shown."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.value)
    if not decision.allowed:
        await update_modal(deps, view_id, card_modal(refusal(decision), title_of(request.value)))
        return
    shown, ref = await _card(deps, request.value, None, is_private=True)
    # A view that came over the one that was pressed in begins without its search.
    metadata = request.metadata if view_id == request.view_id else ""
    is_seen = await update_modal(deps, view_id, renewed_modal(shown, title_of(request.value), metadata))
    if ref and is_seen:
        note_shown(deps, decision, ref)


async def _show(
    deps: Deps, request: ActionRequest, *, query: str | None, answer: Callable[..., Awaitable[bool]]
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
    is_private = await reads_alone(deps, request.reply)
    message, ref = await _card(deps, request.value, query, is_private=is_private)
    if ref is None:
        await deps.answering.post_privately(request.reply, message)
        return
    await answer(deps, request.reply, message, again=card_again(ref, message))
    note_shown(deps, allowed, ref)


async def _answer(deps: Deps, kind: RecordKind, text: str, *, is_private: bool) -> tuple[Message, RecordRef | None]:
    """What to say to a query, and the record that it shows; None for what the channel need not see."""
    async with deps.store.read() as conn:
        if linked := await linked_card(deps, conn, text, is_private=is_private):
            return linked
        if is_too_long(text):
            return too_long(), None
        found = await found_for(deps, conn, kind, text)
        if found.answer is None:
            nearest = await candidates_for(deps, conn, found.nearest)
            return no_match(text, kind, nearest, being_read=await being_read_first(deps, conn, kind)), None
        ref = RecordRef(kind=kind, record_id=found.answer.record_id)
        match = await match_of(deps, conn, text, found.answer, found.candidates)
        card = await card_for(deps, conn, ref, match=match, is_private=is_private)
    return (card, ref) if card else (no_match(text, kind), None)


async def _card(deps: Deps, value: str, query: str | None, *, is_private: bool) -> tuple[Message, RecordRef | None]:
    """The card that a button stands for, and its record; None with what to say when there is no such card."""
    try:
        ref = decode(value)
    except InvalidValueError:
        return outdated_button(), None
    async with deps.store.read() as conn:
        match = await match_for(deps, conn, ref, query)
        card = await card_for(deps, conn, ref, match=match, is_private=is_private)
    return (card, ref) if card else (outdated_button(), None)


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
