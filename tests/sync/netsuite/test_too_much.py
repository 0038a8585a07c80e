"""Spans that cannot be read at once and cannot be divided: nothing is passed over, and nothing fails for ever."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.connectors.netsuite.position import Plan, Stage, decode, first_position
from sync.connectors.netsuite.slices import cut, smaller
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench

PLAN = Plan(overlap=timedelta())
SLICE = replace(first_position(START, PLAN), by_ids=True, above=6)
TOO_LONG = ("ABORT_SEARCH_EXCEEDED_MAX_TIME", "too long")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


def crowd(bench: NetSuiteBench) -> set[str]:
    """All invoices were changed at one instant."""
    for number in bench.ledger.invoices:
        bench.ledger.edit_invoice(number, memo="imported", last_modified=START)
    bench.pass_time(timedelta(hours=2))
    return bench.ids("invoices")


def keep_shifting(bench: NetSuiteBench) -> None:
    """At every further page of a search an invoice leaves its window."""
    leaving = iter(sorted(bench.ledger.invoices))
    edit = lambda: bench.edit(str(next(leaving)))  # noqa: E731 - the hook takes no argument
    bench.server.faults.meanwhile(edit, operation="searchMoreWithId", times=len(bench.ledger.invoices))


class TestCrowdedMinute:
    async def test_that_shifts_at_every_page_is_read_by_ids(self, bench: NetSuiteBench) -> None:
        expected = crowd(bench)
        keep_shifting(bench)
        pages = await read(bench)
        sliced = [page for page in pages if decode(page.cursor).by_ids]
        assert len(sliced) > 1
        assert len(records_of(sliced)) == len(set(records_of(sliced)))
        assert decode(pages[-1].cursor).stage is Stage.REST
        bench.server.faults.clear()
        bench.pass_time(timedelta(hours=2))
        pages += await read(bench, pages[-1].cursor)
        assert set(records_of(pages)) == expected

    async def test_goes_on_in_the_middle_of_its_ids(self, bench: NetSuiteBench) -> None:
        crowd(bench)
        keep_shifting(bench)
        pages = await read(bench)
        place = next(nth for nth, page in enumerate(pages) if decode(page.cursor).above)
        rest = await read(bench, pages[place].cursor)
        assert set(records_of(pages[place + 1 :])) == set(records_of(rest))

    async def test_that_takes_too_long_is_bisected(self, bench: NetSuiteBench) -> None:
        expected = crowd(bench)
        # More often than a span of thirty years has halves down to a minute.
        bench.server.faults.refused(*TOO_LONG, operation="search", skip=2, times=30)
        pages = await read(bench)
        assert any(decode(page.cursor).by_ids for page in pages)
        assert set(records_of(pages)) == expected


class TestSlices:
    def test_are_cut_at_the_middle_of_the_ids_that_were_seen(self) -> None:
        assert cut(SLICE, [9, 7, 8]) == replace(SLICE, upto=8)
        assert cut(SLICE, [9, 7]) == replace(SLICE, upto=7)

    def test_of_one_id_cannot_be_cut(self) -> None:
        assert cut(SLICE, [7, 7, 6]) is None

    def test_of_which_nothing_was_seen_are_bisected(self) -> None:
        assert smaller(replace(SLICE, upto=16), PLAN) == replace(SLICE, upto=11)
        assert smaller(replace(SLICE, upto=7), PLAN) is None
        assert (smaller(SLICE, PLAN) or SLICE).upto is not None

    def test_begin_above_the_ids_that_were_known_where_only_new_ones_are_read(self) -> None:
        begun = smaller(replace(SLICE, by_ids=False, stage=Stage.NEW, top_id=40), PLAN)
        assert begun is not None
        assert (begun.by_ids, begun.above, begun.upto) == (True, 40, None)
        assert smaller(replace(SLICE, by_ids=False, stage=Stage.JOINED), PLAN) is None


class TestOpenItems:
    async def test_whose_search_takes_too_long_come_with_the_windows(self, bench: NetSuiteBench) -> None:
        # The first search of all is the one for what is marked.
        bench.server.faults.refused(*TOO_LONG, operation="search", skip=1)
        pages = await read(bench)
        assert set(records_of(pages)) == bench.ids("invoices")
        assert {decode(page.cursor).stage for page in pages} == {Stage.WINDOWS, Stage.REST}
        assert [page.covered_until is not None for page in pages] == [*(False for _ in pages[1:]), True]
