"""What a tie-out compares, as sums that the database makes: memory does not grow with the ledger.

Deposits stand apart, as they do in the source's balance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Subquery,
    Table,
    and_,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)

from store.adjustments import open_adjustments
from store.balances import balances
from store.credit_memos import credit_memos
from store.db import ReadConnection
from store.deposit_applications import deposit_applications
from store.invoices import invoices, unsettled
from store.journal_entries import journal_entries, journal_lines
from store.money import Money
from store.payments import PaymentKind, payments
from store.quarantine import list_quarantined
from store.records import RecordId
from store.refunds import refunds
from store.tie_out import Difference
from store.upsert import chunks

_ITEMS = {
    "invoice": invoices,
    "payment": payments,
    "credit_memo": credit_memos,
    "deposit_application": deposit_applications,
    "refund": refunds,
}
# Where a kind of record is found by its id, and whose it is.
_OWNERS: Mapping[str, tuple[Column[Any], Column[Any]]] = {
    **{kind: (table.c.id, table.c.customer_id) for kind, table in _ITEMS.items()},
    "journal_entry": (journal_lines.c.entry_id, journal_lines.c.customer_id),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What may explain differences. The sets are of customers; `unplaced` counts broken records of nobody known."""

    quarantined: frozenset[RecordId]
    changed_since: frozenset[RecordId]
    other_currency: frozenset[RecordId]
    unplaced: int


async def count_compared(conn: ReadConnection, source: str) -> tuple[int, int]:
    """How many balances the source tells, and how many of them are not what the open items come to.

    In both counts is a balance of zero for each currency in which something differs that the source tells none of.
    """
    told = select(func.count()).select_from(balances).where(*_told(source))
    found = _differing(source).subquery()
    untold = func.coalesce(func.sum(found.c.untold), literal_column("0"))
    differing = (await conn.execute(select(func.count(), untold).select_from(found))).one()
    return int((await conn.execute(told)).scalar_one()) + int(differing[1]), int(differing[0])


async def differences(conn: ReadConnection, source: str, *, limit: int) -> tuple[Difference, ...]:
    """Those that differ, currencies taking turns, in each the largest first."""
    found = _differing(source).subquery()
    size = func.abs(found.c.balance - found.c.ours)
    rank = func.row_number().over(partition_by=found.c.currency, order_by=(size.desc(), found.c.customer_id))
    ranked = select(found, rank.label("rank")).subquery()
    rows = await conn.execute(select(ranked).order_by(ranked.c.rank, ranked.c.currency).limit(limit))
    return tuple(
        Difference(
            customer_id=RecordId(row.customer_id),
            balance=Money(currency=row.currency, minor=int(row.balance)),
            open=Money(currency=row.currency, minor=int(row.open)),
            credits=Money(currency=row.currency, minor=int(row.credits)),
            payments=Money(currency=row.currency, minor=int(row.payments)),
            adjustments=Money(currency=row.currency, minor=int(row.adjustments)),
        )
        for row in rows
    )


async def evidence(
    conn: ReadConnection, source: str, customer_ids: Sequence[RecordId], *, since: datetime | None, most_broken: int
) -> Evidence:
    """What is known of these customers; `since` is when the balances were read."""
    quarantined, unplaced = await _quarantined(conn, source, most_broken)
    changed: set[RecordId] = set()
    other: set[RecordId] = set()
    for some in chunks(customer_ids):
        changed |= await _changed(conn, some, since) if since else set()
        other |= await _other_currency(conn, some)
    return Evidence(
        quarantined=quarantined,
        unplaced=unplaced,
        changed_since=frozenset(changed),
        other_currency=frozenset(other),
    )


def _told(source: str) -> tuple[ColumnElement[bool], ...]:
    return balances.c.origin == source, balances.c.deleted_at.is_(None)


def _differing(source: str) -> CompoundSelect[Any]:
    """Balances that differ; and, of customers whose balances all agree, what is open in a currency without one."""
    nothing: ColumnElement[int] = literal_column("0")
    shown, joined, ours = _beside(balances, balances.c.balance_minor)
    differing = (
        select(*shown, nothing.label("untold"))
        .select_from(joined)
        .where(*_told(source), balances.c.balance_minor != ours)
    )
    # A balance may count what is open in other currencies, too: then it differs itself, and says why.
    disputed = select(differing.subquery().c.customer_id)
    untold = _untold(source)
    shown, joined, ours = _beside(untold, nothing)
    besides = (
        select(*shown, literal_column("1").label("untold"))
        .select_from(joined)
        .where(ours != nothing, untold.c.customer_id.not_in(disputed))
    )
    return union_all(differing, besides)


def _untold(source: str) -> Subquery:
    """In which currencies customers have something open whose balances are told in others only."""
    b = balances.c
    held = union(*(select(each.c.customer_id, each.c.currency) for each in _parts())).subquery()
    same = and_(b.customer_id == held.c.customer_id, b.currency == held.c.currency)
    is_known = held.c.customer_id.in_(select(b.customer_id).where(*_told(source)))
    query = select(held.c.customer_id, held.c.currency).outerjoin(balances, and_(same, *_told(source)))
    return query.where(b.id.is_(None), is_known).subquery()


