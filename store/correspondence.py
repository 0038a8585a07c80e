"""What was written about a record: notes and e-mails in one list, by their dates."""

from typing import Any

from sqlalchemy import Select, bindparam, literal, select, union_all

from store.about import is_about
from store.db import ReadConnection
from store.messages import Message, messages, messages_by_id
from store.notes import Note, notes, notes_by_id
from store.records import RecordId

_NOTE, _MESSAGE = 0, 1


def _page() -> Select[Any]:
    """The ids of a page, newest first."""
    written = select(notes.c.id, notes.c.written_at.label("at"), literal(_NOTE).label("kind"))
    mailed = select(messages.c.id, messages.c.sent_at.label("at"), literal(_MESSAGE).label("kind"))
    listed = union_all(
        written.where(is_about(notes.c.about_id), notes.c.deleted_at.is_(None)),
        mailed.where(is_about(messages.c.about_id), messages.c.deleted_at.is_(None)),
    ).subquery()
    ordered = select(listed.c.id, listed.c.kind).order_by(listed.c.at.desc(), listed.c.kind, listed.c.id)
    return ordered.limit(bindparam("limit")).offset(bindparam("offset"))


# Built once: building a statement takes longer than running it.
_PAGE = _page()


async def correspondence_about(
    conn: ReadConnection, about_id: RecordId, *, limit: int, offset: int = 0
) -> tuple[Note | Message, ...]:
    """A page of the notes and e-mails about a record, newest first; a customer's include those about its invoices."""
    rows = (await conn.execute(_PAGE, {"about_id": about_id, "limit": limit, "offset": offset})).all()
    found: dict[tuple[int, str], Note | Message] = {}
    found |= {(_NOTE, key): note for key, note in (await notes_by_id(conn, _ids(rows, _NOTE))).items()}
    found |= {(_MESSAGE, key): one for key, one in (await messages_by_id(conn, _ids(rows, _MESSAGE))).items()}
    return tuple(found[row.kind, row.id] for row in rows)


def _ids(rows: Any, kind: int) -> tuple[RecordId, ...]:
    return tuple(row.id for row in rows if row.kind == kind)
