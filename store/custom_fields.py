"""Custom fields: what the source says each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Index, RowMapping, String, Table, Text, func, select

from store.db import ReadConnection
from store.records import Pulled
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField(Pulled):
    """The definition of a custom field of one kind of record («customer», «invoice»).

    `script_id` is the name under which a record's `custom_fields_json` has its value; `field_type` is one word of ours:
    text, email, phone, link, integer, decimal, money, percent, check, date, select or multiselect.
    """

    kind: str
    script_id: str
    field_type: str
    label: str


custom_fields = Table(
    "custom_fields",
    metadata,
    *origin_columns(),
    Column("kind", String, nullable=False),
    Column("script_id", String, nullable=False),
    Column("field_type", String, nullable=False),
    Column("label", Text, nullable=False),
    Index("ix_custom_fields_kind_script_id", "kind", "script_id"),
)

_PLAIN = plain_names(CustomField)


def custom_field_row(field: CustomField) -> dict[str, Any]:
    """The table row of a definition; the fingerprint is the upsert's to add."""
    return plain_values(field, _PLAIN)


def custom_field_from_row(row: RowMapping) -> CustomField:
    """The record of a table row."""
    return CustomField(**{name: row[name] for name in _PLAIN})


async def custom_fields_of(conn: ReadConnection, origin: str, kind: str) -> tuple[CustomField, ...]:
    """The definitions for one kind of record of one source, by label."""
    c = custom_fields.c
    query = select(custom_fields).where(c.origin == origin, c.kind == kind, c.deleted_at.is_(None))
    rows = await conn.execute(query.order_by(c.label, c.script_id))
    return tuple(custom_field_from_row(row) for row in rows.mappings())


async def labelled_fields(conn: ReadConnection, kind: str, script_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Label and type of some definitions by script id; those that no source defines are not in the answer."""
    c = custom_fields.c
    query = select(c.script_id, c.label, c.field_type).where(c.kind == kind, c.script_id.in_(script_ids))
    rows = await conn.execute(query.where(c.deleted_at.is_(None)).order_by(c.origin.desc()))
    return {row.script_id: (row.label, row.field_type) for row in rows}


async def last_labels(conn: ReadConnection, origin: str, kind: str, script_ids: Sequence[str]) -> dict[str, str]:
    """How these fields of a source were called last, also those that are gone; its script id for one unheard of."""
    c = custom_fields.c
    known = select(c.script_id, c.label).where(c.origin == origin, c.kind == kind, c.script_id.in_(script_ids))
    return {each: each for each in script_ids} | {row.script_id: row.label for row in await conn.execute(known)}


async def count_fields(conn: ReadConnection) -> int:
    """How many definitions the sources tell."""
    c = custom_fields.c
    query = select(func.count()).select_from(custom_fields).where(c.deleted_at.is_(None))
    return int((await conn.execute(query)).scalar_one())
