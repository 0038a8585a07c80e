"""«Refresh» on a card: this one record is read from its source now, and the card replaced.

The click is durable before it is acknowledged; the reading happens in the background, the old card stands meanwhile.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.cards import card_for
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.views.misses import outdated_button
from bot.views.values import InvalidValueError, RecordRef, decode
from store.customers import customer_by_id
from store.invoices import invoice_by_id
from store.work import Payload


async def ask(deps: Deps, request: ActionRequest) -> None:
    """Check the person and start the reading; a second click of the same button press changes nothing."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.LOOK_UP,
        action=request.action_id,
        subject=request.value,
        response_url=request.response_url,
    )
    if allowed is None:
        return
    payload = await _payload(deps, request)
    if payload is None:
        await deps.answering.post_privately(request.response_url, outdated_button())
        return
    work_id = f"refresh-{request.person.user_id}-{request.channel_id}-{request.action_ts}"
    await deps.work.start("refresh", work_id, payload)


async def finish(deps: Deps, payload: Payload, trouble: str) -> None:
    """Replace the card by what the store has now; `trouble` is why the source could not be read, if it could not."""
    notice = f"{trouble}; these are the last known figures." if trouble else None
    ref = decode(payload["value"])
    async with deps.store.read() as conn:
        card = await card_for(deps, conn, ref, notice=notice)
    if card is not None:
        await deps.answering.replace(payload["response_url"], card)


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
        "response_url": request.response_url,
    }


async def _identity(deps: Deps, ref: RecordRef) -> tuple[str, str] | None:
    """The system and the id in it; None for a record that we never saw."""
    async with deps.store.read() as conn:
        read = invoice_by_id if ref.kind == "invoice" else customer_by_id
        record = await read(conn, ref.record_id)
    return (record.origin, record.source_id) if record else None


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_refresh(ack: Any, body: dict[str, Any]) -> None:
        await ask(deps, action_request(body))
        await ack()

    app.action("refresh.record")(on_refresh)


FEATURE = Feature(effects=frozenset({"refresh.record"}), register=_register)
