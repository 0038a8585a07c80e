"""External references: the ids that one record has in several systems, unique both ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, String, Table, UniqueConstraint, select

from store.db import ReadConnection, WriteConnection
from store.records import RecordId
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
    if not rows:
        return
    keys = ["system", "object", "external_id"]
    await conn.execute(conflict_insert(conn, external_refs).on_conflict_do_nothing(index_elements=keys), rows)


async def records_of(
    conn: ReadConnection, system: str, object_: str, external_ids: Sequence[str]
) -> dict[str, RecordId]:
    """The records behind ids of one system; ids that nobody has linked are not in the answer."""
    c = external_refs.c
    found: dict[str, RecordId] = {}
    for chunk in chunks(external_ids):
        query = select(c.external_id, c.record_id).where(
            c.system == system, c.object == object_, c.external_id.in_(chunk)
        )
        found.update((row[0], RecordId(row[1])) for row in await conn.execute(query))
    return found
