"""«Notes & e-mails»: what was written about a record; disputes are resolved and promises withdrawn there."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision
from bot.commands.guard import admitted, admitted_in
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.replying.note_pages import notes_page
from bot.slack.modals import open_over, update_modal
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.modal import notice_modal
from bot.views.notes import NEWER, OLDER, PURPOSE, RESOLVE, TITLE, WITHDRAW, notes_modal
from bot.views.pick import picked
from bot.views.values import RecordRef
from store.disputes import resolve_dispute
from store.promises import withdraw_promise

OPEN = "notes.open"
_GONE = "This list is from before an update. Close it and open it again."


async def open_list(deps: Deps, request: ActionRequest) -> None:
    """The button on a card: the newest of what was written about its record."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is None:
        return
    decision = await _admitted_in(deps, request, view_id)
    if decision is not None:
        await _show(deps, decision, view_id, picked(request.value), 0)


async def turn(deps: Deps, request: ActionRequest) -> None:
    """The page before or after."""
    decision = await _admitted_in(deps, request, request.view_id)
    if decision is not None:
        ref, _ = _recalled(request.metadata)
        await _show(deps, decision, request.view_id, ref, _number(request.value))


async def close(deps: Deps, request: ActionRequest) -> Decision | None:
    """Resolve a dispute or withdraw a promise, once however often it is pressed; None when the person may not."""
    decision = await admitted(
        deps, request.person, Capability.ACT, action=request.action_id, subject=request.value, reply=request.reply
    )
    if decision is None or decision.user is None:
        return None
    async with deps.store.write() as conn:
        if request.action_id == RESOLVE:
            await resolve_dispute(conn, request.value, by=decision.user.name, at=deps.clock())
        else:
            await withdraw_promise(conn, request.value, at=deps.clock())
    deps.changed.ring()
    return decision


async def show_again(deps: Deps, decision: Decision, request: ActionRequest) -> None:
    """The page on which something was pressed, as it is now."""
    ref, offset = _recalled(request.metadata)
    await _show(deps, decision, request.view_id, ref, offset)


async def _show(deps: Deps, decision: Decision, view_id: str, ref: RecordRef | None, offset: int) -> None:
    may_act = decision.user is not None and decision.user.role in Capability.ACT.value
    page = None
    if ref is not None:
        async with deps.store.read() as conn:
            page = await notes_page(deps, conn, ref, offset, may_act=may_act)
    await update_modal(deps, view_id, notes_modal(page) if page else notice_modal(TITLE, _GONE))


async def _admitted_in(deps: Deps, request: ActionRequest, view_id: str) -> Decision | None:
    """Whether the person may read notes; whoever may not reads so in this view."""
    who, what = request.person, {"action": request.action_id, "subject": request.value}
    return await admitted_in(deps, who, Capability.LOOK_UP, **what, view_id=view_id, title=TITLE)


def _recalled(metadata: str) -> tuple[RecordRef | None, int]:
    """The record and the page that the modal shows; None when it does not say so in our words."""
    try:
        found: Mapping[str, str] = unpack(PURPOSE, metadata)
    except OutdatedViewError:
        return None, 0
    return picked(found.get("record", "")), _number(found.get("offset", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("999999999") else 0


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_list(deps, action_request(body))

    async def on_turn(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await turn(deps, action_request(body))

    async def on_close(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        decision = await close(deps, request)
        await ack()
        if decision is not None:
            await show_again(deps, decision, request)

    app.action(OPEN)(on_open)
    for action_id in (OLDER, NEWER):
        app.action(action_id)(on_turn)
    for action_id in (RESOLVE, WITHDRAW):
        app.action(action_id)(on_close)


FEATURE = Feature(effects=frozenset({RESOLVE, WITHDRAW}), register=_register)
