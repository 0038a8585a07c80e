"""The queries behind the lookup: candidates by indexed keys, each query bounded, nothing ranked.

Ranges over keys are half-open (`from <= key < to`), which a B-tree serves on every database; a LIKE would not.
Tombstoned records are never candidates. What a candidate is worth is for the caller to judge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Row,
    Select,
    String,
    bindparam,
    select,
    union_all,
)

from store.customers import customers
from store.db import ReadConnection
from store.invoices import OWED, invoices
from store.keys import KEY_CHARACTERS
from store.records import RecordId
from store.upsert import chunks

Kind = Literal["invoice", "customer"]

# Enough to choose five from; a vaguer text than that wants more letters, not more rows.
RANGE_ROWS = 128
_KEY_ORDER = " 0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceHit:
    """What the lookup needs of an invoice to rank it."""

    id: RecordId
    number: str
    number_key: str
    is_open: bool
    invoice_date: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerHit:
    """What the lookup needs of a customer to rank it."""

    id: RecordId
    name: str
    number: str | None
    name_key: str
    sorted_name_key: str
    is_inactive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedName:
    """A record and the key under which an index outside the database keeps it."""

    id: RecordId
    key: str


async def invoices_numbered(conn: ReadConnection, number: str) -> tuple[InvoiceHit, ...]:
    """The invoices with exactly this number; several when subsidiaries or systems share a numbering."""
    return await _invoice_hits(conn, _INVOICES_NUMBERED, number=number)


async def invoices_near(conn: ReadConnection, keys: Sequence[str], digits: str) -> tuple[InvoiceHit, ...]:
    """Invoices whose number key is or begins with one of `keys` or ends in `digits` (empty: none do)."""
    tail = digits[::-1]
    bounds = {f"from_{at}": key for at, key in enumerate(keys)} | {
        f"to_{at}": _after(key) for at, key in enumerate(keys)
    }
    ending = {"tail": tail, "tail_of_run": f"{tail}a", "tail_end": _after(tail)} if tail else {}
    return await _invoice_hits(conn, _invoices_near(len(keys), bool(tail)), keys=keys, **bounds, **ending)


async def invoices_keyed(conn: ReadConnection, keys: Iterable[str]) -> tuple[InvoiceHit, ...]:
    """The invoices with one of these number keys, of which there may be hundreds."""
    found: list[InvoiceHit] = []
    for chunk in chunks(tuple(keys)):
        found.extend(await _invoice_hits(conn, _INVOICES_KEYED, keys=chunk))
    return tuple(found)


async def invoice_hits(conn: ReadConnection, ids: Sequence[RecordId]) -> tuple[InvoiceHit, ...]:
    """These invoices, as far as they still exist, in no order."""
    return await _invoice_hits(conn, _INVOICES_BY_ID, ids=ids)


async def customers_named(conn: ReadConnection, text: str) -> tuple[CustomerHit, ...]:
    """The customers with exactly this name, or with this number in any case."""
    return await _customer_hits(conn, _CUSTOMERS_NAMED, name=text, numbers=sorted({text, text.upper(), text.lower()}))


async def customers_near(conn: ReadConnection, key: str, sorted_key: str) -> tuple[CustomerHit, ...]:
    """Customers whose name key equals or begins with `key`, or has the same words in another order."""
    return await _customer_hits(conn, _CUSTOMERS_NEAR, key=key, end=_after(key), sorted_key=sorted_key)


async def customer_hits(conn: ReadConnection, ids: Sequence[RecordId]) -> tuple[CustomerHit, ...]:
    """These customers, as far as they still exist, in no order."""
    return await _customer_hits(conn, _CUSTOMERS_BY_ID, ids=ids)


async def names_after(
    conn: ReadConnection, kind: Kind, after: RecordId | None, *, limit: int
) -> tuple[IndexedName, ...]:
    """All living records of a kind in pages by id: what an index outside the database is built from."""
    id_, key, deleted_at = _name_columns(kind)
    query = select(id_, key).where(deleted_at.is_(None)).order_by(id_).limit(limit)
    rows = await conn.execute(query.where(id_ > after) if after is not None else query)
    return tuple(IndexedName(id=RecordId(row[0]), key=row[1]) for row in rows)


async def names_by_id(conn: ReadConnection, kind: Kind, ids: Sequence[RecordId]) -> tuple[IndexedName, ...]:
    """The living ones of these records."""
    id_, key, deleted_at = _name_columns(kind)
    found: list[IndexedName] = []
    for chunk in chunks(ids):
        rows = await conn.execute(select(id_, key).where(id_.in_(chunk), deleted_at.is_(None)))
        found.extend(IndexedName(id=RecordId(row[0]), key=row[1]) for row in rows)
    return tuple(found)


def _name_columns(kind: Kind) -> tuple[Column[Any], Column[Any], Column[Any]]:
    if kind == "invoice":
        return invoices.c.id, invoices.c.number_key, invoices.c.deleted_at
    return customers.c.id, customers.c.name_key, customers.c.deleted_at


def _invoices(*conditions: ColumnElement[bool]) -> Select[Any]:
    c = invoices.c
    columns = (c.id, c.number, c.number_key, c.status, c.open_balance_minor, c.invoice_date)
    return select(*columns).where(c.deleted_at.is_(None), *conditions).limit(RANGE_ROWS)


def _customers(*conditions: ColumnElement[bool]) -> Select[Any]:
    c = customers.c
    columns = (c.id, c.name, c.number, c.name_key, c.sorted_name_key, c.is_inactive)
    return select(*columns).where(c.deleted_at.is_(None), *conditions).limit(RANGE_ROWS)


def _union(parts: Iterable[Select[Any]]) -> Executable:
    # One trip for all tiers; each part is wrapped because SQLite wants a LIMIT inside a subquery.
    return union_all(*[select(part.subquery()) for part in parts])


def _given(name: str) -> BindParameter[str]:
    return bindparam(name, type_=String)


def _any_of(name: str) -> BindParameter[Sequence[str]]:
    return bindparam(name, expanding=True)


def _between(column: Column[Any], start: str, end: str) -> ColumnElement[bool]:
    return (column >= _given(start)) & (column < _given(end))


@cache
def _invoices_near(keys: int, has_digits: bool) -> Executable:  # noqa: FBT001 - the key of a cache
    key, backwards = invoices.c.number_key, invoices.c.reversed_number_key
    parts = [_invoices(key.in_(_any_of("keys")))]
    # The largest keys first: among the numbers of one series those are the newest.
    parts += [_invoices(_between(key, f"from_{at}", f"to_{at}")).order_by(key.desc()) for at in range(keys)]
    if has_digits:
        # The whole run of digits first: what precedes it is a letter, and «12345» means INV-12345, not INV-912345.
        parts.append(_invoices(_between(backwards, "tail_of_run", "tail_end")).order_by(backwards))
        parts.append(_invoices(_between(backwards, "tail", "tail_end")).order_by(backwards))
    return _union(parts)


# Built once: putting a statement together takes longer than running it.
_INVOICES_NUMBERED = _invoices(invoices.c.number == _given("number"))
_INVOICES_KEYED = _invoices(invoices.c.number_key.in_(_any_of("keys")))
_INVOICES_BY_ID = _invoices(invoices.c.id.in_(_any_of("ids")))
_CUSTOMERS_NAMED = _union(
    [_customers(customers.c.name == _given("name")), _customers(customers.c.number.in_(_any_of("numbers")))]
)
_CUSTOMERS_BY_ID = _customers(customers.c.id.in_(_any_of("ids")))
_CUSTOMERS_NEAR = _union(
    [
        _customers(customers.c.name_key == _given("key")),
        _customers(customers.c.sorted_name_key == _given("sorted_key")),
        # In this order names that go on with a new word come before those that go on with a letter.
        _customers(_between(customers.c.name_key, "key", "end")).order_by(customers.c.name_key),
    ]
)


def _after(prefix: str) -> str:
    """The first key beyond all that begin with `prefix`.

    It stays within the alphabet of keys, whose order is the same in every collation that a database is likely to
    have; «sz» is followed by «t», since what stands after «z» is not. «zz» is followed by the longest key there is.
    """
    stem = prefix.rstrip(_KEY_ORDER[-1])
    if not stem:
        return _KEY_ORDER[-1] * (KEY_CHARACTERS + 1)
    return stem[:-1] + _KEY_ORDER[_KEY_ORDER.index(stem[-1]) + 1]


async def _invoice_hits(conn: ReadConnection, query: Executable, **given: Any) -> tuple[InvoiceHit, ...]:
    rows = await conn.execute(query, given)
    return tuple({row.id: _invoice_hit(row) for row in rows}.values())


async def _customer_hits(conn: ReadConnection, query: Executable, **given: Any) -> tuple[CustomerHit, ...]:
    rows = await conn.execute(query, given)
    return tuple({row.id: _customer_hit(row) for row in rows}.values())


def _invoice_hit(row: Row[Any]) -> InvoiceHit:
    return InvoiceHit(
        id=row.id,
        number=row.number,
        number_key=row.number_key,
        is_open=row.open_balance_minor > 0 and row.status in OWED,
        invoice_date=row.invoice_date,
    )


def _customer_hit(row: Row[Any]) -> CustomerHit:
    return CustomerHit(
        id=row.id,
        name=row.name,
        number=row.number,
        name_key=row.name_key,
        sorted_name_key=row.sorted_name_key,
        is_inactive=row.is_inactive,
    )
