"""Which message's link shows a card."""

from datetime import UTC, datetime, timedelta

from store.db import Store
from store.records import RecordId
from store.unfurls import note_shared

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


async def shared(store: Store, message_ts: str, *, minutes: float = 0, channel: str = "C1", record: str = "x") -> str:
    at = NOON + timedelta(minutes=minutes)
    async with store.write() as conn:
        return await note_shared(
            conn,
            channel_id=channel,
            record_id=RecordId(record),
            message_ts=message_ts,
            at=at,
            since=at - HALF_AN_HOUR,
        )


class TestNoteShared:
    async def test_the_first_one_shows_it(self, store: Store) -> None:
        assert await shared(store, "1.1") == "1.1"
        assert await shared(store, "1.2", minutes=29) == "1.1"

    async def test_the_same_message_again_is_still_the_one(self, store: Store) -> None:
        assert [await shared(store, "1.1") for _ in range(2)] == ["1.1", "1.1"]

    async def test_after_half_an_hour_without_it_the_next_one_does(self, store: Store) -> None:
        await shared(store, "1.1")
        await shared(store, "1.2", minutes=20)
        assert await shared(store, "1.3", minutes=40) == "1.1"
        assert await shared(store, "1.4", minutes=71) == "1.4"

    async def test_other_channels_and_records_are_other_matters(self, store: Store) -> None:
        await shared(store, "1.1")
        assert await shared(store, "1.2", channel="C2") == "1.2"
        assert await shared(store, "1.3", record="y") == "1.3"
