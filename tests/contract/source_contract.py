"""What every connector must do. A connector's test class inherits `SourceContract` and gives it a bench."""

import json
from abc import ABC, abstractmethod
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from store.pulled import Record, kind_of
from sync.connector import Page, Source
from sync.errors import ReauthoriseError, SourceError


class SourceBench(ABC):
    """A source over a real socket, and a hand in the system behind it.

    `stream` is the stream whose records the bench can change; there are several pages of them, so that reading can
    be broken off. Both sides share the clock `now`. `overlap` is how far a read goes back behind the last one.
    `tells_deletions`: one of the streams says what was deleted.
    """

    source: Source
    stream: str
    kind: str
    now: datetime
    overlap: timedelta
    secrets: tuple[str, ...]
    tells_deletions: bool = False

    @abstractmethod
    def source_with_wrong_credentials(self) -> Source:
        """A second source for the same system; whoever asks for it closes it."""

    @abstractmethod
    def ids(self, stream: str) -> set[str]:
        """The ids of the records that the system has now."""

    @abstractmethod
    def add(self) -> str:
        """Make a record; its id."""

    @abstractmethod
    def edit(self, source_id: str) -> None:
        """Change a record in a way that shows in it."""

    @abstractmethod
    def delete(self, source_id: str) -> None:
        """Remove a record."""

    @abstractmethod
    def break_record(self, source_id: str) -> None:
        """From now on the system answers this record with values that cannot be read."""

    def pass_time(self, length: timedelta) -> None:
        self.now += length


async def read(bench: SourceBench, cursor: str = "", stream: str = "") -> list[Page]:
    return [page async for page in bench.source.pages(stream or bench.stream, cursor, now=bench.now)]


def records_of(pages: list[Page]) -> dict[str, Record]:
    return {record.source_id: record for page in pages for record in page.records}


