"""A page of what was written about a record: where each is on its way to, and what came with it."""

from collections.abc import Mapping

from bot.deliver import TARGET
from bot.deps import Deps
from bot.mail.letter import MAIL
from bot.reading.cards import place_of
from bot.reading.matches import candidate_of
from bot.replying.replies import ORIGIN
from bot.views.messages import MessageRow
from bot.views.notes import PAGE, NoteRow, NotesPage
from bot.views.reply import short_record_words
from bot.views.values import RecordRef
from store.correspondence import correspondence_about
from store.db import ReadConnection
from store.deliveries import DeliveryState, deliveries_of_note
from store.disputes import Dispute, disputes_of_notes
from store.invoices import invoices_by_id
from store.messages import Message, count_messages
from store.notes import Note, count_notes
from store.promises import Promise, promises_of_notes
from store.records import RecordId


async def notes_page(
    deps: Deps, conn: ReadConnection, ref: RecordRef, offset: int, *, may_act: bool
) -> NotesPage | None:
    """The notes and e-mails from `offset` on; None for a record that we never saw."""
    record = await candidate_of(deps, conn, ref)
    if record is None:
        return None
    found = await correspondence_about(conn, ref.record_id, limit=PAGE, offset=offset)
    others = tuple({each.about_id for each in found} - {ref.record_id})
    numbers = {each.id: each.number for each in (await invoices_by_id(conn, others)).values()} if others else {}
    ids = tuple(each.id for each in found if isinstance(each, Note))
    recorded: dict[RecordId, Promise | Dispute] = {
        **await promises_of_notes(conn, ids),
        **await disputes_of_notes(conn, ids),
    }
    messages = await count_messages(conn, ref.record_id)
    return NotesPage(
        ref=ref,
        about=short_record_words(ref, record.label),
        place=place_of(deps),
        rows=tuple(
            [
                await _row(deps, conn, each, numbers, recorded.get(each.id))
                if isinstance(each, Note)
                else await _message_row(deps, conn, each, numbers, may_act=may_act)
                for each in found
            ]
        ),
        offset=offset,
        total=messages + await count_notes(conn, ref.record_id),
        messages=messages,
        may_act=may_act,
    )


async def _row(
    deps: Deps,
    conn: ReadConnection,
    note: Note,
    numbers: Mapping[RecordId, str],
    recorded: Promise | Dispute | None,
) -> NoteRow:
    is_ours = note.origin == ORIGIN
    return NoteRow(
        note=note,
        number=numbers.get(note.about_id, ""),
        source="" if is_ours else deps.source_titles.get(note.origin, note.origin),
        states=await states_of(deps, conn, note.id) if is_ours else {},
        recorded=recorded,
    )


async def _message_row(
    deps: Deps, conn: ReadConnection, message: Message, numbers: Mapping[RecordId, str], *, may_act: bool
) -> MessageRow:
    is_ours = message.author_id is not None
    return MessageRow(
        message=message,
        number=numbers.get(message.about_id, ""),
        source="" if is_ours else deps.source_titles.get(message.origin, message.origin),
        states=await states_of(deps, conn, message.id) if is_ours else {},
        is_masked=not may_act,
    )


async def states_of(deps: Deps, conn: ReadConnection, note_id: str) -> dict[str, DeliveryState]:
    """How a note or e-mail stands in each system that it is sent to, by the system's title."""
    sent = [each for each in await deliveries_of_note(conn, note_id) if each.target not in {TARGET, MAIL}]
    return {deps.target_titles.get(each.target, each.target): each.state for each in sent}
