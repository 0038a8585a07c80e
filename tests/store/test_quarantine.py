from dataclasses import replace
from datetime import datetime, timedelta

from store.db import Store
from store.quarantine import (
    EMAIL_FIELDS,
    Quarantined,
    list_quarantined,
    mark_tried,
    quarantine_records,
    quarantined_streams,
    release_records,
    unreadable_since,
    untried,
)
from tests.store.make import AT

HOUR = timedelta(hours=1)


def unreadable(source_id: str, at: datetime = AT, reason: str = "bad date") -> Quarantined:
    return Quarantined(
        source="netsuite", stream="invoices", source_id=source_id, reason=reason, seen_at=at, kind="invoice", since=at
    )


class TestQuarantine:
    async def put(self, store: Store, *found: Quarantined) -> None:
        async with store.write() as conn:
            await quarantine_records(conn, found)

    async def listed(self, store: Store, limit: int = 10) -> list[str]:
        async with store.read() as conn:
            return [one.source_id for one in await list_quarantined(conn, limit=limit)]

    async def test_keeps_the_newest_reason(self, store: Store) -> None:
        await self.put(store, unreadable("1"), unreadable("2"))
        newest = unreadable("1", AT + HOUR, "bad amount")
        await self.put(store, newest)
        async with store.read() as conn:
            assert await list_quarantined(conn, limit=10) == (replace(newest, since=AT), unreadable("2"))
            assert await list_quarantined(conn, limit=10, source="salesforce") == ()

    async def test_lists_records_before_fields_of_records(self, store: Store) -> None:
        field = replace(unreadable("invoice 7 custbody_copies"), stream=EMAIL_FIELDS, seen_at=AT + timedelta(days=1))
        async with store.write() as conn:
            await quarantine_records(conn, [field, unreadable("7")])
        async with store.read() as conn:
            listed = await list_quarantined(conn, limit=9)
            assert [one.source_id for one in listed] == ["7", "invoice 7 custbody_copies"]
            records = await list_quarantined(conn, limit=None, with_fields=False)
            assert [one.source_id for one in records] == ["7"]
            assert await quarantined_streams(conn) == {
                ("netsuite", EMAIL_FIELDS): 1,
                ("netsuite", records[0].stream): 1,
            }

    async def test_lists_the_newest_first_up_to_a_limit(self, store: Store) -> None:
        await self.put(store, unreadable("1"), unreadable("3"), unreadable("2"), unreadable("4", AT + HOUR))
        assert await self.listed(store) == ["4", "1", "2", "3"]
        assert await self.listed(store, limit=2) == ["4", "1"]

    async def test_releases_what_could_be_read(self, store: Store) -> None:
        await self.put(store, unreadable("1"), unreadable("2"))
        async with store.write() as conn:
            await release_records(conn, "netsuite", "invoices", ["2", "3"])
            await release_records(conn, "netsuite", "customers", ["1"])
            await release_records(conn, "netsuite", "invoices", [])
        assert await self.listed(store) == ["1"]

    async def test_of_nothing_is_nothing(self, store: Store) -> None:
        await self.put(store)
        assert await self.listed(store) == []

    async def test_asks_first_for_what_was_looked_at_longest_ago(self, store: Store) -> None:
        await self.put(
            store, unreadable("1"), unreadable("2"), unreadable("3", AT + HOUR), unreadable("4", AT + 9 * HOUR)
        )
        async with store.write() as conn:
            await mark_tried(conn, unreadable("1"), at=AT + 2 * HOUR)
        async with store.read() as conn:
            found = await untried(conn, "netsuite", "invoices", before=AT + 3 * HOUR, limit=9)
            assert [one.source_id for one in found] == ["2", "3", "1"]
            assert await untried(conn, "netsuite", "invoices", before=AT + 3 * HOUR, limit=2) == found[:2]
            found = await untried(conn, "netsuite", "invoices", before=AT + HOUR, limit=9)
            assert [one.source_id for one in found] == ["2"]
            assert await untried(conn, "netsuite", "customers", before=AT + 3 * HOUR, limit=9) == ()

    async def test_never_asks_for_what_has_no_kind(self, store: Store) -> None:
        await self.put(store, replace(unreadable("1"), kind=""))
        async with store.read() as conn:
            assert await untried(conn, "netsuite", "invoices", before=AT + HOUR, limit=9) == ()

    async def test_tells_since_when_a_record_cannot_be_read(self, store: Store) -> None:
        await self.put(store, unreadable("1"), unreadable("1", AT + HOUR))
        async with store.read() as conn:
            assert await unreadable_since(conn, "netsuite", "invoice", "1") == AT
            assert await unreadable_since(conn, "netsuite", "customer", "1") is None
            assert await unreadable_since(conn, "netsuite", "invoice", "2") is None
