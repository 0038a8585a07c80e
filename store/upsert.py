"""Writing pulled records: only what differs is written, and what differed goes to the change feed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import RowMapping, Table, bindparam, select, update

from store.bulk import among, insert_of, insert_rows
from store.changes import Change, append_changes, append_insertions
from store.db import ReadConnection, WriteConnection

_T = TypeVar("_T")

# SQLite binds at most 32,766 values in one statement; ids are bound one by one.
_CHUNK = 500
# Ids that are looked for at once: a page of any source.
MANY = 5000
# Columns that a pulled row does not bring.
_NOT_PULLED = frozenset({"id", "refreshed_at"})
# Bookkeeping and search keys, not content: a difference here alone is no change to tell people of.
_NOT_CONTENT = frozenset(
    "id seen_at fingerprint source_changed_at name_key sorted_name_key number_key reversed_number_key".split()
)
# What tells when we saw a row, and the digest itself.
_NOT_FINGERPRINTED = frozenset({"seen_at", "fingerprint"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What an upsert did, in records."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """How many records were, or would be, written."""
        return self.inserted + self.changed

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            inserted=self.inserted + other.inserted,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


def fingerprint(row: Mapping[str, Any], *parts: Mapping[str, Any]) -> str:
    """A digest of a row's content (and of the rows of its parts, such as lines), blind to when we saw it."""
    content = [value for name, value in row.items() if name not in _NOT_FINGERPRINTED]
    told = _told((content, [tuple(part.values()) for part in parts]))
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def _told(content: tuple[list[Any], list[tuple[Any, ...]]]) -> bytes:
    """The same bytes for the same texts, numbers, truths, dates and instants, each time."""
    try:
        return orjson.dumps(content)
    except TypeError:
        # Halves of characters and numbers beyond 64 bits, which it refuses.
        return repr(content).encode("utf-8", "surrogatepass")


async def upsert_rows(
    conn: WriteConnection, table: Table, kind: str, rows: Sequence[dict[str, Any]], *, at: datetime
) -> tuple[Counts, frozenset[str]]:
    """Write the rows that are new or differ by fingerprint; say how many, and the ids that were written.

    When an id occurs twice in `rows` the later one counts, as paging may serve a record again after an edit. A row
    that its source changed before the version that we have is old news, from a page that was read before a refresh.
    """
    sorted_out = await _sorted_out(conn, table, rows)
    new, differing = sorted_out.new, sorted_out.differing
    before = await _rows_by_id(conn, table, tuple(row["id"] for row in differing))
    await insert_rows(conn, table, new, _overwriting)
    if differing:
        await conn.execute(_update(table), [{f"v_{key}": value for key, value in row.items()} for row in differing])
    await append_insertions(conn, kind, [row["id"] for row in new], at=at)
    await append_changes(conn, _changes(kind, (), differing, before), at=at)
    return sorted_out.counts, frozenset(row["id"] for row in (*new, *differing))


async def compare_rows(conn: ReadConnection, table: Table, rows: Sequence[dict[str, Any]]) -> Counts:
    """What `upsert_rows` would do with these rows; nothing is written."""
    return (await _sorted_out(conn, table, rows)).counts


async def expected_changes(
    conn: ReadConnection, table: Table, kind: str, rows: Sequence[dict[str, Any]], *, most: int
) -> tuple[Change, ...]:
    """Some of the changes that `upsert_rows` would make with these rows, so many of each action at most."""
    sorted_out = await _sorted_out(conn, table, rows)
    differing = sorted_out.differing[:most]
    before = await _rows_by_id(conn, table, tuple(row["id"] for row in differing))
    return tuple(_changes(kind, sorted_out.new[:most], differing, before))


@dataclass(frozen=True, kw_only=True, slots=True)
class _SortedOut:
    new: Sequence[dict[str, Any]]
    differing: Sequence[dict[str, Any]]
    counts: Counts


async def _sorted_out(conn: ReadConnection, table: Table, rows: Sequence[dict[str, Any]]) -> _SortedOut:
    latest = {row["id"]: row for row in rows}
    # Two writers of the same rows lock them in the same order, or each might wait for the other.
    in_order = [latest[each] for each in sorted(latest)]
    known = await _versions(conn, table, tuple(latest))
    new = [row for row in in_order if row["id"] not in known]
    differing = [row for row in in_order if row["id"] in known and _supersedes(row, known[row["id"]])]
    unchanged = len(latest) - len(new) - len(differing)
    counts = Counts(inserted=len(new), changed=len(differing), unchanged=unchanged)
    return _SortedOut(new=new, differing=differing, counts=counts)


async def touch(conn: WriteConnection, table: Table, record_id: str, *, at: datetime) -> None:
    """Note that the source was asked about this one record just now, even if nothing about it differed."""
    await conn.execute(update(table).where(table.c.id == record_id).values(refreshed_at=at))


def chunks(items: Sequence[_T], size: int = _CHUNK) -> Iterator[Sequence[_T]]:
    """The items in runs short enough for one statement's bound values."""
    return (items[start : start + size] for start in range(0, len(items), size))


def conflict_insert(conn: WriteConnection, table: Table) -> Any:
    """An INSERT of this database's dialect that takes an ON CONFLICT clause."""
    return insert_of(table, conn.dialect)


def _overwriting(statement: Any) -> Any:
    updated = {each.name: statement.excluded[each.name] for each in statement.table.c if each.name not in _NOT_PULLED}
    return statement.on_conflict_do_update(index_elements=["id"], set_=updated)


def _update(table: Table) -> Any:
    values: dict[str, Any] = {
        column.name: bindparam(f"v_{column.name}") for column in table.c if column.name not in _NOT_PULLED
    }
    return update(table).where(table.c.id == bindparam("v_id")).values(values)


async def _versions(conn: ReadConnection, table: Table, ids: Sequence[str]) -> dict[str, tuple[str, datetime | None]]:
    c = table.c
    found: dict[str, tuple[str, datetime | None]] = {}
    for chunk in chunks(ids, MANY):
        rows = await conn.execute(select(c.id, c.fingerprint, c.source_changed_at).where(among(conn, c.id, chunk)))
        found.update((row[0], (row[1], row[2])) for row in rows)
    return found


def _supersedes(row: Mapping[str, Any], known: tuple[str, datetime | None]) -> bool:
    known_fingerprint, known_changed_at = known
    if row["fingerprint"] == known_fingerprint:
        return False
    changed_at = row["source_changed_at"]
    return known_changed_at is None or changed_at is None or changed_at >= known_changed_at


async def _rows_by_id(conn: ReadConnection, table: Table, ids: Sequence[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for chunk in chunks(ids):
        rows = await conn.execute(select(table).where(among(conn, table.c.id, chunk)))
        found.update((row["id"], row) for row in rows.mappings())
    return found


def _changes(
    kind: str,
    new: Iterable[Mapping[str, Any]],
    differing: Iterable[Mapping[str, Any]],
    before: Mapping[str, RowMapping],
) -> Iterator[Change]:
    for row in new:
        yield Change(kind=kind, record_id=row["id"], action="inserted")
    for row in differing:
        yield Change(kind=kind, record_id=row["id"], action="changed", fields=_differences(before[row["id"]], row))


def _differences(before: RowMapping, after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before[name], value)
        for name, value in after.items()
        if name not in _NOT_CONTENT and before[name] != value
    }
