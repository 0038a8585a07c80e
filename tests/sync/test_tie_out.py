"""After each run the balances that the source tells are compared with what the store makes of open items."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from store.balances import Balance
from store.cursors import Cursor
from store.db import Store
from store.facts import keep_fact
from store.money import Money
from store.pulled import upsert_records
from store.records import RecordId, record_id
from store.tie_out import Cause, TieOut, count_appeared, known_differences, latest_tie_out
from store.tie_out_sums import Evidence
from sync.connector import Page
from sync.tie_out import Reach, causes_of, reach_of, tie_out
from tests.sync.fake_source import START, FakeSource, FakeSystem
from tests.sync.pulling import pull

HOUR = timedelta(hours=1)
ONE = RecordId("fake:customer:1")
NOBODY = frozenset[RecordId]()
NOTHING = Evidence(quarantined=NOBODY, changed_since=NOBODY, other_currency=NOBODY, unplaced=0)
WHOLE = Reach(is_complete=True, covered_until=START)


class Telling(FakeSource):
    """A source that tells the balance of customer 1, too."""

    def __init__(self, system: FakeSystem, minor: int) -> None:
        super().__init__(system)
        self.streams = (*self.streams, "balances")
        self.minor = minor

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        if stream != "balances":
            async for page in super().pages(stream, cursor, now=now):
                yield page
        elif cursor != now.isoformat():
            told = Balance(
                id=record_id("fake", "balance", "1"),
                origin="fake",
                source_id="1",
                seen_at=now,
                customer_id=ONE,
                balance=Money(currency="USD", minor=self.minor),
            )
            yield Page(records=(told,), cursor=now.isoformat(), covered_until=now)


async def newest(store: Store) -> tuple[TieOut | None, list[tuple[int, tuple[Cause, ...], datetime | None]]]:
    async with store.read() as conn:
        found = await known_differences(conn, "fake", limit=9)
        return await latest_tie_out(conn, "fake"), [(one.amount.minor, one.causes, one.since) for one in found]


class TestTieOut:
    async def test_without_balances_there_is_none(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        assert await newest(store) == (None, [])

    async def test_the_same_sum_is_no_difference(self, store: Store, system: FakeSystem) -> None:
        source = Telling(system, 1_000)
        await pull(source, store)
        expected = TieOut(source="fake", at=system.now, compared=1, differing=0, balances_read_at=system.now)
        assert await newest(store) == (expected, [])

    async def test_a_difference_is_listed_with_its_cause_from_when_it_appeared(
        self, store: Store, system: FakeSystem
    ) -> None:
        source = Telling(system, 1_000)
        await pull(source, store)
        source.minor = 1_250
        system.now += HOUR
        await pull(source, store, "next")
        first, listed = await newest(store)
        assert first is not None
        assert (first.compared, first.differing, first.appeared) == (1, 1, 1)
        assert listed == [(250, (Cause.OTHER_TRANSACTIONS,), system.now)]
        since = system.now
        system.now += HOUR
        await pull(source, store, "another")
        second, listed = await newest(store)
        assert second is not None
        assert (second.at, second.differing, second.appeared) == (system.now, 1, 0)
        assert listed == [(250, (Cause.OTHER_TRANSACTIONS,), since)]

    async def test_an_invoice_that_cannot_be_read_explains_it(self, store: Store, system: FakeSystem) -> None:
        source = Telling(system, 1_000)
        await pull(source, store)
        source.minor = 1_500
        system.now += HOUR
        system.broken = {"1003"}
        system.edit("1003", "broken")
        await pull(source, store, "next")
        assert [causes for _, causes, _ in (await newest(store))[1]] == [(Cause.QUARANTINED,)]

    async def test_of_many_differences_none_is_new_twice(self, store: Store) -> None:
        # Who differs most, differs least the next time.
        assert (await self.told(store, range(1, 301), START)).appeared == 300
        made = await self.told(store, range(300, 0, -1), START + HOUR)
        assert (made.differing, made.appeared) == (300, 0)

    async def test_of_those_that_an_earlier_version_did_not_keep_none_is_new(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.tie_out.MOST_KEPT", 20)
        await self.told(store, range(1, 31), START)
        await self.told(store, range(1, 31), START + HOUR)
        monkeypatch.undo()
        made = await self.told(store, range(1, 31), START + 2 * HOUR)
        assert (made.differing, made.appeared) == (30, 0)
        async with store.read() as conn:
            # However long ago people were told of them.
            assert await count_appeared(conn, "fake", since=START) == 0
        made = await self.told(store, range(1, 33), START + 3 * HOUR)
        assert (made.differing, made.appeared) == (32, 2)

    async def told(self, store: Store, minors: Sequence[int], now: datetime) -> TieOut:
        """Compare what is told of a customer each, of whom nothing is open."""
        told = [
            Balance(
                id=record_id("fake", "balance", f"{number}"),
                origin="fake",
                source_id=f"{number}",
                seen_at=now,
                customer_id=record_id("fake", "customer", f"{number}"),
                balance=Money(currency="USD", minor=minor),
            )
            for number, minor in enumerate(minors)
        ]
        async with store.write() as conn:
            await upsert_records(conn, told, at=now)
            await keep_fact(conn, "fake.balances_read_at", now.isoformat())
        made = await tie_out(store, "fake", now=now)
        assert made is not None
        return made

    async def test_is_made_when_a_stream_failed_too(self, store: Store, system: FakeSystem) -> None:
        source = Telling(system, 900)

        async def fail(stream: str, number: int) -> None:
            if stream == "invoices" and number == 4:
                raise ValueError(stream)

        source.before_page = fail
        with pytest.raises(ValueError, match="invoices"):
            await pull(source, store)
        found, listed = await newest(store)
        assert found is not None
        assert [(amount, causes) for amount, causes, _ in listed] == [(100, (Cause.INCOMPLETE, Cause.BEHIND))]


class TestCausesOf:
    @pytest.mark.parametrize(
        ("known", "reach", "causes"),
        [
            (NOTHING, WHOLE, (Cause.OTHER_TRANSACTIONS,)),
            (replace(NOTHING, quarantined=frozenset({ONE})), WHOLE, (Cause.QUARANTINED,)),
            (replace(NOTHING, quarantined=frozenset({RecordId("2")})), WHOLE, (Cause.OTHER_TRANSACTIONS,)),
            (replace(NOTHING, changed_since=frozenset({ONE})), WHOLE, (Cause.CHANGED_SINCE,)),
            (replace(NOTHING, other_currency=frozenset({ONE})), WHOLE, (Cause.OTHER_CURRENCY,)),
            (replace(NOTHING, unplaced=1), WHOLE, (Cause.UNPLACED,)),
            (NOTHING, replace(WHOLE, is_complete=False), (Cause.INCOMPLETE,)),
            (NOTHING, replace(WHOLE, covered_until=START - 3 * HOUR), (Cause.BEHIND,)),
            (NOTHING, replace(WHOLE, covered_until=None), (Cause.BEHIND,)),
            (NOTHING, replace(WHOLE, covered_until=START - HOUR), (Cause.OTHER_TRANSACTIONS,)),
        ],
    )
    def test_names_what_holds(self, known: Evidence, reach: Reach, causes: tuple[Cause, ...]) -> None:
        assert causes_of(ONE, known, reach, START) == causes

    def test_names_all_that_hold(self) -> None:
        known = replace(NOTHING, quarantined=frozenset({ONE}), unplaced=2)
        assert causes_of(ONE, known, WHOLE, None) == (Cause.QUARANTINED, Cause.UNPLACED)


def cursor(stream: str, **values: Any) -> Cursor:
    known: dict[str, Any] = {"value": "", "covered_until": START, "run_id": "run", "version": 1, "completed_at": START}
    return Cursor(source="fake", stream=stream, **known | values)


class TestReachOf:
    def test_is_that_of_the_stream_that_lags(self) -> None:
        cursors = [
            cursor("invoices"),
            cursor("payments", covered_until=START - HOUR),
            cursor("notes", completed_at=None),
        ]
        assert reach_of(cursors) == Reach(is_complete=True, covered_until=START - HOUR)

    @pytest.mark.parametrize("lacking", ["completed_at", "covered_until"])
    def test_is_none_while_one_lacks_something(self, lacking: str) -> None:
        found = reach_of([cursor("invoices"), cursor("credit_memos", **{lacking: None})])
        assert (found.is_complete, found.covered_until is None) == (
            lacking != "completed_at",
            lacking != "completed_at",
        )

    def test_of_nothing_is_nothing(self) -> None:
        assert reach_of([]) == Reach(is_complete=False, covered_until=None)
