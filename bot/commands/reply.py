"""«Reply to Tesorio»: a note, a promise to pay or a dispute about a record, from a card or from any message.

What is saved is durable before the person is told so; the note, its deliveries and the line under the message that it
answers follow from that, and every state of a delivery is shown where the person may still be looking.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson
from bot.commands.guard import admitted_in, judged, refusal
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, Shortcut, action_request
from bot.reading.cards import place_of
from bot.replying.replies import LINE, about_of, key_of, payload_of, queued, shown_text, write_reply
from bot.replying.reply_form import Filled, FormError, filled_in, said
from bot.replying.reply_forms import form_of
from bot.replying.reply_progress import told_of_line, told_of_note
from bot.replying.typed_before import keep_typed, mark_of, typed_before
from bot.slack.messages import names_of, permalink_of
from bot.slack.modals import open_loading, open_over, update_modal
from bot.slack.view_request import ShortcutRequest, ViewRequest, shortcut_request, view_request
from bot.views.card_modal import card_modal
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.misses import outdated_button
from bot.views.modal import block_id_of
from bot.views.pick import PICK_ACTION, picked
from bot.views.quoted import people_in, quotation
from bot.views.reply import (
    KIND,
    PURPOSE,
    SUBMIT,
    TEXT,
    TITLE,
    Origin,
    ReplyKind,
    reply_modal,
    saved_modal,
    state_words,
)
from bot.views.values import RecordRef
from store.audit import AuditEvent
from store.errors import StoreError
from store.work import Payload, TryLaterError

OPEN = "reply.open"
SHORTCUT = "reply_to_tesorio"
WORK = "note"
_NONCE_CHARACTERS = 32
_EARLIER = "This was saved before as you had it then. To keep what it says now as well, press Save again."
_OUTDATED = "This form was from before an update. Have a look at it and save it again."


async def open_form(deps: Deps, request: ActionRequest) -> None:
    """The button on a card or a shared message: the form for its record."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is None or not await _may(deps, request.person, request.action_id, request.value, view_id):
        return
    ref, reply = picked(request.value), request.reply
    if ref is None:
        await update_modal(deps, view_id, card_modal(outdated_button(), TITLE))
        return
    origin = await _origin(deps, reply.channel_id, reply.message_ts, reply.thread_ts)
    filled = Filled(kind=ReplyKind.NOTE, ref=ref, targets=deps.rules.notes.targets)
    form = await form_of(deps, origin, filled, query=request.query)
    await update_modal(deps, view_id, reply_modal(form))


async def open_for_message(deps: Deps, request: ShortcutRequest) -> None:
    """The shortcut on a message: the form with its words as a quotation, or with the record that it shows."""
    subject = f"{request.channel_id}/{request.message_ts}"
    view_id = await open_loading(deps, request.trigger_id, TITLE, reply=request.reply)
    if view_id is None or not await _may(deps, request.person, request.callback_id, subject, view_id):
        return
    origin = await _origin(deps, request.channel_id, request.message_ts, str(request.message.get("thread_ts") or ""))
    ref = _record_of(request.message)
    # What a card says is the record itself; what a person wrote above its preview is worth keeping.
    text = "" if ref and request.message.get("bot_id") else await _quoted(deps, request.message)
    filled = Filled(kind=ReplyKind.NOTE, ref=ref, text=text, targets=deps.rules.notes.targets)
    await update_modal(deps, view_id, reply_modal(await form_of(deps, origin, filled)))


async def redraw(deps: Deps, request: ActionRequest, entered: ViewRequest) -> None:
    """Another kind was chosen: its inputs take the place of the others, and all that was entered stays."""
    if not await _may(deps, request.person, request.action_id, request.value, request.view_id):
        return
    try:
        origin = recalled(request.metadata)
    except OutdatedViewError:
        origin = Origin(nonce=uuid4().hex)
    form = await form_of(deps, origin, filled_in(entered))
    await update_modal(deps, request.view_id, reply_modal(form))


async def submit(deps: Deps, request: ViewRequest) -> dict[str, Any]:
    """Save what was entered, or say what has to be put right; the answer to the submission."""
    decision = await judged(
        deps, request.person, Capability.ACT, action=SUBMIT, subject=request.text(PICK_ACTION) or request.view_id
    )
    if not decision.allowed or decision.user is None:
        return _errors({TEXT: refusal(decision).text}, request)
    filled = filled_in(request)
    try:
        origin = recalled(request.metadata)
    except OutdatedViewError:
        deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action=f"{SUBMIT}.outdated"))
        return await _anew(deps, Origin(nonce=""), filled, _OUTDATED)
    user, key = request.person.user_id, key_of(request.person.user_id, origin.nonce)
    async with deps.store.read() as conn:
        about = await about_of(conn, filled.ref)
        before = await typed_before(conn, deps, f"{WORK}-{key}", user)
    targets = tuple(name for name in deps.target_titles if name in filled.targets)
    if before is not None and before["typed"] == _typed(filled):
        # Its first answer got lost: what it said then stays, whatever is open by now.
        return _told(deps, targets, before["title"], before["about"], filled.text)
    try:
        wanted = said(filled, about, place_of(deps))
    except FormError as error:
        return _errors(error.errors, request)
    if before is not None:
        return await _anew(deps, origin, filled, _EARLIER)
    payload = payload_of(wanted, origin, decision.user, user, targets=targets, view_id=request.view_id, at=deps.clock())
    await deps.work.start(WORK, f"{WORK}-{key}", payload | {"typed": _typed(filled)})
    return _told(deps, targets, wanted.title, payload["about"], wanted.text)


