"""Refusing to change a contact that another system owns: no button of ours asks for that, so it is on record."""

from typing import Any

from bot.access import Decision
from bot.deps import Deps
from bot.views.contact_form import EDIT_TITLE
from bot.views.modal import notice_modal
from bot.views.names import MAX_NAME
from bot.views.text import literal
from store.audit import AuditEvent


def refused_edit(deps: Deps, decision: Decision, contact_id: str, only_in: str, *, action: str) -> dict[str, Any]:
    """The modal that says where such a contact is changed instead; the audit trail has who tried."""
    event = AuditEvent(at=deps.clock(), actor=decision.actor, action=f"{action}.denied", subject=contact_id)
    deps.audit.note(event)
    system = literal(only_in, MAX_NAME)
    return notice_modal(EDIT_TITLE, f"This contact is {system}'s and is changed there: nothing was changed here.")
