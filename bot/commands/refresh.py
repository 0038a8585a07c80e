"""«Refresh» on a card: this one record is read from its source now, and the card replaced.

The click is durable before it is acknowledged; the reading happens in the background, the old card stands meanwhile.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision, SlackPerson, decide
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.reading.cards import card_for
from bot.reading.matches import match_for
from bot.slack.answering import ReplyTo, kept_reply, restored_reply
from bot.slack.audience import reads_alone
from bot.slack.modals import update_modal
from bot.views.answers import card_again
from bot.views.card_modal import card_modal, renewed_modal, title_of
from bot.views.misses import outdated_button
from bot.views.parts import Message
from bot.views.values import InvalidValueError, RecordRef, decode
from bot.visibility import visible_replacement
from store.audit import AuditEvent
from store.customers import customer_by_id
from store.invoices import invoice_by_id
from store.work import Payload

_REPLY = "reply_"


async def ask(deps: Deps, request: ActionRequest) -> Message | None:
    """Start the reading, once however often this click comes; what to tell the person when it was not started."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.value)
    if not decision.allowed:
        return refusal(decision)
    payload = await _payload(deps, request)
    if payload is None:
        return outdated_button()
    work_id = f"refresh-{request.person.user_id}-{request.reply.channel_id}-{request.action_ts}"
    await deps.work.start("refresh", work_id, payload)
    return None


async def finish(deps: Deps, payload: Payload, trouble: str) -> None:
    """Replace the card by what the store has now; `trouble` is why the source could not be read, if it could not.

    Who may not look it up any more when it is read reads only that.
    """
    decision = await _decided(deps, payload)
    if not decision.allowed:
        await _say(deps, refusal(decision), payload["value"], payload.get("view_id", ""), reply_of(payload))
        return
    notice = f"{trouble}; these are the last known figures." if trouble else None
    ref = decode(payload["value"])
    is_private = bool(payload.get("view_id")) or await reads_alone(deps, reply_of(payload))
    async with deps.store.read() as conn:
        match = await match_for(deps, conn, ref, payload["query"])
        card = await card_for(deps, conn, ref, match=match, notice=notice, is_private=is_private)
    if card is not None:
        await _put(deps, payload, card)


def reply_of(payload: Payload) -> ReplyTo:
    """Where the answer to the click goes that started this work."""
    return restored_reply(payload, _REPLY)


async def _decided(deps: Deps, payload: Payload) -> Decision:
    """Whether who clicked may still see the record; that they may not is audited."""
    # Work that an earlier version started names nobody, and nobody may see nothing.
    person = SlackPerson(team_id=payload.get("team_id", ""), user_id=payload.get("user_id", ""))
    async with deps.store.read() as conn:
        decision = await decide(conn, person, Capability.LOOK_UP)
    if not decision.allowed:
        denied = AuditEvent(
            at=deps.clock(), actor=decision.actor, action="refresh.record.denied", subject=payload["record_id"]
        )
        deps.audit.note(denied)
    return decision


async def _put(deps: Deps, payload: Payload, shown: Message) -> None:
    """In the place where the card was that was refreshed; a modal that was closed meanwhile needs nothing."""
    if view_id := payload.get("view_id"):
        await update_modal(deps, view_id, renewed_modal(shown, title_of(payload["value"]), payload["metadata"]))
        return
    again = card_again(decode(payload["value"]), shown)
    await visible_replacement(deps, reply_of(payload), shown, again=again)


async def _payload(deps: Deps, request: ActionRequest) -> dict[str, str] | None:
    try:
        ref = decode(request.value)
    except InvalidValueError:
        return None
    known = await _identity(deps, ref)
    if known is None:
        return None
    origin, source_id = known
    return {
        "kind": ref.kind,
        "record_id": ref.record_id,
        "origin": origin,
        "source_id": source_id,
        "value": request.value,
        "query": request.query,
        "team_id": request.person.team_id,
        "user_id": request.person.user_id,
        "view_id": request.view_id if request.view_type == "modal" else "",
        "metadata": request.metadata,
        **kept_reply(request.reply, _REPLY),
    }


async def _identity(deps: Deps, ref: RecordRef) -> tuple[str, str] | None:
    """The system and the id in it; None for a record that we never saw."""
    async with deps.store.read() as conn:
        read = invoice_by_id if ref.kind == "invoice" else customer_by_id
        record = await read(conn, ref.record_id)
    return (record.origin, record.source_id) if record else None


async def _say(deps: Deps, told: Message, value: str, view_id: str, reply: ReplyTo) -> None:
    """Where no card can be shown: in the modal that was clicked in, if it was one, else privately."""
    if view_id:
        await update_modal(deps, view_id, card_modal(told, title_of(value)))
        return
    await deps.answering.post_privately(reply, told)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_refresh(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        told = await ask(deps, request)
        await ack()
        if told is not None:
            view_id = request.view_id if request.view_type == "modal" else ""
            await _say(deps, told, request.value, view_id, request.reply)

    app.action("refresh.record")(on_refresh)


FEATURE = Feature(effects=frozenset({"refresh.record"}), register=_register)