def _typed(filled: Filled) -> str:
    """A mark of what was typed: not of the amount that an empty input stands for, which a payment changes."""
    return mark_of(asdict(filled) | {"targets": sorted(filled.targets)})


def _told(deps: Deps, targets: tuple[str, ...], title: str, record: str, text: str) -> dict[str, Any]:
    state = state_words(queued(targets, deps.target_titles))
    return {"response_action": "update", "view": saved_modal(title or "Note", record, shown_text(text), state)}


async def _anew(deps: Deps, origin: Origin, filled: Filled, notice: str) -> dict[str, Any]:
    """The form as it was filled in, to be saved under another name."""
    form = await form_of(deps, replace(origin, nonce=uuid4().hex), filled, notice=notice)
    return {"response_action": "update", "view": reply_modal(form)}


async def save(deps: Deps, work_id: str, payload: Payload) -> None:
    """The durable work: write down what was saved, and have it delivered."""
    try:
        async with deps.store.write() as conn:
            await write_reply(conn, payload, deps.target_titles, at=deps.clock())
            if "typed" in payload:
                remembered = {name: payload[name] for name in ("typed", "title", "about")}
                await keep_typed(conn, deps, work_id, payload["slack_user"], remembered)
    except StoreError as error:
        raise TryLaterError(str(error)) from error
    deps.changed.ring()
    deps.outbox.ring()


def recalled(metadata: str) -> Origin:
    """What the form remembers. Raises OutdatedViewError for what this version did not write."""
    found = unpack(PURPOSE, metadata)
    if set(found) != set(Origin.__dataclass_fields__):
        raise OutdatedViewError("of another form")
    origin = Origin(**found)
    if len(origin.nonce) != _NONCE_CHARACTERS or not origin.nonce.isalnum():
        raise OutdatedViewError("without its own name")
    return origin


async def _may(deps: Deps, person: SlackPerson, action: str, subject: str, view_id: str) -> bool:
    """Whether the person may write; who may not reads so in the modal."""
    allowed = await admitted_in(
        deps, person, Capability.ACT, action=action, subject=subject, view_id=view_id, title=TITLE
    )
    return allowed is not None


def _errors(told: Mapping[str, str], request: ViewRequest) -> dict[str, Any]:
    """The answer that keeps the form open; what is said of an input that is not drawn yet stands at the kind."""
    at = {action_id: request.blocks.get(action_id, block_id_of(KIND)) for action_id in told}
    return {"response_action": "errors", "errors": {at[action_id]: text for action_id, text in told.items()}}


async def _origin(deps: Deps, channel: str, message_ts: str, thread_ts: str) -> Origin:
    """A new form's memory, of the message that it answers when it answers one."""
    if not channel or not message_ts:
        return Origin(nonce=uuid4().hex)
    permalink = await permalink_of(deps, channel, message_ts)
    return Origin(nonce=uuid4().hex, channel=channel, thread_ts=thread_ts or message_ts, permalink=permalink)


def _record_of(message: Mapping[str, Any]) -> RecordRef | None:
    """The record of a card, a shared message or a preview, from its own button."""
    parts = (message, *(message.get("attachments") or ()))
    blocks = [block for part in parts for block in part.get("blocks") or ()]
    inside = [element for block in blocks for element in (*(block.get("elements") or ()), block.get("accessory") or {})]
    values = (str(element.get("value") or "") for element in inside if element.get("action_id") == OPEN)
    return next((ref for ref in map(picked, values) if ref), None)


async def _quoted(deps: Deps, message: Mapping[str, Any]) -> str:
    text, author = str(message.get("text") or ""), str(message.get("user") or "")
    names = await names_of(deps, (author, *people_in(text)))
    return quotation(text, names, names.get(author, ""))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_form(deps, action_request(body))

    async def on_shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_for_message(deps, shortcut_request(body))

    async def on_kind(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await redraw(deps, action_request(body), view_request(body))

    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await submit(deps, view_request(body)))

    app.action(OPEN)(on_open)
    app.shortcut(SHORTCUT)(on_shortcut)
    app.action(KIND)(on_kind)
    app.view(SUBMIT)(on_submit)


FEATURE = Feature(
    shortcuts=(
        Shortcut(
            callback_id=SHORTCUT,
            name="Reply to Tesorio",
            description="Keep this message as a note, a promise to pay or a dispute",
            type="message",
        ),
    ),
    scopes=frozenset({"chat:write", "commands", "users:read"}),
    works={WORK: save},
    delivered={"note": told_of_note, LINE: told_of_line},
    register=_register,
)
