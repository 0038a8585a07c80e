"""The one check before anything is shown or done for a person in Slack."""

from bot.access import Capability, Decision, SlackPerson, decide
from bot.deps import Deps
from bot.slack.answering import ReplyTo
from bot.slack.modals import update_modal
from bot.views.card_modal import card_modal
from bot.views.misses import not_linked, not_permitted, role_refused
from bot.views.parts import Message
from bot.views.question import Question, question_value
from store.audit import AuditEvent

_MAX_SUBJECT = 200


async def judged(deps: Deps, person: SlackPerson, wanted: Capability, *, action: str, subject: str) -> Decision:
    """Whether the person may, as the store is now. Either way the audit trail has who tried what."""
    async with deps.store.read() as conn:
        decision = await decide(conn, person, wanted)
    name = action if decision.allowed else f"{action}.denied"
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action=name, subject=subject[:_MAX_SUBJECT]))
    return decision


def refusal(decision: Decision, question: Question | None = None) -> Message:
    """What a person who may not is told: no data, and what to do; «Connect» remembers what they had asked."""
    if decision.user is None:
        return not_linked(question_value(question) if question else "")
    if decision.takes is None:
        return not_permitted()
    return role_refused(decision.takes.value, decision.user.role.value, decision.admins)


async def admitted(
    deps: Deps, person: SlackPerson, wanted: Capability, *, action: str, subject: str, reply: ReplyTo, asked: str = ""
) -> Decision | None:
    """The decision, if the person may; otherwise they are told so, privately, and None comes back.

    `asked` is the line that they typed, where it is a question that can be answered once they are connected.
    """
    decision = await judged(deps, person, wanted, action=action, subject=subject)
    if decision.allowed:
        return decision
    await deps.answering.post_privately(reply, refusal(decision, Question(line=asked, at=deps.clock())))
    return None


async def admitted_in(
    deps: Deps, person: SlackPerson, wanted: Capability, *, action: str, subject: str, view_id: str, title: str
) -> Decision | None:
    """The same for a modal that is open: whoever may not reads so in it."""
    decision = await judged(deps, person, wanted, action=action, subject=subject)
    if decision.allowed:
        return decision
    await update_modal(deps, view_id, card_modal(refusal(decision), title))
    return None
