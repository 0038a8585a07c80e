from datetime import date

import pytest

from store.changes import Change, append_changes, changes_after, last_sequence
from store.db import Store
from store.records import RecordId
from tests.store.make import AT, changes

pytestmark = pytest.mark.both_databases


async def append(store: Store, *found: Change) -> None:
    async with store.write() as conn:
        await append_changes(conn, found, at=AT)


def change(name: str) -> Change:
    return Change(kind="invoice", record_id=RecordId(name), action="changed", fields={"memo": (None, name)})


class TestChangeFeed:
    async def test_is_read_in_the_order_of_writing_from_a_cursor(self, store: Store) -> None:
        await append(store, change("a"), change("b"))
        await append(store, change("c"))
        assert [one.record_id for one in await changes(store)] == ["a", "b", "c"]
        first = (await changes(store))[0].sequence
        async with store.read() as conn:
            assert [one.record_id for one in await changes_after(conn, first, limit=1)] == ["b"]
            assert await last_sequence(conn) == first + 2

    async def test_values_come_back_as_json_tells_them(self, store: Store) -> None:
        fields = {"due_date": (date(2026, 1, 1), None), "memo": ("«ü»", "🧾"), "minor": (1, 2)}
        await append(store, Change(kind="invoice", record_id=RecordId("a"), action="changed", fields=fields))
        assert (await changes(store))[0].fields == fields | {"due_date": ("2026-01-01", None)}

    async def test_of_nothing_is_empty(self, store: Store) -> None:
        await append(store)
        async with store.read() as conn:
            assert await last_sequence(conn) == 0
        assert await changes(store) == ()
