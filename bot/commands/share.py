"""Share to Slack: a record to a person or a channel, with words of one's own, seen before it is sent."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, Shortcut, action_request
from bot.reading.cards import read_card
from bot.reading.matches import match_for
from bot.shares.share_form import submit
from bot.shares.share_preview import go_back, send
from bot.shares.share_steps import new_nonce, packed
from bot.shares.share_work import check, share, tell
from bot.shares.sharing import KIND
from bot.slack.modals import open_loading, open_over, update_modal
from bot.slack.private_channels import visible_to
from bot.slack.view_request import (
    ShortcutRequest,
    SuggestionRequest,
    shortcut_request,
    suggestion_request,
    view_request,
)
from bot.views.card_modal import card_modal
from bot.views.misses import outdated_button
from bot.views.modal import Choice, options_json
from bot.views.own_message import query_in, record_in
from bot.views.pick import picked
from bot.views.share import BACK, CHANNEL, SEND, SUBMIT, TITLE, Form, channel_choice, share_modal, words_in
from bot.views.shared import AnyCard, record_name
from bot.views.values import RecordRef, encode
from store.channels import destinations
from store.users import Role, User

OPEN, SHORTCUT = "share.open", "share_to_slack"


async def open_for_card(deps: Deps, request: ActionRequest) -> None:
    """«Share» on a card."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is not None:
        ref = picked(request.value)
        await _begin(deps, view_id, request.person, action=request.action_id, ref=ref, query=request.query)


async def open_for_message(deps: Deps, request: ShortcutRequest) -> None:
    """The shortcut on a message: the record of a card is chosen already."""
    view_id = await open_loading(deps, request.trigger_id, TITLE, reply=request.reply)
    if view_id is None:
        return
    ref = record_in(request.message)
    query = query_in(request.message) if ref else ""
    await _begin(deps, view_id, request.person, action=SHORTCUT, ref=ref, query=query, may_pick=True)


async def channels(deps: Deps, request: SuggestionRequest) -> tuple[Choice, ...]:
    """The channels that may be shared to and whose name has what was typed; none for who may not share."""
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject=request.typed)
    if not decision.allowed or decision.user is None:
        return ()
    async with deps.store.read() as conn:
        found = await destinations(conn, request.typed, with_external=_may_share_outside(deps, decision.user))
    return tuple(map(channel_choice, await visible_to(deps.slack, request.person.user_id, found, deps.roster)))


async def _begin(
    deps: Deps,
    view_id: str,
    person: SlackPerson,
    *,
    action: str,
    ref: RecordRef | None,
    query: str,
    may_pick: bool = False,
) -> None:
    subject = ref.record_id if ref else ""
    decision = await judged(deps, person, Capability.ACT, action=action, subject=subject)
    if not decision.allowed:
        await update_modal(deps, view_id, card_modal(refusal(decision), TITLE))
        return
    card, doubt = await _read(deps, ref, query) if ref else (None, "")
    if card is None and not (may_pick and ref is None):
        await update_modal(deps, view_id, card_modal(outdated_button(), TITLE))
        return
    value = encode(ref) if ref else ""
    form = Form(metadata=packed(new_nonce(), value, doubt), record=record_name(card) if card else "", doubt=doubt)
    await update_modal(deps, view_id, share_modal(form))


async def _read(deps: Deps, ref: RecordRef, query: str) -> tuple[AnyCard | None, str]:
    """The record's card, and the query that it is only the closest match for."""
    async with deps.store.read() as conn:
        card = await read_card(deps, conn, ref)
        match = await match_for(deps, conn, ref, query) if query else None
    return card, query if match is not None and match.is_doubtful else ""


def _may_share_outside(deps: Deps, user: User) -> bool:
    return deps.rules.slack.external_channels == "ask" and user.role is Role.ADMIN


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_for_card(deps, action_request(body))

    async def on_shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_for_message(deps, shortcut_request(body))

    async def on_typed(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=options_json(await channels(deps, suggestion_request(body))))

    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await submit(deps, view_request(body)))

    async def on_send(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await send(deps, view_request(body), words_in(body["view"]["blocks"])))

    async def on_back(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await go_back(deps, action_request(body), words_in((body.get("view") or {}).get("blocks") or ()))

    app.action(OPEN)(on_open)
    app.shortcut(SHORTCUT)(on_shortcut)
    app.options(CHANNEL)(on_typed)
    app.view(SUBMIT)(on_submit)
    app.view(SEND)(on_send)
    app.action(BACK)(on_back)


FEATURE = Feature(
    shortcuts=(
        Shortcut(
            callback_id=SHORTCUT,
            name="Share to Slack",
            description="Share a customer or an invoice with a person or channel",
            type="message",
        ),
    ),
    scopes=frozenset({"chat:write", "users:read"}),
    works={KIND: share},
    delivered={KIND: tell},
    checks={KIND: check},
    register=_register,
)
