"""Notes on their way to systems of record, as deliveries; and the systems' own ids of what they are about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.customers import customer_by_id
from store.db import ReadConnection
from store.deliveries import Delivery
from store.invoices import invoice_by_id
from store.records import RecordId
from store.refs import external_refs


def note_push(
    *,
    id: str,  # noqa: A002 - the field's name
    target: str,
    about_kind: str,
    about_id: RecordId,
    customer_id: RecordId,
    note_id: str,
    text: str,
    written_at: datetime,
    at: datetime,
    title: str = "",
    author_name: str = "",
    author: str = "",
) -> Delivery:
    """One note to one system; notes of one customer go there in order. `author` is a Slack user, told of trouble."""
    payload = {
        "kind": about_kind,
        "title": title,
        "text": text,
        "author": author_name,
        "written_at": written_at.isoformat(),
    }
    return Delivery(
        id=id,
        kind="note",
        target=target,
        lane=f"{target}/{customer_id}",
        payload=payload,
        created_at=at,
        about_id=about_id,
        note_id=note_id,
        author=author,
    )


def written_at_of(payload: Mapping[str, Any]) -> datetime:
    """When the note in this payload was written, as an aware instant."""
    return datetime.fromisoformat(str(payload["written_at"]))


async def id_in_system(conn: ReadConnection, system: str, kind: str, record_id: RecordId) -> str | None:
    """The id that a customer or an invoice has in this system; None when it is not known there."""
    record = await (invoice_by_id if kind == "invoice" else customer_by_id)(conn, record_id)
    if record is not None and record.origin == system:
        return record.source_id
    c = external_refs.c
    query = select(c.external_id).where(c.record_id == record_id, c.system == system).order_by(c.object).limit(1)
    return (await conn.execute(query)).scalar_one_or_none()
