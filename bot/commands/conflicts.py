"""Deciding on Home which system's value of a customer's field shows, where the ERP and the CRM differ."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import admitted
from bot.commands.home import show_home
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.conflicts import ACCEPT, KEEP, conflict_named
from bot.views.misses import outdated_button
from store.audit import AuditEvent
from store.crm_conflicts import Choice, Conflict, decide_conflict

_CHOICES = {KEEP: Choice.KEEP, ACCEPT: Choice.ACCEPT}


async def decide(deps: Deps, request: ActionRequest) -> None:
    """Do what was chosen, now and for what comes; Home then shows what is left."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.RUN_THE_HOUSE,
        action=request.action_id,
        subject=request.value,
        reply=request.reply,
    )
    if allowed is None:
        return
    customer_id, field = conflict_named(request.value)
    choice = _CHOICES[request.action_id]
    async with deps.store.write() as conn:
        was = await decide_conflict(conn, customer_id, field, choice, by=allowed.actor, at=deps.clock())
    if was is None:
        await deps.answering.post_privately(request.reply, outdated_button())
    else:
        deps.audit.note(_event(deps, allowed.actor, choice, was))
    await show_home(deps, request.person)


def _event(deps: Deps, actor: str, choice: Choice, was: Conflict) -> AuditEvent:
    detail = {
        "field": was.field,
        "erp_value": was.standing.erp_value,
        "crm_value": was.standing.crm_value,
        "was": was.standing.state.value,
    }
    action = f"conflict.{'kept' if choice is Choice.KEEP else 'accepted'}"
    return AuditEvent(at=deps.clock(), actor=actor, action=action, subject=was.customer_id, detail=detail)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_choice(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await decide(deps, action_request(body))

    for action_id in (KEEP, ACCEPT):
        app.action(action_id)(on_choice)


FEATURE = Feature(register=_register)
