"""Whether whoever asked for durable work may have it done, when it is done."""

from bot.access import Capability, Decision, SlackPerson, decide
from bot.commands.guard import refusal
from bot.deps import Deps
from bot.slack.modals import update_modal
from bot.views.card_modal import card_modal
from store.audit import AuditEvent
from store.work import Payload


def person_of(payload: Payload) -> SlackPerson:
    """Who asked for it."""
    return SlackPerson(team_id=payload["team_id"], user_id=payload["slack_user"])


async def still_runs_the_house(deps: Deps, payload: Payload, *, action: str, subject: str, title: str) -> bool:
    """Whether they still run the house; who does not reads so where it was asked for, and the audit trail has it."""
    async with deps.store.read() as conn:
        allowed: Decision = await decide(conn, person_of(payload), Capability.RUN_THE_HOUSE)
    if allowed.allowed:
        return True
    deps.audit.note(AuditEvent(at=deps.clock(), actor=allowed.actor, action=f"{action}.denied", subject=subject))
    if payload.get("view_id"):
        await update_modal(deps, payload["view_id"], card_modal(refusal(allowed), title))
    return False
