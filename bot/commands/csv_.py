"""«CSV» on a table: all its rows as a file in the person's own conversation with the app.

It may take a while, so it is durable work. Slack has no idempotency key for files: the upload is noted before it is
shared, and where the answer to that was lost, the conversation is looked through before it is shared again.
"""

from datetime import datetime, timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson, decide
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.exporting.csv_file import MAX_ROWS, TooManyRowsError, csv_file
from bot.exporting.slack_files import (
    FileGoneError,
    FileRefusedError,
    conversation_with,
    is_shared,
    send_file,
    share_file,
)
from bot.feature import ActionRequest, Feature, action_request
from bot.slack.answering import ReplyTo, kept_reply, restored_reply
from bot.views.csv_notices import csv_failed, csv_in_doubt, csv_started, csv_too_long
from bot.views.misses import outdated_button
from bot.views.parts import Message
from bot.views.portfolio_menus import CSV_ACTION
from bot.views.table_ref import InvalidTableError, decode_table
from store.audit import AuditEvent
from store.errors import StoreError
from store.exports import Export, add_export, export_by_id, forget_export, mark_sent
from store.work import Payload, TryLaterError

KIND = "csv"
_REPLY = "reply_"
# Who asked for a file wants it now; after an hour of trouble they are told instead.
_PATIENCE = timedelta(hours=1)
# After a lost answer a message may still be on its way into the conversation.
_SETTLING_SECONDS = 10.0


async def ask(deps: Deps, request: ActionRequest) -> Message:
    """Start the work, once however often this click comes; what to tell the person."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.value)
    if not decision.allowed:
        return refusal(decision)
    try:
        decode_table(request.value)
    except InvalidTableError:
        return outdated_button()
    person, reply = request.person, request.reply
    work_id = f"csv-{person.team_id}-{person.user_id}-{reply.channel_id}-{request.action_ts}"
    payload = {
        "table": request.value,
        "team_id": person.team_id,
        "user_id": person.user_id,
        "asked_at": deps.clock().isoformat(),
        **kept_reply(reply, _REPLY),
    }
    await deps.work.start(KIND, work_id, payload)
    return csv_started()


async def send(deps: Deps, work_id: str, payload: Payload) -> None:
    """Make the file and deliver it, or say why that cannot be. Raises TryLaterError."""
    try:
        told = await _delivered(deps, work_id, payload)
    except (TryLaterError, StoreError) as error:
        if deps.clock() - datetime.fromisoformat(payload["asked_at"]) < _PATIENCE:
            raise error if isinstance(error, TryLaterError) else TryLaterError(str(error)) from error
        told = csv_in_doubt()
    if told is not None:
        await deps.answering.post_privately(_reply(payload), told)


async def _delivered(deps: Deps, work_id: str, payload: Payload) -> Message | None:
    """One try; what to tell the person when there will be no file."""
    async with deps.store.read() as conn:
        known = await export_by_id(conn, work_id)
        person = SlackPerson(team_id=payload["team_id"], user_id=payload["user_id"])
        decision = await decide(conn, person, Capability.LOOK_UP)
    if not decision.allowed or (known and known.is_sent):
        return None
    try:
        if known is None:
            known = await _upload(deps, work_id, payload)
            await _share(deps, known)
        elif not await is_shared(deps, known.file_id, channel_id=known.channel_id, since=known.uploaded_at):
            await _share(deps, known)
    except TooManyRowsError:
        return csv_too_long(MAX_ROWS)
    except FileRefusedError as error:
        return csv_failed(str(error))
    async with deps.store.write() as conn:
        await mark_sent(conn, work_id)
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action="csv.sent", subject=known.name))
    return None


async def _upload(deps: Deps, work_id: str, payload: Payload) -> Export:
    """Bring the file to Slack, and note that it is there before anybody may see it."""
    async with csv_file(deps, decode_table(payload["table"])) as file:
        channel_id = await conversation_with(deps, payload["user_id"])
        file_id = await send_file(deps, file.name, file.content, file.size)
    export = Export(
        id=work_id,
        file_id=file_id,
        channel_id=channel_id,
        name=file.name,
        words=file.words,
        uploaded_at=deps.clock(),
    )
    async with deps.store.write() as conn:
        await add_export(conn, export)
    return export


async def _share(deps: Deps, export: Export) -> None:
    try:
        await share_file(deps, export.file_id, channel_id=export.channel_id, title=export.name, text=export.words)
    except FileGoneError:
        async with deps.store.write() as conn:
            await forget_export(conn, export.id)
        raise TryLaterError("Slack has the upload no more") from None
    except TryLaterError as error:
        # Before it is looked for, a message that is on its way must have had the time to arrive.
        raise TryLaterError(str(error), after_seconds=max(error.after_seconds or 0, _SETTLING_SECONDS)) from None


def _reply(payload: Payload) -> ReplyTo:
    return restored_reply(payload, _REPLY)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_press(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        told = await ask(deps, request)
        await ack()
        await deps.answering.post_privately(request.reply, told)

    app.action(CSV_ACTION)(on_press)


FEATURE = Feature(
    effects=frozenset({CSV_ACTION}),
    # im:write and im:history: the file comes into the person's own conversation, and is looked for there.
    scopes=frozenset({"files:write", "im:write", "im:history"}),
    works={KIND: send},
    register=_register,
)