def _parts() -> tuple[Subquery, ...]:
    return _open_invoices(), _unapplied(credit_memos), _unapplied_payments(), _drawn(), _adjustments()


def _beside(places: FromClause, balance: ColumnElement[int]) -> tuple[tuple[Any, ...], Any, ColumnElement[int]]:
    """For customers and currencies: the columns of a difference, what they are read from, and what is ours in all."""
    c, parts = places.c, _parts()
    owed, credited, paid, drawn, moved = (func.coalesce(each.c.minor, literal_column("0")) for each in parts)
    ours = owed - credited - paid - drawn + moved
    told = (c.customer_id, c.currency, balance.label("balance"), ours.label("ours"))
    amounts = (owed.label("open"), credited.label("credits"), (paid + drawn).label("payments"))
    joined: Any = places
    for each in parts:
        joined = joined.outerjoin(each, and_(each.c.customer_id == c.customer_id, each.c.currency == c.currency))
    return (*told, *amounts, moved.label("adjustments")), joined, ours


def _open_invoices() -> Subquery:
    return _summed(invoices, invoices.c.open_balance_minor, *unsettled())


def _unapplied_payments() -> Subquery:
    return _unapplied(payments, payments.c.kind == PaymentKind.PAYMENT.value)


def _drawn() -> Subquery:
    return _unapplied(deposit_applications)


def _adjustments() -> Subquery:
    rows = open_adjustments().subquery()
    query = select(rows.c.customer_id, rows.c.currency, func.sum(rows.c.minor).label("minor"))
    return query.group_by(rows.c.customer_id, rows.c.currency).subquery()


def _unapplied(table: Table, *also: ColumnElement[bool]) -> Subquery:
    return _summed(table, table.c.unapplied_minor, *_has_unapplied(table), *also)


def _has_unapplied(table: Table) -> tuple[ColumnElement[bool], ...]:
    # The zero stands in the statement itself, or the database would not take the index of these rows.
    c = table.c
    return c.unapplied_minor != literal_column("0"), c.deleted_at.is_(None), c.is_voided.is_(False)


def _summed(table: Table, amount: ColumnElement[int], *only: ColumnElement[bool]) -> Subquery:
    c = table.c
    query = select(c.customer_id, c.currency, func.sum(amount).label("minor")).where(*only)
    return query.group_by(c.customer_id, c.currency).subquery()


async def _quarantined(conn: ReadConnection, source: str, most: int) -> tuple[frozenset[RecordId], int]:
    """Whose records cannot be read, as far as an older version says, and of how many nothing does."""
    owners: set[RecordId] = set()
    unplaced = 0
    # A field with no e-mail address in it hides no amount.
    held_all = await list_quarantined(conn, limit=most, source=source, with_fields=False)
    for kind, (known_as, customer_id) in _OWNERS.items():
        ids = [one.record_id for one in held_all if one.kind in {kind, ""}]
        rows = (await conn.execute(select(known_as, customer_id).where(known_as.in_(ids)))).all()
        owners.update(RecordId(row[1]) for row in rows if row[1])
        unplaced += len(ids) - len({row[0] for row in rows})
    return frozenset(owners), unplaced


async def _changed(conn: ReadConnection, customer_ids: Sequence[RecordId], since: datetime) -> frozenset[RecordId]:
    queries = [
        select(table.c.customer_id).where(
            table.c.customer_id.in_(customer_ids),
            or_(table.c.source_changed_at > since, table.c.deleted_at > since),
        )
        for table in _ITEMS.values()
    ]
    entry = journal_entries.c
    posted = select(journal_lines.c.customer_id).join(journal_entries, entry.id == journal_lines.c.entry_id)
    later = or_(entry.source_changed_at > since, entry.deleted_at > since)
    queries.append(posted.where(journal_lines.c.customer_id.in_(customer_ids), later))
    return frozenset(RecordId(each) for each in (await conn.execute(union(*queries))).scalars())


async def _other_currency(conn: ReadConnection, customer_ids: Sequence[RecordId]) -> frozenset[RecordId]:
    has_open = {
        invoices: unsettled(),
        payments: (*_has_unapplied(payments), payments.c.kind == PaymentKind.PAYMENT.value),
        credit_memos: _has_unapplied(credit_memos),
        deposit_applications: _has_unapplied(deposit_applications),
    }
    moved = open_adjustments().subquery()
    held = union(
        *(
            select(table.c.customer_id, table.c.currency).where(table.c.customer_id.in_(customer_ids), *only)
            for table, only in has_open.items()
        ),
        select(moved.c.customer_id, moved.c.currency).where(moved.c.customer_id.in_(customer_ids)),
    )
    b = balances.c
    told = select(b.customer_id, b.currency).where(b.customer_id.in_(customer_ids), b.deleted_at.is_(None))
    known = {tuple(row) for row in await conn.execute(told)}
    return frozenset(RecordId(row[0]) for row in await conn.execute(held) if tuple(row) not in known)
