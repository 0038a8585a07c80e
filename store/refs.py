"""External references: the ids that one record has in several systems, unique both ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, UniqueConstraint, and_, delete, select, update

from store.bulk import among, insert_columns, insert_rows
from store.db import ReadConnection, WriteConnection
from store.records import Pulled, RecordId
from store.schema import metadata
from store.upsert import chunks, conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalRef:
    """One record's id in one system: (system, object, external id), for example (netsuite, customer, 1017)."""

    system: str
    object: str
    external_id: str
    record_id: RecordId


external_refs = Table(
    "external_refs",
    metadata,
    Column("system", String, primary_key=True),
    Column("object", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("record_id", String, nullable=False),
    UniqueConstraint("record_id", "system", "object"),
)


async def add_refs(conn: WriteConnection, refs: Iterable[ExternalRef]) -> None:
    """Add references; those that are known already stay as they are.

    Raises sqlalchemy.exc.IntegrityError when a record would get a second id in the same system and object.
    """
    # Not asdict: it copies deeply, which takes as long as writing the row.
    rows = [
        {"system": ref.system, "object": ref.object, "external_id": ref.external_id, "record_id": ref.record_id}
        for ref in refs
    ]
    await insert_rows(conn, external_refs, rows, _unless_known)


async def add_own_refs(conn: WriteConnection, object_: str, records: Sequence[Pulled]) -> None:
    """Likewise the reference of each record of one kind to the system that it came from."""
    if not records:
        return
    columns: dict[str, Sequence[str]] = {
        "system": [record.origin for record in records],
        "object": [object_] * len(records),
        "external_id": [record.source_id for record in records],
        "record_id": [record.id for record in records],
    }
    await insert_columns(conn, external_refs, columns, _unless_known)


async def claim_ref(conn: WriteConnection, ref: ExternalRef) -> bool:
    """Add a reference unless there is one of this id; whether it was added.

    One that another transaction is adding is waited for. Raises IntegrityError as `add_refs` does.
    """
    values = {field: getattr(ref, field) for field in ExternalRef.__dataclass_fields__}
    statement = conflict_insert(conn, external_refs).values(values)
    statement = statement.on_conflict_do_nothing(index_elements=["system", "object", "external_id"])
    return (await conn.execute(statement.returning(external_refs.c.record_id))).first() is not None


async def records_of(
    conn: ReadConnection, system: str, object_: str, external_ids: Sequence[str]
) -> dict[str, RecordId]:
    """The records behind ids of one system; ids that nobody has linked are not in the answer."""
    c = external_refs.c
    found: dict[str, RecordId] = {}
    for chunk in chunks(external_ids):
        query = select(c.external_id, c.record_id).where(
            c.system == system, c.object == object_, among(conn, c.external_id, chunk)
        )
        found.update((row[0], RecordId(row[1])) for row in await conn.execute(query))
    return found


async def record_of(conn: ReadConnection, system: str, object_: str, external_id: str) -> RecordId | None:
    """The record behind one id of one system; None when nobody has linked it."""
    return (await records_of(conn, system, object_, [external_id])).get(external_id)


async def id_of(conn: ReadConnection, record_id: RecordId, system: str, object_: str) -> str | None:
    """A record's id in a system as an object of this kind; None when it is not known there."""
    c = external_refs.c
    query = select(c.external_id).where(c.record_id == record_id, c.system == system, c.object == object_)
    found: str | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def move_ref(conn: WriteConnection, ref: ExternalRef) -> None:
    """Let an id of a system, which another record had, be this record's."""
    await conn.execute(update(external_refs).where(_is_named(ref)).values(record_id=ref.record_id))


async def remove_ref(conn: WriteConnection, ref: ExternalRef) -> None:
    """Forget an id of a system."""
    await conn.execute(delete(external_refs).where(_is_named(ref)))


def _unless_known(statement: Any) -> Any:
    return statement.on_conflict_do_nothing(index_elements=["system", "object", "external_id"])


def _is_named(ref: ExternalRef) -> ColumnElement[bool]:
    c = external_refs.c
    return and_(c.system == ref.system, c.object == ref.object, c.external_id == ref.external_id)
