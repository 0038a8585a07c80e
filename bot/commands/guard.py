"""The one check before anything is shown or done for a person in Slack."""

from bot.access import Capability, Decision, SlackPerson, decide
from bot.deps import Deps
from bot.views.misses import not_linked
from store.audit import AuditEvent


async def admitted(
    deps: Deps, person: SlackPerson, wanted: Capability, *, action: str, subject: str, response_url: str
) -> Decision | None:
    """The decision, if the person may; otherwise they are told so, privately and without data, and None comes back.

    Either way the audit trail has who tried what.
    """
    async with deps.store.read() as conn:
        decision = await decide(conn, person, wanted)
    name = action if decision.allowed else f"{action}.denied"
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action=name, subject=subject[:200]))
    if decision.allowed:
        return decision
    await deps.answering.post_privately(response_url, not_linked())
    return None
