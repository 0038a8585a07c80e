"""Notes that were written here, sent to a system, and come back from it with its next reading."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from store.db import ReadConnection
from store.deliveries import DeliveryState, deliveries
from store.notes import Note, notes
from store.records import RecordId, own_key
from store.upsert import chunks


async def echoes(conn: ReadConnection, pulled: Sequence[Note]) -> frozenset[RecordId]:
    """Which of these pulled notes are our own.

    The system's id of what we sent says so, or our key. While neither is known, because no answer came, the same record
    and words have to do, also of what was dropped in doubt; not those of what surely is not there, as it was refused,
    was looked for in vain or never left.
    """
    found = {note.id for note in pulled if own_key(note.id)}
    for chunk in chunks(pulled):
        sent = await _sent(conn, [note.about_id for note in chunk])
        found.update(note.id for note in chunk if any(_is_echo(note, one) for one in sent))
    return frozenset(found)


# What is or may be there: in which system, about which record, that system's id of it («» if unknown), and its words.
_Sent = tuple[str, str, str, str]


async def _sent(conn: ReadConnection, about_ids: Sequence[RecordId]) -> list[_Sent]:
    c = deliveries.c
    query = (
        select(c.target, c.about_id, c.external_id, notes.c.text)
        .join(notes, notes.c.id == c.note_id)
        .where(c.about_id.in_(about_ids), c.note_id != "", or_(c.in_doubt, c.state == DeliveryState.SENT.value))
    )
    return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]


def _is_echo(note: Note, sent: _Sent) -> bool:
    target, about_id, external_id, words = sent
    if target != note.origin or about_id != note.about_id:
        return False
    if external_id:
        return note.source_id in {external_id, external_id.rpartition(":")[2]}
    return " ".join(words.split()) in " ".join(note.text.split())
