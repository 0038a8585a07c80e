"""A page of a record's notes, read with what is known of each: where it is on its way to, and what came with it."""

from collections.abc import Mapping

from bot.cards import place_of
from bot.deliver import TARGET
from bot.deps import Deps
from bot.matches import candidate_of
from bot.replying.replies import ORIGIN
from bot.views.notes import PAGE, NoteRow, NotesPage
from bot.views.reply import short_record_words
from bot.views.values import RecordRef
from store.db import ReadConnection
from store.deliveries import DeliveryState, deliveries_of_note
from store.disputes import Dispute, disputes_of_notes
from store.invoices import invoices_by_id
from store.notes import Note, count_notes, notes_about
from store.promises import Promise, promises_of_notes
from store.records import RecordId


async def notes_page(
    deps: Deps, conn: ReadConnection, ref: RecordRef, offset: int, *, may_act: bool
) -> NotesPage | None:
    """The notes from `offset` on; None for a record that we never saw."""
    record = await candidate_of(deps, conn, ref)
    if record is None:
        return None
    found = await notes_about(conn, ref.record_id, limit=PAGE, offset=offset)
    others = tuple({note.about_id for note in found} - {ref.record_id})
    numbers = {each.id: each.number for each in (await invoices_by_id(conn, others)).values()} if others else {}
    ids = tuple(note.id for note in found)
    recorded: dict[RecordId, Promise | Dispute] = {
        **await promises_of_notes(conn, ids),
        **await disputes_of_notes(conn, ids),
    }
    return NotesPage(
        ref=ref,
        about=short_record_words(ref, record.label),
        place=place_of(deps),
        rows=tuple([await _row(deps, conn, note, numbers, recorded.get(note.id)) for note in found]),
        offset=offset,
        total=await count_notes(conn, ref.record_id),
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


async def states_of(deps: Deps, conn: ReadConnection, note_id: str) -> dict[str, DeliveryState]:
    """How a note stands in each system that it is sent to, by the system's title."""
    sent = [each for each in await deliveries_of_note(conn, note_id) if each.target != TARGET]
    return {deps.target_titles.get(each.target, each.target): each.state for each in sent}
