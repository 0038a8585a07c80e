"""What people see of a reply while its deliveries move: in the form, and in the line under the answered message."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.deliver import slack_post, slack_update
from bot.deps import Deps
from bot.replying.note_pages import states_of
from bot.replying.replies import LINE, line_id, shown_text
from bot.slack.modals import update_modal
from bot.views.parts import Message
from bot.views.reply import ReplyKind, saved_modal, state_words, thread_line, told_privately
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id

UPDATE, TOLD = "reply.update", "reply.told"
_NOT_POSTED = frozenset({DeliveryState.REJECTED, DeliveryState.DEAD, DeliveryState.DROPPED})


async def told_of_note(deps: Deps, delivery: Delivery) -> None:
    """The note has moved on its way to a system: the form, if it is still open, and the lines about it say so."""
    async with deps.store.write() as conn:
        state = state_words(await states_of(deps, conn, delivery.note_id))
        posted = [await delivery_by_id(conn, each) for each in (line_id(delivery.note_id), _told_id(delivery.note_id))]
        shown = [each for each in posted if each and each.payload and each.state not in _NOT_POSTED]
        updates = [_update(deps, each, delivery, state) for each in shown]
        await add_deliveries(conn, updates)
    if updates:
        deps.outbox.ring()
    reply: Mapping[str, Any] = delivery.payload.get("reply") or {}
    if reply.get("view_id"):
        form = saved_modal(reply["title"] or "Note", reply["about"], shown_text(reply["text"]), state)
        await update_modal(deps, reply["view_id"], form)


async def told_of_line(deps: Deps, delivery: Delivery) -> None:
    """The line could not be written where the message is, as in a channel without the app: its author is told alone."""
    if delivery.state not in _NOT_POSTED:
        return
    reply = delivery.payload["reply"]
    async with deps.store.write() as conn:
        state = state_words(await states_of(deps, conn, delivery.note_id))
        told = slack_post(
            _words(reply, TOLD, state),
            id=_told_id(delivery.note_id),
            kind=TOLD,
            channel=reply["slack_user"],
            at=deps.clock(),
        )
        await add_deliveries(conn, [replace(told, payload={**told.payload, "reply": reply})])
    deps.outbox.ring()


def _update(deps: Deps, posted: Delivery, moved: Delivery, state: str) -> Delivery:
    """New words for a line that was posted or will be, once for each move of the note."""
    return slack_update(
        _words(posted.payload["reply"], posted.kind, state),
        id=f"{posted.id}/{moved.target}/{moved.state.value}/{moved.round}/{moved.attempts}",
        kind=UPDATE,
        channel=str(posted.payload["channel"]),
        at=deps.clock(),
        of=posted.id,
    )


def _words(reply: Mapping[str, Any], kind: str, state: str) -> Message:
    if kind == LINE:
        return thread_line(reply["author"], ReplyKind(reply["kind"]), state)
    return told_privately(ReplyKind(reply["kind"]), reply["about"], state)


def _told_id(note_id: str) -> str:
    return f"{note_id}/told"
