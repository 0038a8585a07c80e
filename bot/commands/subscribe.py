"""`/tesorio subscribe`: a form that says what it would have posted last week, and a subscription that it makes.

What is submitted is durable before the form closes, under an id from the moment in which it was opened: submitting
twice makes one subscription.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision, SlackPerson
from bot.commands.guard import admitted, admitted_in, judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, SlashRequest, Subcommand, action_request
from bot.filters import FilterError
from bot.notify.draft import TO_ME, USAGE, draft_for_another, draft_of, typed_draft, zones_like
from bot.notify.making import made_of, make, making_payload, may_change
from bot.notify.pausing import heed_delivery
from bot.notify.service import notifier
from bot.notify.standing import check as check_notice
from bot.notify.trying import already_told, complaints_about, dry_run, refused_place, wanted_by
from bot.slack.modals import open_loading, update_modal
from bot.slack.private_channels import visible_to
from bot.slack.view_request import SuggestionRequest, ViewRequest, suggestion_request, view_request
from bot.views.metadata import Memory, OutdatedViewError, unpack
from bot.views.modal import block_id_of, notice_modal, options_json
from bot.views.subscribe import (
    CHECK,
    OPEN,
    PURPOSE,
    SUBMIT,
    TITLE,
    ZONE,
    SubscribeForm,
    draft_in,
    field_of,
    not_in_words,
    open_form_message,
    subscribe_modal,
    zone_choice,
)
from store.channels import channel_called, destinations
from store.portfolio import InvoiceFilter
from store.subscriptions import (
    ChannelSubscription,
    subscription_by_id,
)

KIND = "subscribe"
_MAX_ERROR = 300
_NONCE_CHARACTERS = 32
_WHERE = field_of("where")
_GONE = "This subscription is gone, or is not yours to change."


async def subscribe(deps: Deps, request: SlashRequest) -> None:
    """The form, filled with what was typed; where no form can be opened, a button that does."""
    who, what = request.person, {"action": "subscribe.open", "subject": request.text}
    if request.trigger_id:
        view_id = await open_loading(deps, request.trigger_id, TITLE, reply=request.reply)
        await _fill(deps, who, what, view_id, request.reply.channel_id)
    elif await admitted(deps, who, Capability.ACT, **what, reply=request.reply) is not None:
        await deps.answering.post_privately(request.reply, open_form_message(request.text))


async def open_form(deps: Deps, request: ActionRequest) -> None:
    """«Open the form» was pressed; the button has what was typed."""
    view_id = await open_loading(deps, request.trigger_id, TITLE, reply=request.reply)
    what = {"action": request.action_id, "subject": request.value}
    await _fill(deps, request.person, what, view_id, request.reply.channel_id)


async def _fill(deps: Deps, who: SlackPerson, what: Mapping[str, str], view_id: str | None, channel_id: str) -> None:
    """Put the form into the view that the trigger was spent on, for whoever may subscribe."""
    if view_id is None:
        return
    allowed = await admitted_in(deps, who, Capability.ACT, **what, view_id=view_id, title=TITLE)
    if allowed is not None:
        await _show_typed(deps, allowed, view_id, what["subject"], channel_id)


async def show_edit_form(deps: Deps, decision: Decision, view_id: str, subscription: ChannelSubscription) -> None:
    """The form of a subscription that there is, in an open view."""
    is_own = decision.user is not None and decision.user.id == subscription.owner_id
    draft = draft_of(subscription) if is_own else draft_for_another(subscription)
    form = SubscribeForm(draft=draft, nonce=uuid4().hex, subscription_id=subscription.id)
    await _show(deps, decision, view_id, form)


async def check(deps: Deps, request: ActionRequest, values: Mapping[str, str | tuple[str, ...]]) -> None:
    """«Count again»: the form as it stands, with the answer on top. Raises OutdatedViewError."""
    decision = await judged(deps, request.person, Capability.ACT, action=request.action_id, subject="")
    if not decision.allowed:
        await update_modal(deps, request.view_id, notice_modal(TITLE, refusal(decision).text))
        return
    memory = recalled(request.metadata)
    form = SubscribeForm(
        draft=draft_in(values),
        nonce=memory["nonce"],
        here=memory["here"],
        subscription_id=memory["subscription"],
    )
    await _show(deps, decision, request.view_id, form)


async def submit(deps: Deps, request: ViewRequest) -> dict[str, Any]:
    """Start making the subscription, and only then close the form; or say what is wrong. Raises OutdatedViewError."""
    decision = await judged(deps, request.person, Capability.ACT, action=SUBMIT, subject=request.text(_WHERE))
    if not decision.allowed or decision.user is None:
        return {"response_action": "update", "view": notice_modal(TITLE, refusal(decision).text)}
    memory = recalled(request.metadata)
    draft = draft_in(request.values)
    payload: dict[str, str] = {}
    refused = await refused_place(deps, draft, request.person.user_id)
    async with deps.store.read() as conn:
        known = await subscription_by_id(conn, memory["subscription"]) if memory["subscription"] else None
        errors = await complaints_about(deps, conn, draft) | ({"where": refused} if refused else {})
        try:
            wanted = InvoiceFilter() if errors else await wanted_by(deps, conn, draft, decision.user)
        except FilterError as error:
            errors["filter_text"] = error.sentence()
        if not errors:
            payload = making_payload(draft, wanted, decision, memory, deps.clock())
            told = await already_told(conn, made_of(payload))
            errors = {"where": told} if told else {}
    if errors:
        shown = {block_id_of(field_of(member)): text[:_MAX_ERROR] for member, text in errors.items()}
        return {"response_action": "errors", "errors": shown}
    if memory["subscription"] and (known is None or not may_change(decision, known)):
        return {"response_action": "update", "view": notice_modal(TITLE, _GONE)}
    await deps.work.start(KIND, f"{KIND}-{memory['nonce']}", payload)
    return {"response_action": "clear"}


def recalled(metadata: str) -> Memory:
    """What the form remembers. Raises OutdatedViewError for what this version did not write."""
    found = unpack(PURPOSE, metadata)
    if len(found["nonce"]) != _NONCE_CHARACTERS or not found["nonce"].isalnum():
        raise OutdatedViewError("without its own name")
    return found


async def zones(deps: Deps, request: SuggestionRequest) -> tuple[str, ...]:
    """The time zones that what was typed may mean."""
    decision = await judged(deps, request.person, Capability.ACT, action=ZONE, subject=request.typed)
    return zones_like(request.typed) if decision.allowed else ()


async def _show_typed(deps: Deps, decision: Decision, view_id: str, text: str, channel_id: str) -> None:
    is_channel = channel_id[:1] in {"C", "G"}
    typed = typed_draft(text, here=channel_id if is_channel else TO_ME, zone=deps.zone.key)
    draft, said = typed.draft, "".join(f"{each} " for each in typed.said)
    if typed.channel_name:
        async with deps.store.read() as conn:
            found = await channel_called(conn, typed.channel_name)
        if found and not await visible_to(deps.slack, decision.person.user_id, [found], deps.roster):
            found = None
        is_in = found is not None and found.facts.is_member
        draft = replace(draft, where=found.facts.id if found and is_in else "")
        said += "" if is_in else not_in_words(found.facts.name if found else typed.channel_name)
    if refused := await refused_place(deps, draft, decision.person.user_id):
        draft, said = replace(draft, where=TO_ME), f"{said}{refused} A direct message is chosen instead. "
    here = draft.where if draft.where != TO_ME else ""
    form = SubscribeForm(draft=draft, nonce=uuid4().hex, here=here, said=said)
    await _show(deps, decision, view_id, form)


async def _show(deps: Deps, decision: Decision, view_id: str, form: SubscribeForm) -> None:
    """Fill the open view with the form, its places and its dry run."""
    async with deps.store.read() as conn:
        places = await destinations(conn)
        known = {channel.facts.id for channel in places}
        if form.draft.where not in {TO_ME, "", *known} and (other := await channel_called(conn, form.draft.where)):
            places = (other, *places)
    places = await visible_to(deps.slack, decision.person.user_id, places, deps.roster)
    said = form.said + await dry_run(deps, decision, form.draft)
    await update_modal(deps, view_id, subscribe_modal(replace(form, places=places, said=said)))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await submit(deps, view_request(body)))

    async def on_check(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await check(deps, action_request(body), view_request(body).values)

    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_form(deps, action_request(body))

    async def on_zone(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=options_json(map(zone_choice, await zones(deps, suggestion_request(body)))))

    app.view(SUBMIT)(on_submit)
    app.action(CHECK)(on_check)
    # What must be filled in depends on it.
    app.action(field_of("rhythm"))(on_check)
    app.action(OPEN)(on_open)
    app.options(ZONE)(on_zone)


FEATURE = Feature(
    subcommands=(
        Subcommand(
            word="subscribe",
            usage=USAGE,
            meaning="be told here, or in a direct message, what happens; it says first what it would have posted",
            handle=subscribe,
        ),
    ),
    scopes=frozenset({"commands", "chat:write"}),
    works={KIND: make},
    delivered={"notice": heed_delivery},
    checks={"notice": check_notice},
    services=(notifier,),
    register=_register,
)
