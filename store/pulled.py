"""Saving a page of pulled records of any kind: rows, parts, references and change rows together."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import Table, delete, update

from store.applications import applications
from store.attachments import Attachment, attachment_row, attachments
from store.balances import Balance, balance_row, balances
from store.bulk import among, insert_rows
from store.changes import Change, append_changes
from store.contacts import Contact, contact_row, contacts, with_known_primary
from store.credit_memos import CreditMemo, credit_memo_applications, credit_memo_row, credit_memos
from store.crm.accounts import CrmAccount, crm_account_row, crm_accounts
from store.crm.pages import CrmPage, wait_for_links
from store.custom_fields import CustomField, custom_field_row, custom_fields
from store.customers import Customer, customer_row, customers
from store.db import ReadConnection, WriteConnection
from store.deposit_applications import (
    DepositApplication,
    deposit_application_applications,
    deposit_application_row,
    deposit_applications,
)
from store.exchange_rates import ExchangeRate, exchange_rate_row, exchange_rates
from store.field_contacts import save_field_contacts
from store.following import follow_burial
from store.gl_accounts import GLAccount, gl_account_row, gl_accounts
from store.installments import invoice_installments
from store.invoices import Invoice, invoice_installments_rows, invoice_lines, invoice_row, invoices, line_rows
from store.journal_entries import JournalEntry, journal_entries, journal_entry_row, journal_line_rows, journal_lines
from store.messages import Message, message_row, messages
from store.notes import Note, note_row, notes
from store.own_records import Returned, bury_twins, link_sent, returned
from store.payments import Payment, payment_applications, payment_row, payments
from store.records import RecordId
from store.refs import add_own_refs
from store.refunds import Refund, refund_applications, refund_row, refunds
from store.sales_orders import SalesOrder, sales_order_row, sales_orders
from store.subsidiaries import Subsidiary, subsidiaries, subsidiary_row
from store.upsert import Counts, chunks, compare_rows, fingerprint, touch, upsert_rows

Record: TypeAlias = (
    Attachment
    | Balance
    | Contact
    | CreditMemo
    | CrmAccount
    | CustomField
    | Customer
    | DepositApplication
    | ExchangeRate
    | GLAccount
    | Invoice
    | JournalEntry
    | Message
    | Note
    | Payment
    | Refund
    | SalesOrder
    | Subsidiary
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A table of rows that belong to one record and are replaced whenever the record is written.

    A record of which `rows` is None does not tell them, and keeps those that it has.
    """

    table: Table
    owner: str
    rows: Callable[[Any], tuple[dict[str, Any], ...] | None]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    table: Table
    row: Callable[[Any], dict[str, Any]]
    parts: tuple[_Part, ...] = ()


# A further kind of record is one line here.
_KINDS: Mapping[type, _Kind] = {
    Subsidiary: _Kind("subsidiary", subsidiaries, subsidiary_row),
    GLAccount: _Kind("gl_account", gl_accounts, gl_account_row),
    ExchangeRate: _Kind("exchange_rate", exchange_rates, exchange_rate_row),
    CustomField: _Kind("custom_field", custom_fields, custom_field_row),
    Customer: _Kind("customer", customers, customer_row),
    CrmAccount: _Kind("crm_account", crm_accounts, crm_account_row),
    Contact: _Kind("contact", contacts, contact_row),
    Balance: _Kind("balance", balances, balance_row),
    Invoice: _Kind(
        "invoice",
        invoices,
        invoice_row,
        (
            _Part(invoice_lines, "invoice_id", line_rows),
            _Part(invoice_installments, "invoice_id", invoice_installments_rows),
        ),
    ),
    Payment: _Kind("payment", payments, payment_row, (_Part(applications, "record_id", payment_applications),)),
    CreditMemo: _Kind(
        "credit_memo", credit_memos, credit_memo_row, (_Part(applications, "record_id", credit_memo_applications),)
    ),
    DepositApplication: _Kind(
        "deposit_application",
        deposit_applications,
        deposit_application_row,
        (_Part(applications, "record_id", deposit_application_applications),),
    ),
    Refund: _Kind("refund", refunds, refund_row, (_Part(applications, "record_id", refund_applications),)),
    JournalEntry: _Kind(
        "journal_entry", journal_entries, journal_entry_row, (_Part(journal_lines, "entry_id", journal_line_rows),)
    ),
    SalesOrder: _Kind("sales_order", sales_orders, sales_order_row),
    Note: _Kind("note", notes, note_row),
    Message: _Kind("message", messages, message_row),
    Attachment: _Kind("attachment", attachments, attachment_row),
}
# Rows alone do not depend on when they are written.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Mapping[str, _Kind] = {kind.name: kind for kind in _KINDS.values()}


