"""«File» on an invoice's card: a file that lies in the ERP is fetched now, and comes into the thread of the card.

Where outsiders read along, or the card is one that only this person sees, it comes into their own conversation with
the app. It is durable work: Slack never waits for the ERP. In a channel nobody can look whether a file arrived whose
answer was lost, so it is not sent twice: whoever asked is told to look.
"""

import hashlib
import io
import logging
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson, decide
from bot.commands.guard import judged, refusal
from bot.deps import Deps
from bot.exporting.slack_files import (
    FileGoneError,
    FileRefusedError,
    conversation_with,
    is_shared,
    send_file,
    share_file,
)
from bot.feature import ActionRequest, Feature, action_request
from bot.files import FileError
from bot.slack.answering import ReplyTo, kept_reply, restored_reply
from bot.slack.audience import audience
from bot.views.files import SEND_ACTION, file_failed, file_gone, file_in_doubt, file_refused, file_started, file_words
from bot.views.misses import outdated_button
from bot.views.names import invoice_number
from bot.views.parts import Message
from bot.visibility import may_be_seen
from store.attachments import Attachment, attachment_by_id, refusal_of
from store.audit import AuditEvent
from store.db import ReadConnection
from store.errors import StoreError
from store.exports import Export, add_export, export_by_id, forget_export, mark_sent
from store.invoices import invoice_by_id
from store.records import RecordId
from store.work import Payload, TryLaterError

KIND = "file"
_REPLY = "reply_"
# Who asked for a file wants it now; after some trouble they are told instead.
_PATIENCE = timedelta(minutes=10)
_REFERENCE_BYTES = 4
_SLOW = "it was tried for some minutes"
# What invoices weigh; a source may take less.
_MOST_BYTES = 20_000_000
_log = logging.getLogger(__name__)


