"""What no listener took, and what one of them raised: answered, logged once, never left unacknowledged."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.deps import Deps
from bot.doors.asking import asker, part, reply_for
from bot.slack.modals import opened_by, update_modal
from bot.views.apologies import expired_answer, not_sent_text, open_with_complaint, outdated_shortcut
from bot.views.card_modal import card_modal
from bot.views.metadata import OutdatedViewError
from bot.views.misses import failed, outdated_button
from store.audit import AuditEvent
from store.errors import StoreError

# Registered last, so it only takes what nothing else did: buttons of an older version, events we did not ask for.
_ANYTHING = re.compile(".*")
_OK = 200
_MAX_SUBJECT = 200
_TITLE = "Tesorio"
_MAX_KIND, _MAX_KINDS = 60, 100
_log = logging.getLogger(__name__)


def register_last_doors(app: AsyncApp, deps: Deps) -> None:
    """Must come after every other listener."""

    async def old_button(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await deps.answering.post_privately(reply_for(body), outdated_button())

    async def old_shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await deps.answering.post_privately(reply_for(body), outdated_shortcut())

    async def old_view(ack: Any, body: dict[str, Any]) -> None:
        if body.get("type") == "view_submission":
            await _tell_expired(deps, body, ack)
        await ack()

    async def no_options(ack: Any) -> None:
        await ack(options=[])

    unknown: set[str] = set()

    async def unknown_event(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        kind = str(part(body, "event").get("type"))[:_MAX_KIND]
        if kind not in unknown and len(unknown) < _MAX_KINDS:
            unknown.add(kind)
            _log.info("Slack sends events of type %s, to which nothing listens here", kind)

    async def on_error(error: Exception, body: dict[str, Any], ack: Any) -> BoltResponse:
        if _is_told_once(error, body):
            # Slack does not tell it again: whoever took it in serves it again when the store can be used.
            raise error
        await _tell_failure(deps, error, body, ack)
        return BoltResponse(status=_OK)

    app.action({"action_id": _ANYTHING})(old_button)
    app.shortcut(_ANYTHING)(old_shortcut)
    app.view(_ANYTHING)(old_view)
    app.options(_ANYTHING)(no_options)
    app.event(_ANYTHING)(unknown_event)
    app.error(on_error)


def _is_told_once(error: Exception, body: Mapping[str, Any]) -> bool:
    """An event that the store could not take. Who asked something is told so instead, and asks again."""
    return isinstance(error, StoreError) and body.get("type") == "event_callback" and asker(body) is None


async def _tell_expired(deps: Deps, body: Mapping[str, Any], ack: Any) -> None:
    """A form from before an update: said in its place, with what had been typed; of a button in it, to the person."""
    view, person = part(body, "view"), asker(body)
    actor = f"slack:{person.team_id}:{person.user_id}" if person else "slack"
    subject = str(view.get("callback_id") or "")[:_MAX_SUBJECT]
    deps.audit.note(AuditEvent(at=deps.clock(), actor=actor, action="view.expired", subject=subject))
    if body.get("type") == "view_submission":
        await ack(**expired_answer(view))
        return
    await ack()
    if person is not None:
        await deps.answering.post_privately(reply_for(body), outdated_button())


async def _tell_failure(deps: Deps, error: Exception, body: Mapping[str, Any], ack: Any) -> None:
    if isinstance(error, OutdatedViewError):
        await _tell_expired(deps, body, ack)
        return
    reference = uuid4().hex[:8]
    _log.error("request failed, reference %s", reference, exc_info=error)
    is_acked = getattr(ack, "seconds", None) is not None
    if body.get("type") == "view_submission" and not is_acked:
        await ack(**open_with_complaint(part(body, "view"), not_sent_text(reference)))
        return
    if body.get("type") == "block_suggestion":
        # Whoever types sees that nothing was found; the next letter asks again.
        await ack(options=[])
        return
    await ack()
    view_id = opened_by(str(body.get("trigger_id") or ""))
    if view_id and await update_modal(deps, view_id, card_modal(failed(reference), _TITLE)):
        return
    if asker(body) is not None:
        await deps.answering.post_privately(reply_for(body), failed(reference))
