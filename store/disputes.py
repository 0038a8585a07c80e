"""Disputes: what a customer says against an invoice, and whether that is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, RowMapping, Select, String, Table, Text, bindparam, select

from store.about import is_about
from store.db import ReadConnection, WriteConnection
from store.money import Money
from store.recorded import add_once, end_open
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import chunks


class DisputeReason(StrEnum):
    """What the customer says is wrong."""

    WRONG_AMOUNT = "wrong_amount"
    NOT_RECEIVED = "not_received"
    QUALITY = "quality"
    DUPLICATE = "duplicate"
    PAID_ALREADY = "paid_already"
    OTHER = "other"


class DisputeState(StrEnum):
    """How a dispute stands."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """A disputed `amount` of an invoice. An invoice may be disputed more than once.

    `author` is the name of who recorded it, `author_id` their account and `slack_user` whom to tell. `note_id` is
    the note that was saved with it, `permalink` the Slack message that is its evidence. `resolved_by` is a name.
    """

    id: str
    invoice_id: RecordId
    reason: DisputeReason
    amount: Money
    opened_at: datetime
    author: str
    author_id: str
    slack_user: str
    note_id: RecordId
    permalink: str | None = None
    state: DisputeState = DisputeState.OPEN
    resolved_at: datetime | None = None
    resolved_by: str | None = None


disputes = Table(
    "disputes",
    metadata,
    Column("id", String, primary_key=True),
    Column("invoice_id", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("author", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("slack_user", String, nullable=False),
    Column("note_id", String, nullable=False, index=True),
    Column("permalink", Text),
    Column("state", String, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", String),
    Index("ix_disputes_state_invoice_id", "state", "invoice_id"),
)

_KIND = "dispute"
_PLAIN = tuple(f.name for f in fields(Dispute) if f.name not in {"amount", "reason", "state"})
_IS_OPEN = disputes.c.state == DisputeState.OPEN.value
# Built once: it is asked with every card.
_ABOUT = (
    select(disputes)
    .where(is_about(disputes.c.invoice_id), _IS_OPEN)
    .order_by(disputes.c.opened_at.desc(), disputes.c.id)
    .limit(bindparam("limit"))
)


async def add_dispute(conn: WriteConnection, dispute: Dispute, *, at: datetime) -> None:
    """Record a dispute, with its change row; one whose id is there already stays as it is."""
    await add_once(conn, disputes, _KIND, _row(dispute), at=at)


async def dispute_by_id(conn: ReadConnection, dispute_id: str) -> Dispute | None:
    """One dispute; None when there is none of this id."""
    return next(iter(await _read(conn, select(disputes).where(disputes.c.id == dispute_id))), None)


async def open_disputes_about(conn: ReadConnection, about_id: RecordId, *, limit: int) -> tuple[Dispute, ...]:
    """The open disputes of an invoice, or of all invoices of a customer; newest first."""
    return await _read(conn, _ABOUT, about_id=about_id, limit=limit)


async def disputed_invoices(conn: ReadConnection, invoice_ids: Sequence[RecordId]) -> frozenset[RecordId]:
    """Which of these invoices have an open dispute."""
    found: set[RecordId] = set()
    for chunk in chunks(invoice_ids):
        query = select(disputes.c.invoice_id).where(_IS_OPEN, disputes.c.invoice_id.in_(chunk))
        found.update(RecordId(invoice_id) for invoice_id in (await conn.execute(query)).scalars())
    return frozenset(found)


async def disputes_of_notes(conn: ReadConnection, note_ids: tuple[RecordId, ...]) -> Mapping[RecordId, Dispute]:
    """The disputes that were saved with these notes."""
    found = await _read(conn, select(disputes).where(disputes.c.note_id.in_(note_ids)))
    return {dispute.note_id: dispute for dispute in found}


async def resolve_dispute(conn: WriteConnection, dispute_id: str, *, by: str, at: datetime) -> bool:
    """Settle an open dispute, with its change row; False when it is open no more. `by` is a name."""
    state = DisputeState.RESOLVED.value
    return await end_open(conn, disputes, _KIND, dispute_id, state, at=at, resolved_at=at, resolved_by=by)


def _row(dispute: Dispute) -> dict[str, Any]:
    return {name: getattr(dispute, name) for name in _PLAIN} | {
        "currency": dispute.amount.currency,
        "amount_minor": dispute.amount.minor,
        "reason": dispute.reason.value,
        "state": dispute.state.value,
    }


async def _read(conn: ReadConnection, query: Select[Any], **given: Any) -> tuple[Dispute, ...]:
    return tuple(_dispute(row) for row in (await conn.execute(query, given)).mappings())


def _dispute(row: RowMapping) -> Dispute:
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    return Dispute(
        amount=Money(currency=row["currency"], minor=row["amount_minor"]),
        reason=DisputeReason(row["reason"]),
        state=DisputeState(row["state"]),
        **plain,
    )
