"""Records that were made here, sent to a system, and come back from it with its next reading.

A note or message stays as it was written here, whatever the system made of it. A contact is the system's from then on,
under the id that it got here: what is changed over there shows, and what refers to it still finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Table, select, update

from store.changes import Change, append_changes
from store.contacts import Contact, contacts
from store.db import ReadConnection, WriteConnection
from store.messages import Message, messages
from store.notes import Note, notes
from store.records import OWN, RecordId, own_key
from store.refs import ExternalRef, claim_ref, id_of, move_ref, record_of, records_of, remove_ref
from store.upsert import chunks

CONTACT = "contact"
_Sent: TypeAlias = Note | Contact | Message
_KINDS: Mapping[type, tuple[str, Table]] = {
    Note: ("note", notes),
    Contact: (CONTACT, contacts),
    Message: ("message", messages),
}
_TABLES: Mapping[str, Table] = dict(_KINDS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A record of ours that a system has shown us: its id there, and what is to be written of it, if anything."""

    ref: ExternalRef
    record: Contact | None = None


async def returned(conn: ReadConnection, records: Sequence[object]) -> dict[RecordId, Returned]:
    """Which of these pulled records were made here, by the id that each was pulled under.

    A system's id of what we sent says so, or the record's own id, when the system gave back our key.
    """
    found: dict[RecordId, Returned] = {}
    sent = [record for record in records if isinstance(record, _Sent) and record.origin != OWN]
    for record_type, (kind, table) in _KINDS.items():
        of_kind = [record for record in sent if type(record) is record_type]
        for chunk in chunks(of_kind):
            found |= await _returned(conn, kind, table, chunk)
    return found


async def link_sent(conn: WriteConnection, kind: str, ref: ExternalRef, *, at: datetime) -> None:
    """Remember what id a system gave to a record that was sent there; nothing for what is no note, contact or message.

    When a reading brought the system's record before we knew it for ours, that one is buried: there is one record. One
    that was made anew over there has another id, by which it is known from then on.
    """
    if kind not in _TABLES:
        return
    known = await id_of(conn, ref.record_id, ref.system, ref.object)
    if known == ref.external_id:
        return
    # Of two transactions at once only one adds it, and tells the other so: looked up before, neither saw the other's.
    if known is None and await claim_ref(conn, ref):
        return
    twin = await record_of(conn, ref.system, ref.object, ref.external_id)
    if twin is not None and own_key(twin) is not None:
        return
    if known is not None:
        await remove_ref(conn, replace(ref, external_id=known))
    if twin is None:
        await claim_ref(conn, ref)
        return
    await _bury(conn, kind, twin, at)
    await move_ref(conn, ref)


async def bury_twins(conn: WriteConnection, kind: str, records: Sequence[object], *, at: datetime) -> None:
    """Of what was just written, bury what a push has linked to a record of ours since it was looked for."""
    theirs = [record for record in records if isinstance(record, _Sent) and own_key(record.id) is None]
    for twin in await _own_ids(conn, kind, theirs):
        await _bury(conn, kind, twin, at)


async def settle_contact(conn: WriteConnection, contact_id: RecordId, *, changed_until: datetime) -> None:
    """A system has this contact as it was then: from now on its version counts, whatever its clock says of it."""
    c = contacts.c
    settled = update(contacts).where(c.id == contact_id, c.source_changed_at <= changed_until)
    await conn.execute(settled.values(source_changed_at=None))


async def _returned(
    conn: ReadConnection, kind: str, table: Table, records: Sequence[_Sent]
) -> dict[RecordId, Returned]:
    own = await _own_ids(conn, kind, records)
    if not own:
        return {}
    c = table.c
    rows = (await conn.execute(select(table).where(c.id.in_(tuple(own.values()))))).mappings()
    known = {RecordId(row["id"]): row for row in rows}
    found: dict[RecordId, Returned] = {}
    for record in records:
        row = known.get(own.get(record.id, record.id))
        if row is None or own_key(row["id"]) is None:
            continue
        ref = ExternalRef(system=record.origin, object=kind, external_id=record.source_id, record_id=row["id"])
        found[record.id] = Returned(ref=ref, record=_taken_over(record, row["id"], row["origin"], row.get("author_id")))
    return found


async def _own_ids(conn: ReadConnection, kind: str, records: Sequence[_Sent]) -> dict[RecordId, RecordId]:
    """The ids that records have here, of those that were made here."""
    own = {record.id: record.id for record in records if own_key(record.id)}
    for origin in {record.origin for record in records}:
        of_origin = [record for record in records if record.origin == origin]
        linked = await records_of(conn, origin, kind, [record.source_id for record in of_origin])
        own |= {one.id: found for one in of_origin if own_key(found := linked.get(one.source_id, one.id))}
    return own


def _taken_over(record: _Sent, own_id: RecordId, owner: str, author_id: str | None) -> Contact | None:
    """The contact as it is from now on; one that another system has taken over before stays that system's."""
    if not isinstance(record, Contact) or owner not in {OWN, record.origin}:
        return None
    return replace(record, id=own_id, author_id=author_id)


async def _bury(conn: WriteConnection, kind: str, twin: RecordId, at: datetime) -> None:
    table = _TABLES[kind]
    living = update(table).where(table.c.id == twin, table.c.deleted_at.is_(None))
    if (await conn.execute(living.values(deleted_at=at, fingerprint=""))).rowcount:
        await append_changes(conn, [Change(kind=kind, record_id=twin, action="tombstoned")], at=at)
