"""What settles invoices, in one list: payments, customer deposits and credit memos, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, Table, func, literal, literal_column, or_, select, union_all

from store.applications import Application, applications, applications_of_many
from store.credit_memos import credit_memos
from store.db import ReadConnection
from store.deposit_applications import deposit_applications, settled_by_deposits
from store.money import Money
from store.payments import payments
from store.records import RecordId


class ReceiptKind(StrEnum):
    """What it is."""

    PAYMENT = "payment"
    DEPOSIT = "deposit"
    CREDIT_MEMO = "credit_memo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A payment, deposit or credit memo. `unapplied` settles nothing yet; `status` is the source's own word.

    A voided one counts for nothing; its source may have set its amounts to zero.
    """

    id: RecordId
    origin: str
    source_id: str
    kind: ReceiptKind
    number: str
    total: Money
    unapplied: Money
    received_on: date | None = None
    status: str | None = None
    is_voided: bool = False
    url: str | None = None
    applications: tuple[Application, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unapplied:
    """What of a customer's payments, credit memos and deposits settles nothing yet, in one currency.

    What was drawn from a deposit and settles nothing any more counts as paid.
    """

    payments: Money
    credits: Money
    deposits: Money

    @property
    def currency(self) -> str:
        return self.payments.currency


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """Whose receipts are meant: a customer's, or those that were applied to one invoice."""

    customer_id: RecordId | None = None
    invoice_id: RecordId | None = None


async def receipt_page(conn: ReadConnection, whose: Whose, *, limit: int, skipped: int = 0) -> tuple[Receipt, ...]:
    """Some of them in order, each with what it was applied to; those without a date last."""
    listed = _listed(whose)
    order = (listed.c.received_on.is_(None), listed.c.received_on.desc(), listed.c.id.desc())
    rows = (await conn.execute(select(listed).order_by(*order).limit(limit).offset(skipped))).mappings().all()
    ids = [row["id"] for row in rows]
    applied = {**await applications_of_many(conn, ids), **await settled_by_deposits(conn, ids)} if rows else {}
    return tuple(_receipt(row, applied.get(row["id"], ())) for row in rows)


async def count_receipts(conn: ReadConnection, whose: Whose) -> int:
    """How many there are."""
    return int((await conn.execute(select(func.count()).select_from(_listed(whose)))).scalar_one())


async def newest_payment(conn: ReadConnection, customer_id: RecordId) -> Receipt | None:
    """The last payment or deposit that was not voided, without what it was applied to; None when there is none."""
    listed = _of(payments, payments.c.payment_date, payments.c.kind, Whose(customer_id=customer_id)).subquery()
    query = select(listed).where(listed.c.is_voided.is_(False), listed.c.received_on.is_not(None))
    row = (await conn.execute(query.order_by(listed.c.received_on.desc(), listed.c.id.desc()).limit(1))).mappings()
    found = row.first()
    return _receipt(found, ()) if found else None


async def unapplied_of(conn: ReadConnection, customer_id: RecordId) -> tuple[Unapplied, ...]:
    """What settles nothing yet, by currency; without currencies in which everything is applied."""
    sums: dict[str, dict[str, int]] = {}
    for row in await conn.execute(_unapplied(customer_id)):
        of_currency = sums.setdefault(row.currency, {})
        of_currency[row.kind] = of_currency.get(row.kind, 0) + int(row.minor)
    return tuple(_unapplied_of(currency, sums[currency]) for currency in sorted(sums) if any(sums[currency].values()))


def _unapplied_of(currency: str, minors: dict[str, int]) -> Unapplied:
    paid, credited, deposited = (
        Money(currency=currency, minor=minors.get(kind, 0))
        for kind in (ReceiptKind.PAYMENT, ReceiptKind.CREDIT_MEMO, ReceiptKind.DEPOSIT)
    )
    return Unapplied(payments=paid, credits=credited, deposits=deposited)


def _unapplied(customer_id: RecordId) -> Any:
    paid = _summed(payments, payments.c.kind, customer_id).group_by(payments.c.currency, payments.c.kind)
    credited = _summed(credit_memos, _credit_memo(), customer_id).group_by(credit_memos.c.currency)
    as_paid = literal(ReceiptKind.PAYMENT.value, String)
    drawn = _summed(deposit_applications, as_paid, customer_id).group_by(deposit_applications.c.currency)
    return union_all(paid, credited, drawn)


def _summed(table: Table, kind: ColumnElement[str], customer_id: RecordId) -> Any:
    c = table.c
    # The zero stands in the statement itself, or the database would not take the index of these rows.
    counts = (c.unapplied_minor != literal_column("0"), c.deleted_at.is_(None), c.is_voided.is_(False))
    sums = (c.currency, kind.label("kind"), func.sum(c.unapplied_minor).label("minor"))
    return select(*sums).where(c.customer_id == customer_id, *counts)


def _listed(whose: Whose) -> Subquery:
    paid = _of(payments, payments.c.payment_date, payments.c.kind, whose)
    credited = _of(credit_memos, credit_memos.c.credit_date, _credit_memo(), whose)
    return union_all(paid, credited).subquery()


def _credit_memo() -> ColumnElement[str]:
    return literal(ReceiptKind.CREDIT_MEMO.value, String)


def _of(table: Table, received_on: ColumnElement[date], kind: ColumnElement[str], whose: Whose) -> Any:
    c = table.c
    plain = (c.id, c.origin, c.source_id, c.number, c.currency, c.total_minor, c.unapplied_minor, c.status)
    query = select(*plain, c.is_voided, c.url, received_on.label("received_on"), kind.label("kind"))
    if whose.customer_id is not None:
        query = query.where(c.customer_id == whose.customer_id)
    if whose.invoice_id is not None:
        query = query.where(or_(c.id.in_(_settling(whose.invoice_id)), c.id.in_(_drawn_for(whose.invoice_id))))
    return query.where(c.deleted_at.is_(None))


def _settling(invoice_id: RecordId) -> Any:
    a = applications.c
    return select(a.record_id).where(a.applied_to == invoice_id)


def _drawn_for(invoice_id: RecordId) -> Any:
    """The deposits from which the invoice was settled."""
    d = deposit_applications.c
    return select(d.deposit_id).where(d.id.in_(_settling(invoice_id)), d.deleted_at.is_(None))


def _receipt(row: Any, applied: Sequence[Application]) -> Receipt:
    currency = row["currency"]
    return Receipt(
        id=RecordId(row["id"]),
        origin=row["origin"],
        source_id=row["source_id"],
        kind=ReceiptKind(row["kind"]),
        number=row["number"],
        total=Money(currency=currency, minor=row["total_minor"]),
        unapplied=Money(currency=currency, minor=row["unapplied_minor"]),
        received_on=row["received_on"],
        status=row["status"],
        is_voided=row["is_voided"],
        url=row["url"],
        applications=tuple(applied),
    )