class SourceContract:
    """The tests. A subclass has a fixture `bench`."""

    async def test_a_first_read_brings_every_record_of_every_stream(self, bench: SourceBench) -> None:
        for stream in bench.source.streams:
            pages = await read(bench, stream=stream)
            assert set(records_of(pages)) == bench.ids(stream)
            assert not [page.broken for page in pages if page.broken]

    async def test_records_carry_origin_id_and_aware_instants(self, bench: SourceBench) -> None:
        for stream in bench.source.streams:
            for record in records_of(await read(bench, stream=stream)).values():
                assert record.origin == bench.source.name
                assert record.id == f"{bench.source.name}:{kind_of(record)}:{record.source_id}"
                assert record.seen_at == bench.now
                changed = record.source_changed_at
                assert changed is None or changed.utcoffset() == timedelta()
                assert record.deleted_at is None
            if stream == bench.stream:
                assert None not in {record.source_changed_at for record in records_of(await read(bench)).values()}

    async def test_a_read_is_covered_up_to_nearly_now_and_never_goes_back(self, bench: SourceBench) -> None:
        pages = await read(bench)
        covered = [page.covered_until for page in pages]
        known = [instant for instant in covered if instant is not None]
        assert covered[-1] is not None
        assert known == sorted(known)
        assert covered[: len(covered) - len(known)] == [None] * (len(covered) - len(known))
        assert bench.now - timedelta(minutes=5) <= covered[-1].astimezone(UTC) <= bench.now

    async def test_says_how_many_records_to_expect(self, bench: SourceBench) -> None:
        pages = await read(bench)
        expected = pages[-1].expected
        assert expected is None or expected == sum(len(page.records) for page in pages)

    async def test_every_stream_is_covered_once_it_has_been_read(self, bench: SourceBench) -> None:
        for stream in bench.source.streams:
            pages = await read(bench, stream=stream)
            covered, expected = pages[-1].covered_until, pages[-1].expected
            assert covered is not None
            assert bench.now - timedelta(minutes=5) <= covered <= bench.now
            assert expected is None or expected == sum(len(page.records) + len(page.gone) for page in pages)

    async def test_every_stream_goes_on_where_it_was_broken_off(self, bench: SourceBench) -> None:
        for stream in bench.source.streams:
            whole = await read(bench, stream=stream)
            for count in {1, len(whole) // 2, len(whole) - 1} - {0}:
                rest = await read(bench, whole[count - 1].cursor, stream)
                assert set(records_of(whole[:count])) | set(records_of(rest)) == bench.ids(stream)
                assert (rest or whole)[-1].covered_until == whole[-1].covered_until

    async def test_every_stream_is_read_further_the_next_day(self, bench: SourceBench) -> None:
        cursors = {stream: (await read(bench, stream=stream))[-1].cursor for stream in bench.source.streams}
        bench.pass_time(timedelta(days=1))
        for stream, cursor in cursors.items():
            pages = await read(bench, cursor, stream)
            assert set(records_of(pages)) <= bench.ids(stream)
            covered = [page.covered_until for page in pages]
            assert None not in covered
            assert covered[-1] is not None
            assert covered[-1] >= bench.now - timedelta(minutes=5)

    async def test_a_deleted_record_is_told(self, bench: SourceBench) -> None:
        if not bench.tells_deletions:
            pytest.skip("this source does not say what was deleted")
        cursors = {stream: (await read(bench, stream=stream))[-1].cursor for stream in bench.source.streams}
        bench.pass_time(timedelta(hours=1))
        deleted = max(bench.ids(bench.stream))
        bench.delete(deleted)
        bench.pass_time(timedelta(hours=1))
        pages = [page for stream in cursors for page in await read(bench, cursors[stream], stream)]
        assert (bench.kind, deleted) in {(one.kind, one.source_id) for page in pages for one in page.gone}
        assert not [page for page in pages if deleted in {one.source_id for one in page.records}]

    async def test_the_next_read_brings_only_what_has_changed(self, bench: SourceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        edited = min(bench.ids(bench.stream))
        bench.pass_time(bench.overlap + timedelta(hours=1))
        bench.edit(edited)
        added = bench.add()
        bench.pass_time(timedelta(hours=1))
        pages = await read(bench, cursor)
        assert set(records_of(pages)) == {edited, added}
        assert pages[-1].covered_until is not None
        assert pages[-1].covered_until > bench.now - timedelta(minutes=5)

    async def test_an_edit_shows_in_the_record(self, bench: SourceBench) -> None:
        before = await read(bench)
        edited = min(bench.ids(bench.stream))
        bench.pass_time(timedelta(hours=1))
        bench.edit(edited)
        bench.pass_time(timedelta(hours=1))
        after = await read(bench, before[-1].cursor)
        assert records_of(after)[edited] != records_of(before)[edited]

    async def test_changes_in_the_overlap_are_read_again(self, bench: SourceBench) -> None:
        edited = min(bench.ids(bench.stream))
        bench.edit(edited)
        bench.pass_time(bench.overlap / 2)
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(timedelta(minutes=5))
        assert edited in records_of(await read(bench, cursor))

    async def test_a_quiet_source_brings_nothing_and_is_covered_further(self, bench: SourceBench) -> None:
        first = await read(bench)
        bench.pass_time(bench.overlap + timedelta(days=1))
        second = await read(bench, first[-1].cursor)
        bench.pass_time(bench.overlap + timedelta(days=1))
        pages = await read(bench, second[-1].cursor)
        assert records_of(pages) == {}
        assert pages[-1].covered_until is not None
        assert pages[-1].covered_until > bench.now - timedelta(minutes=5)

    async def test_reading_goes_on_after_any_page(self, bench: SourceBench) -> None:
        whole = await read(bench)
        assert len(whole) > 2
        for count in range(1, len(whole)):
            rest = await read(bench, whole[count - 1].cursor)
            assert [page.records for page in rest] == [page.records for page in whole[count:]]
            assert [page.covered_until for page in rest] == [page.covered_until for page in whole[count:]]

    async def test_reading_goes_on_much_later(self, bench: SourceBench) -> None:
        whole = await read(bench)
        edited = max(bench.ids(bench.stream))
        bench.pass_time(timedelta(days=1))
        bench.edit(edited)
        bench.pass_time(timedelta(days=1))
        for count in range(1, len(whole)):
            rest = await read(bench, whole[count - 1].cursor)
            assert set(records_of(whole[:count])) | set(records_of(rest)) == bench.ids(bench.stream)
            assert records_of(rest)[edited].source_changed_at == bench.now - timedelta(days=1)

    async def test_one_broken_record_does_not_stop_the_rest(self, bench: SourceBench) -> None:
        broken = min(bench.ids(bench.stream))
        bench.break_record(broken)
        pages = await read(bench)
        assert set(records_of(pages)) == bench.ids(bench.stream) - {broken}
        found = {one.source_id: one.reason for page in pages for one in page.broken}
        assert set(found) == {broken}
        assert found[broken]

    async def test_records_that_change_while_they_are_read_are_not_lost(self, bench: SourceBench) -> None:
        original = bench.ids(bench.stream)
        pages: list[Page] = []
        async for page in bench.source.pages(bench.stream, "", now=bench.now):
            pages.append(page)
            if len(pages) == 1:
                bench.pass_time(timedelta(minutes=1))
                for source_id in sorted(original)[:3]:
                    bench.edit(source_id)
        bench.pass_time(timedelta(hours=1))
        pages += await read(bench, pages[-1].cursor)
        assert set(records_of(pages)) == original

    async def test_wrong_credentials_ask_for_new_ones(self, bench: SourceBench) -> None:
        source = bench.source_with_wrong_credentials()
        with pytest.raises(ReauthoriseError) as caught:
            async for _ in source.pages(bench.stream, "", now=bench.now):
                pass
        found = await source.check()
        await source.close()
        assert not all(finding.ok for finding in found)
        assert all(finding.remedy for finding in found if not finding.ok)
        told = f"{caught.value} {caught.value!r} {found}"
        assert not [secret for secret in bench.secrets if secret in told]

    async def test_fetches_one_record_as_it_is_now(self, bench: SourceBench) -> None:
        source_id = min(bench.ids(bench.stream))
        (before, *_) = await bench.source.fetch(bench.kind, source_id, since=None)
        bench.pass_time(timedelta(minutes=1))
        bench.edit(source_id)
        (after, *_) = await bench.source.fetch(bench.kind, source_id, since=None)
        assert (before.source_id, after.source_id) == (source_id, source_id)
        assert after.seen_at == bench.now
        assert before != after

    async def test_a_fetched_record_equals_the_one_that_was_pulled(self, bench: SourceBench) -> None:
        source_id = min(bench.ids(bench.stream))
        pulled = records_of(await read(bench))[source_id]
        assert (await bench.source.fetch(bench.kind, source_id, since=None))[0] == pulled

    async def test_a_record_that_is_gone_is_empty(self, bench: SourceBench) -> None:
        source_id = max(bench.ids(bench.stream))
        bench.delete(source_id)
        assert await bench.source.fetch(bench.kind, source_id, since=None) == ()

    async def test_a_broken_record_is_refused_with_its_reason(self, bench: SourceBench) -> None:
        source_id = min(bench.ids(bench.stream))
        bench.break_record(source_id)
        with pytest.raises(SourceError):
            await bench.source.fetch(bench.kind, source_id, since=None)

    async def test_unknown_kinds_and_streams_are_refused(self, bench: SourceBench) -> None:
        with pytest.raises(SourceError):
            await bench.source.fetch("unheard-of", "1", since=None)
        with pytest.raises(SourceError):
            await read(bench, stream="unheard-of")

    async def test_a_cursor_of_another_make_is_refused(self, bench: SourceBench) -> None:
        for cursor in ("garbage", json.dumps({"format": 999})):
            with pytest.raises(SourceError):
                await read(bench, cursor)

    async def test_knows_its_account(self, bench: SourceBench) -> None:
        account = await bench.source.account()
        assert account
        assert await bench.source.account() == account

    async def test_a_healthy_source_passes_every_check(self, bench: SourceBench) -> None:
        found = await bench.source.check()
        assert found
        assert [finding for finding in found if not finding.ok] == []

    async def test_reading_may_be_broken_off_at_any_page(self, bench: SourceBench) -> None:
        async with aclosing(bench.source.pages(bench.stream, "", now=bench.now)) as pages:
            first = await anext(pages)
        assert first.records
        assert (await read(bench, first.cursor))[-1].covered_until is not None