def kind_of(record: Record) -> str:
    """The canonical kind of a record, such as customer, invoice, contact or note."""
    return _KINDS[type(record)].name


_PartRows: TypeAlias = Mapping[RecordId, tuple[tuple[dict[str, Any], ...] | None, ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records with the rows that they become, worked out before the transaction in which they are written.

    `parts` has the rows of each record's parts, in the order of its kind's.
    """

    records: Sequence[Record]
    rows: Mapping[type, list[dict[str, Any]]]
    parts: _PartRows


async def prepared_records(records: Sequence[Record]) -> Prepared:
    """What `upsert_prepared` writes: while this is worked out nobody waits for the database."""
    # A page takes some ten milliseconds, in which nobody in Slack would get an answer.
    return await asyncio.to_thread(_prepared, records)


def _prepared(records: Sequence[Record]) -> Prepared:
    types = {type(record) for record in records}
    parts = {record.id: of_record for record in records if (of_record := _part_rows(record))}
    rows = {
        record_type: [_fingerprinted_row(record, parts) for record in _of_type(records, record_type)]
        for record_type in _KINDS
        if record_type in types
    }
    return Prepared(records, rows, parts)


async def upsert_records(conn: WriteConnection, records: Sequence[Record], *, at: datetime) -> Counts:
    """Write what is new or differs, with references and change rows; records of several kinds may be mixed."""
    return await upsert_prepared(conn, await prepared_records(records), at=at)


async def upsert_prepared(conn: WriteConnection, prepared: Prepared, *, at: datetime) -> Counts:
    """Likewise of records that were prepared before. What was made here and comes back is not written twice."""
    total = Counts()
    prepared = await _recognised(conn, prepared, at)
    await wait_for_links(conn, _names(prepared))
    crm = await CrmPage.opened(conn, _names(prepared), at=at)
    for record_type, told in prepared.rows.items():
        kind = _KINDS[record_type]
        rows = await _fitted(conn, crm, record_type, told)
        counts, written = await upsert_rows(conn, kind.table, kind.name, rows, at=at)
        total += counts
        fresh = {record.id: record for record in _of_type(prepared.records, record_type) if record.id in written}
        await add_own_refs(conn, kind.name, tuple(fresh.values()))
        await bury_twins(conn, kind.name, tuple(fresh.values()), at=at)
        for nth, part in enumerate(kind.parts):
            await _replace_part(conn, part, {each: prepared.parts[each][nth] for each in fresh})
        await save_field_contacts(conn, tuple(fresh.values()), at=at)
        if crm:
            await crm.follow(conn, kind.name, fresh)
    return total


async def compare_records(conn: ReadConnection, records: Sequence[Record]) -> Counts:
    """What `upsert_records` would do with these records; nothing is written."""
    total = Counts()
    prepared = _without_echoes(await prepared_records(records), await returned(conn, records))
    for record_type, rows in (await fitted_rows(conn, prepared)).items():
        total += await compare_rows(conn, _KINDS[record_type].table, rows)
    return total


async def fitted_rows(conn: ReadConnection, prepared: Prepared) -> Mapping[type, list[dict[str, Any]]]:
    """The rows as `upsert_prepared` would write them, with what a CRM has to say to them. Nothing is written."""
    crm = await CrmPage.opened(conn, _names(prepared), at=_NO_TIME)
    return {each: await _fitted(conn, crm, each, rows) for each, rows in prepared.rows.items()}


async def _fitted(
    conn: ReadConnection, crm: CrmPage | None, record_type: type, told: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    rows = await with_known_primary(conn, told) if record_type is Contact else told
    return await crm.fitted(conn, _KINDS[record_type].name, rows) if crm else rows


def table_of(kind: str) -> Table:
    """The table of a kind of record. Raises KeyError for a kind that there is not."""
    return _NAMED[kind].table


async def tombstone_records(conn: WriteConnection, kind: str, ids: Sequence[RecordId], *, at: datetime) -> int:
    """The source has these records no more: keep them, marked as deleted; say how many lived until now.

    One lives again if a pull brings it again: without its fingerprint it counts as different, and is written.
    """
    table = table_of(kind)
    await wait_for_links(conn, (kind,))
    crm = await CrmPage.opened(conn, (kind,), at=at)
    buried: list[RecordId] = []
    for chunk in chunks(ids):
        living = update(table).where(table.c.id.in_(chunk), table.c.deleted_at.is_(None))
        found = await conn.execute(living.values(deleted_at=at, fingerprint="").returning(table.c.id))
        buried += sorted(found.scalars())
    await append_changes(conn, [Change(kind=kind, record_id=each, action="tombstoned") for each in buried], at=at)
    await follow_burial(conn, kind, buried, at=at)
    if crm:
        await crm.gone(conn, kind, buried)
    return len(buried)


async def touch_record(conn: WriteConnection, kind: str, record_id: RecordId, *, at: datetime) -> None:
    """Note that the source was asked about this record just now."""
    await touch(conn, table_of(kind), record_id, at=at)


async def _recognised(conn: WriteConnection, prepared: Prepared, at: datetime) -> Prepared:
    found = await returned(conn, prepared.records)
    for one in found.values():
        await link_sent(conn, one.ref.object, one.ref, at=at)
    return _without_echoes(prepared, found)


def _without_echoes(prepared: Prepared, found: Mapping[RecordId, Returned]) -> Prepared:
    """What is left to write when these of the pulled records were made here."""
    if not found:
        return prepared
    own = [one.record for one in found.values() if one.record is not None]
    rows = {each: [row for row in rows if row["id"] not in found] for each, rows in prepared.rows.items()}
    if own:
        rows[Contact] += [_fingerprinted_row(record, {}) for record in own]
    return replace(prepared, records=[*(one for one in prepared.records if one.id not in found), *own], rows=rows)


def _names(prepared: Prepared) -> set[str]:
    return {_KINDS[record_type].name for record_type in prepared.rows}


def _of_type(records: Sequence[Record], record_type: type) -> list[Record]:
    return [record for record in records if type(record) is record_type]


def _part_rows(record: Record) -> tuple[tuple[dict[str, Any], ...] | None, ...]:
    return tuple(part.rows(record) for part in _KINDS[type(record)].parts)


def _fingerprinted_row(record: Record, parts: _PartRows) -> dict[str, Any]:
    row = _KINDS[type(record)].row(record)
    row["fingerprint"] = fingerprint(row, *(part for rows in parts.get(record.id, ()) for part in rows or ()))
    return row


async def _replace_part(
    conn: WriteConnection, part: _Part, written: Mapping[RecordId, tuple[dict[str, Any], ...] | None]
) -> None:
    told = {each: rows for each, rows in written.items() if rows is not None}
    if told:
        await conn.execute(delete(part.table).where(among(conn, part.table.c[part.owner], tuple(told))))
    await insert_rows(conn, part.table, [row for rows in told.values() for row in rows])
