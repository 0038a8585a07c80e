"""Deciding which system's value of a customer's field shows, where the ERP and the CRM differ: on Home, and in its log.

What a click decides is stored before it is acknowledged; many at once are durable work.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision
from bot.commands.guard import admitted_in, judged, refusal
from bot.commands.home import show_home
from bot.crm.deciding import DECIDE, decide_many
from bot.crm.log import log_view, system_titles
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.slack.modals import open_over, update_modal
from bot.views.card_modal import card_modal
from bot.views.conflict_log import (
    ACCEPT_ALL,
    BACK,
    FIELD,
    KEEP_ALL,
    LIST,
    NEXT,
    REOPEN,
    TITLE,
    InvalidLogError,
    LogRef,
    Order,
    deciding_modal,
    many_words,
    order_named,
    page_of,
    ref_named,
)
from bot.views.conflicts import ACCEPT, DECIDED, KEEP, LOG, conflict_named, literal_titles
from bot.views.misses import outdated_button
from bot.views.parts import Message
from store.audit import AuditEvent, append_audit
from store.conflict_log import reopen_conflict
from store.crm.conflicts import Choice, Conflict, decide_conflict
from store.db import WriteConnection

_CHOICES = {KEEP: Choice.KEEP, ACCEPT: Choice.ACCEPT, KEEP_ALL: Choice.KEEP, ACCEPT_ALL: Choice.ACCEPT}
_DONE = {KEEP: "kept", ACCEPT: "accepted", REOPEN: "reopened"}
_OPENED = {LOG: LogRef(), DECIDED: LogRef(is_decided=True)}


async def open_log(deps: Deps, request: ActionRequest) -> None:
    """The log in a window."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is not None and await _sees(deps, request, view_id):
        await update_modal(deps, view_id, await log_view(deps, _OPENED[request.action_id]))


async def turn(deps: Deps, request: ActionRequest) -> None:
    """Another page, list or field of the open log."""
    if not await _sees(deps, request, request.view_id):
        return
    try:
        view = await log_view(deps, ref_named(request.value))
    except InvalidLogError:
        view = card_modal(outdated_button(), TITLE)
    await update_modal(deps, request.view_id, view)


async def decide(deps: Deps, request: ActionRequest) -> Message | None:
    """Do what was chosen of one field, now and for what comes; what to say when it is not done."""
    decision = await judged(
        deps, request.person, Capability.RUN_THE_HOUSE, action=request.action_id, subject=request.value
    )
    if not decision.allowed:
        return refusal(decision)
    async with deps.store.write() as conn:
        was = await _decided(deps, conn, request, decision)
        if was is not None:
            await append_audit(conn, [_event(deps, decision, _DONE[request.action_id], was)])
    return outdated_button() if was is None else None


async def show_decided(deps: Deps, request: ActionRequest, refused: Message | None) -> None:
    """What is left, where it was decided: in the log, and on Home; or why nothing was decided."""
    if refused is None:
        await _show_log(deps, request)
    elif request.view_type == "modal":
        await update_modal(deps, request.view_id, card_modal(refused, TITLE))
    else:
        await deps.answering.post_privately(request.reply, refused)
    await show_home(deps, request.person)


async def order(deps: Deps, request: ActionRequest) -> dict[str, Any]:
    """Have many decided: durable before the person is told. What the window shows meanwhile."""
    decision = await judged(
        deps, request.person, Capability.RUN_THE_HOUSE, action=request.action_id, subject=request.value
    )
    if not decision.allowed:
        return card_modal(refusal(decision), TITLE)
    now = deps.clock()
    try:
        wanted = order_named(request.value)
    except InvalidLogError:
        return card_modal(outdated_button(), TITLE)
    if wanted.until > now:
        return card_modal(outdated_button(), TITLE)
    choice = _CHOICES[request.action_id]
    told = _order_payload(choice, wanted) | {
        "actor": decision.actor,
        "at": now.isoformat(),
        "team_id": request.person.team_id,
        "slack_user": request.person.user_id,
        "view_id": request.view_id,
    }
    # The same click, whenever Slack sends it, is one order.
    await deps.work.start(DECIDE, f"{DECIDE}-{request.person.user_id}-{request.action_ts}", told)
    titles = literal_titles(system_titles(deps))
    return deciding_modal(f"{many_words(choice, wanted.number, wanted.field, titles)} …")


def _order_payload(choice: Choice, wanted: Order) -> dict[str, str]:
    return {
        "choice": choice.value,
        "field": wanted.field,
        "number": str(wanted.number),
        "until": wanted.until.isoformat(),
    }


async def _decided(deps: Deps, conn: WriteConnection, request: ActionRequest, decision: Decision) -> Conflict | None:
    customer_id, field, seen = conflict_named(request.value)
    if request.action_id == REOPEN:
        return await reopen_conflict(conn, customer_id, field, at=deps.clock())
    choice = _CHOICES[request.action_id]
    now = deps.clock()
    return await decide_conflict(conn, customer_id, field, choice, by=decision.actor, at=now, seen=seen)


async def _show_log(deps: Deps, request: ActionRequest) -> None:
    if request.view_type != "modal":
        return
    try:
        view = await log_view(deps, page_of(request.metadata))
    except InvalidLogError:
        view = card_modal(outdated_button(), TITLE)
    await update_modal(deps, request.view_id, view)


async def _sees(deps: Deps, request: ActionRequest, view_id: str) -> bool:
    allowed = await admitted_in(
        deps,
        request.person,
        Capability.RUN_THE_HOUSE,
        action=request.action_id,
        subject=request.value,
        view_id=view_id,
        title=TITLE,
    )
    return allowed is not None


def _event(deps: Deps, decision: Decision, done: str, was: Conflict) -> AuditEvent:
    detail = {
        "field": was.field,
        "erp_value": was.standing.erp_value,
        "crm_value": was.standing.crm_value,
        "was": was.standing.state.value,
    }
    return AuditEvent(
        at=deps.clock(), actor=decision.actor, action=f"conflict.{done}", subject=was.customer_id, detail=detail
    )


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_choice(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        refused = await decide(deps, request)
        await ack()
        await show_decided(deps, request, refused)

    async def on_order(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        view = await order(deps, request)
        await ack()
        await update_modal(deps, request.view_id, view)

    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_log(deps, action_request(body))

    async def on_turn(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await turn(deps, action_request(body))

    for action_ids, listener in (
        (_DONE, on_choice),
        ((KEEP_ALL, ACCEPT_ALL), on_order),
        (_OPENED, on_open),
        ((LIST, FIELD, NEXT, BACK), on_turn),
    ):
        for action_id in action_ids:
            app.action(action_id)(listener)


FEATURE = Feature(effects=frozenset({*_DONE, KEEP_ALL, ACCEPT_ALL}), works={DECIDE: decide_many}, register=_register)
