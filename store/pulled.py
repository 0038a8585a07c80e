"""Saving a page of pulled records of any kind: rows, lines, references and change rows together."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Table, delete, insert, update

from store.changes import Change, append_changes
from store.contacts import Contact, contact_row, contacts
from store.customers import Customer, customer_row, customers
from store.db import ReadConnection, WriteConnection
from store.invoices import Invoice, invoice_lines, invoice_row, invoices, line_rows
from store.notes import Note, note_row, notes
from store.records import RecordId
from store.refs import ExternalRef, add_refs
from store.upsert import Counts, chunks, compare_rows, fingerprint, touch, upsert_rows

Record: TypeAlias = Customer | Invoice | Contact | Note


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    table: Table


_KINDS: Mapping[type, _Kind] = {
    Customer: _Kind("customer", customers),
    Invoice: _Kind("invoice", invoices),
    Contact: _Kind("contact", contacts),
    Note: _Kind("note", notes),
}


def kind_of(record: Record) -> str:
    """The canonical kind of a record: customer, invoice, contact, note."""
    return _KINDS[type(record)].name


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records with the rows that they become, worked out before the transaction in which they are written."""

    records: Sequence[Record]
    rows: Mapping[type, list[dict[str, Any]]]


async def prepared_records(records: Sequence[Record]) -> Prepared:
    """What `upsert_prepared` writes: while this is worked out nobody waits for the database."""
    by_type = {record_type: _of_type(records, record_type) for record_type in _KINDS}
    rows = {record_type: await _fingerprinted_rows(those) for record_type, those in by_type.items() if those}
    return Prepared(records, rows)


async def upsert_records(conn: WriteConnection, records: Sequence[Record], *, at: datetime) -> Counts:
    """Write what is new or differs, with references and change rows; records of several kinds may be mixed."""
    return await upsert_prepared(conn, await prepared_records(records), at=at)


async def upsert_prepared(conn: WriteConnection, prepared: Prepared, *, at: datetime) -> Counts:
    """Likewise of records that were prepared before."""
    total = Counts()
    for record_type, rows in prepared.rows.items():
        kind = _KINDS[record_type]
        counts, written = await upsert_rows(conn, kind.table, kind.name, rows, at=at)
        total += counts
        fresh = [record for record in _of_type(prepared.records, record_type) if record.id in written]
        await add_refs(conn, (_own_ref(record, kind.name) for record in fresh))
        await _replace_lines(conn, {record.id: record for record in fresh if isinstance(record, Invoice)})
    return total


async def compare_records(conn: ReadConnection, records: Sequence[Record]) -> Counts:
    """What `upsert_records` would do with these records; nothing is written."""
    total = Counts()
    for record_type, kind in _KINDS.items():
        rows = await _fingerprinted_rows(_of_type(records, record_type))
        total += await compare_rows(conn, kind.table, rows)
    return total


async def tombstone_record(conn: WriteConnection, kind: str, record_id: RecordId, *, at: datetime) -> None:
    """The source has this record no more: keep it, marked as deleted. It lives again if a pull brings it again."""
    table = next(known.table for known in _KINDS.values() if known.name == kind)
    # Without its fingerprint a record that comes back counts as different, and is written.
    buried = update(table).where(table.c.id == record_id, table.c.deleted_at.is_(None))
    if (await conn.execute(buried.values(deleted_at=at, refreshed_at=at, fingerprint=""))).rowcount:
        await append_changes(conn, [Change(kind=kind, record_id=record_id, action="tombstoned")], at=at)


async def touch_record(conn: WriteConnection, record: Record, *, at: datetime) -> None:
    """Note that the source was asked about this record just now."""
    await touch(conn, _KINDS[type(record)].table, record.id, at=at)


def _of_type(records: Sequence[Record], record_type: type) -> list[Record]:
    return [record for record in records if type(record) is record_type]


async def _fingerprinted_rows(records: Sequence[Record]) -> list[dict[str, Any]]:
    # A page takes some ten milliseconds, in which nobody in Slack would get an answer.
    return await asyncio.to_thread(lambda: [_fingerprinted_row(record) for record in records])


def _fingerprinted_row(record: Record) -> dict[str, Any]:
    if isinstance(record, Invoice):
        row = invoice_row(record)
        return row | {"fingerprint": fingerprint(row, *line_rows(record))}
    if isinstance(record, Customer):
        row = customer_row(record)
    elif isinstance(record, Contact):
        row = contact_row(record)
    else:
        row = note_row(record)
    return row | {"fingerprint": fingerprint(row)}


def _own_ref(record: Record, kind: str) -> ExternalRef:
    return ExternalRef(system=record.origin, object=kind, external_id=record.source_id, record_id=record.id)


async def _replace_lines(conn: WriteConnection, written: Mapping[str, Invoice]) -> None:
    for chunk in chunks(tuple(written)):
        await conn.execute(delete(invoice_lines).where(invoice_lines.c.invoice_id.in_(chunk)))
    rows = [row for invoice in written.values() for row in line_rows(invoice)]
    if rows:
        await conn.execute(insert(invoice_lines), rows)
