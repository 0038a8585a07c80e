"""`/tesorio invoice …` and `/tesorio customer …`, the menu of other candidates, and buttons that open a card."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.cards import being_read_first, card_for
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.lookup.find import find_customer, find_invoice
from bot.lookup.match import Found
from bot.lookup.match import Match as LookupMatch
from bot.views.match import Candidate, Match, query_of_block
from bot.views.misses import missing_query, no_match, outdated_button
from bot.views.parts import Message
from bot.views.values import InvalidValueError, RecordKind, RecordRef, decode
from store.db import ReadConnection


def answer_kind(kind: RecordKind) -> Callable[[Deps, SlashRequest], Awaitable[None]]:
    """The handler of one subcommand: finds the record and answers where the channel sees it."""

    async def handle(deps: Deps, request: SlashRequest) -> None:
        allowed = await admitted(
            deps,
            request.person,
            Capability.LOOK_UP,
            action=f"lookup.{kind}",
            subject=request.text,
            response_url=request.response_url,
        )
        if allowed is None:
            return
        if not request.text:
            await deps.answering.post_privately(request.response_url, missing_query(kind))
            return
        message, is_answer = await _answer(deps, kind, request.text)
        post = deps.answering.post if is_answer else deps.answering.post_privately
        await post(request.response_url, message)

    return handle


async def choose(deps: Deps, request: ActionRequest) -> None:
    """Another candidate was chosen in the menu: its card takes the place of this one, and offers the rest again."""
    await _show(deps, request, query=query_of_block(request.block_id), answer=deps.answering.replace)


async def open_card(deps: Deps, request: ActionRequest) -> None:
    """A button that stands for a record was pressed: its card is a new message."""
    await _show(deps, request, query=None, answer=deps.answering.post)


async def _show(
    deps: Deps, request: ActionRequest, *, query: str | None, answer: Callable[[str, Message], Awaitable[bool]]
) -> None:
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action=request.action_id,
        subject=request.value,
        response_url=request.response_url,
    )
    if allowed is None:
        return
    message = await _card(deps, request.value, query)
    if message is None:
        await deps.answering.post_privately(request.response_url, outdated_button())
        return
    await answer(request.response_url, message)


async def _answer(deps: Deps, kind: RecordKind, text: str) -> tuple[Message, bool]:
    """What to say to a query, and whether it is an answer that the channel should see."""
    async with deps.store.read() as conn:
        found = await _found(deps, conn, kind, text)
        if found.answer is None:
            nearest = tuple(_candidate(match) for match in found.nearest)
            return no_match(text, kind, nearest, being_read=await being_read_first(deps, conn)), False
        ref = RecordRef(kind=kind, record_id=found.answer.record_id)
        card = await card_for(deps, conn, ref, match=_why(text, found.answer, found.candidates))
    return (card, True) if card else (no_match(text, kind), False)


async def _card(deps: Deps, value: str, query: str | None) -> Message | None:
    try:
        ref = decode(value)
    except InvalidValueError:
        return None
    async with deps.store.read() as conn:
        match = None
        if query is not None:
            found = await _found(deps, conn, ref.kind, query)
            shown = next((match for match in found.candidates if match.record_id == ref.record_id), None)
            match = _why(query, shown, found.candidates) if shown else None
        return await card_for(deps, conn, ref, match=match)


async def _found(deps: Deps, conn: ReadConnection, kind: RecordKind, text: str) -> Found:
    find = find_invoice if kind == "invoice" else find_customer
    return await find(conn, deps.index, text)


def _why(query: str, shown: LookupMatch, candidates: tuple[LookupMatch, ...]) -> Match:
    others = tuple(_candidate(match) for match in candidates if match.record_id != shown.record_id)
    return Match(query=query, reason=None if shown.is_exact else shown.why, candidates=others)


def _candidate(match: LookupMatch) -> Candidate:
    detail = " · ".join(filter(None, (match.number, match.why)))
    return Candidate(ref=RecordRef(kind=match.kind, record_id=match.record_id), label=match.label, detail=detail)


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
            usage="customer ABC Inc",
            meaning="what a customer owes; part of the name is enough",
            handle=answer_kind("customer"),
        ),
        Subcommand(
            word="invoice",
            usage="invoice INV-12345",
            meaning="what is owed on an invoice; part of the number is enough",
            handle=answer_kind("invoice"),
        ),
    ),
    scopes=frozenset({"commands"}),
    register=_register,
)