async def ask(deps: Deps, request: ActionRequest) -> Message:
    """Start the work, once however often this click comes; what to tell the person."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.value)
    if not decision.allowed:
        return refusal(decision)
    async with deps.store.read() as conn:
        file = await _file(conn, request.value)
    if file is None:
        return outdated_button()
    if (reason := refusal_of(file.name)) is not None:
        return file_refused(reason)
    thread_ts = await _thread(deps, request)
    person, reply = request.person, request.reply
    payload = {
        "file": file.id,
        "team_id": person.team_id,
        "user_id": person.user_id,
        "asked_at": deps.clock().isoformat(),
        "channel_id": reply.channel_id if thread_ts else "",
        "thread_ts": thread_ts,
        **kept_reply(reply, _REPLY),
    }
    work_id = f"{KIND}-{person.team_id}-{person.user_id}-{reply.channel_id}-{request.action_ts}"
    await deps.work.start(KIND, work_id, payload)
    return file_started(file.name, to_thread=bool(thread_ts))


async def send(deps: Deps, work_id: str, payload: Payload) -> None:
    """Bring the file, or say why that cannot be. Raises TryLaterError."""
    async with deps.store.read() as conn:
        file = await _file(conn, payload["file"])
        decision = await decide(conn, _person(payload), Capability.LOOK_UP)
        known = await export_by_id(conn, work_id)
    if not decision.allowed or (known and known.is_sent):
        return
    if file is None:
        await deps.answering.post_privately(_reply(payload), file_gone())
        return
    told = await _tried(deps, work_id, payload, file, known)
    if told is not None:
        await deps.answering.post_privately(_reply(payload), told)
        return
    async with deps.store.write() as conn:
        await mark_sent(conn, work_id)
    deps.audit.note(AuditEvent(at=deps.clock(), actor=decision.actor, action="file.sent", subject=file.id))


async def _tried(deps: Deps, work_id: str, payload: Payload, file: Attachment, known: Export | None) -> Message | None:
    """One try; what to tell the person when there will be no file. Raises TryLaterError while there is patience."""
    reference = hashlib.blake2b(work_id.encode(), digest_size=_REFERENCE_BYTES).hexdigest()
    if known is not None and payload["thread_ts"]:
        # The last try may have been shared, and in a channel nobody can look.
        return file_in_doubt(file.name, reference)
    try:
        await _deliver(deps, work_id, payload, file, known)
    except (FileRefusedError, FileError, TryLaterError, StoreError) as error:
        _log.warning("file %s [%s] was not sent: %s", file.id, reference, error)
        is_passing = isinstance(error, TryLaterError | StoreError) or getattr(error, "is_passing", False)
        if is_passing and deps.clock() - datetime.fromisoformat(payload["asked_at"]) < _PATIENCE:
            raise error if isinstance(error, TryLaterError) else TryLaterError(str(error)) from error
        return file_failed(file.name, _SLOW if is_passing else str(error), reference)
    return None


async def _deliver(deps: Deps, work_id: str, payload: Payload, file: Attachment, known: Export | None) -> None:
    if known is None:
        known = await _upload(deps, work_id, payload, file)
    elif await is_shared(deps, known.file_id, channel_id=known.channel_id, since=known.uploaded_at):
        return
    channel_id, thread_ts = known.channel_id, payload["thread_ts"]
    try:
        await share_file(
            deps, known.file_id, channel_id=channel_id, title=known.name, text=known.words, thread_ts=thread_ts
        )
    except FileGoneError:
        async with deps.store.write() as conn:
            await forget_export(conn, work_id)
        raise TryLaterError("Slack has the upload no more") from None


async def _upload(deps: Deps, work_id: str, payload: Payload, file: Attachment) -> Export:
    """Fetch the content and bring it to Slack, where nobody sees it yet; noted before anybody may. Raises FileError."""
    source = deps.source_titles.get(file.origin, file.origin)
    if deps.files is None or not deps.files.offers(file.origin):
        raise FileError(f"the files of {source} can't be read here")
    content = await deps.files.content(file.origin, file.file_id, most_bytes=_MOST_BYTES)
    if not content:
        raise FileError("it is empty")
    async with deps.store.read() as conn:
        invoice = await invoice_by_id(conn, file.about_id)
    channel_id = payload["channel_id"] or await conversation_with(deps, payload["user_id"])
    export = Export(
        id=work_id,
        file_id=await send_file(deps, file.name, io.BytesIO(content), len(content)),
        channel_id=channel_id,
        name=file.name,
        words=file_words(file.name, invoice_number(invoice) if invoice else "a record", source),
        uploaded_at=deps.clock(),
    )
    async with deps.store.write() as conn:
        await add_export(conn, export)
    return export


async def _file(conn: ReadConnection, value: str) -> Attachment | None:
    """A file that its source still has, of an invoice that it still has."""
    file = await attachment_by_id(conn, RecordId(value))
    if file is None or file.deleted_at is not None:
        return None
    invoice = await invoice_by_id(conn, file.about_id)
    return file if invoice is not None and invoice.deleted_at is None else None


async def _thread(deps: Deps, request: ActionRequest) -> str:
    """The thread that the file may come into, for all who read the card; «» where it is for this person alone."""
    reply = request.reply
    if request.view_id or not reply.message_ts:
        return ""
    readers = await audience(deps, reply.channel_id)
    is_there = readers.is_member or readers.is_direct
    return (reply.thread_ts or reply.message_ts) if is_there and may_be_seen(deps, readers) else ""


def _person(payload: Payload) -> SlackPerson:
    return SlackPerson(team_id=payload["team_id"], user_id=payload["user_id"])


def _reply(payload: Payload) -> ReplyTo:
    return restored_reply(payload, _REPLY)


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_press(ack: Any, body: dict[str, Any]) -> None:
        request = action_request(body)
        told = await ask(deps, request)
        await ack()
        await deps.answering.post_privately(request.reply, told)

    app.action(SEND_ACTION)(on_press)


FEATURE = Feature(
    effects=frozenset({SEND_ACTION}),
    # im:write and im:history: it may come into the person's own conversation, and is looked for there.
    scopes=frozenset({"files:write", "im:write", "im:history"}),
    works={KIND: send},
    register=_register,
)
