"""Spans that cannot be read at once and cannot be divided: nothing is passed over, and nothing fails for ever."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.connector import Page
from sync.connectors.netsuite.position import Stage, decode
from sync.errors import RetryError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench

TOO_LONG = ("ABORT_SEARCH_EXCEEDED_MAX_TIME", "too long")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


async def read_into(pages: list[Page], bench: NetSuiteBench) -> None:
    async for page in bench.source.pages("invoices", "", now=bench.now):
        pages.append(page)  # noqa: PERF401 - what came before an error is kept


class TestCrowdedMinute:
    async def test_that_shifts_at_every_page_is_never_passed_over(self, bench: NetSuiteBench) -> None:
        for number in bench.ledger.invoices:
            bench.ledger.edit_invoice(number, memo="imported", last_modified=START)
        bench.pass_time(timedelta(hours=2))
        expected = bench.ids("invoices")
        leaving = iter(sorted(bench.ledger.invoices))
        bench.server.faults.meanwhile(
            lambda: bench.edit(str(next(leaving))), operation="searchMoreWithId", times=len(expected)
        )
        pages: list[Page] = []
        with pytest.raises(RetryError, match="changes faster"):
            await read_into(pages, bench)
        assert decode(pages[-1].cursor).stage is Stage.WINDOWS
        bench.server.faults.clear()
        bench.pass_time(timedelta(hours=2))
        pages += await read(bench, pages[-1].cursor)
        pages += await read(bench, pages[-1].cursor)
        assert set(records_of(pages)) == expected


class TestOpenItems:
    async def test_whose_search_takes_too_long_come_with_the_windows(self, bench: NetSuiteBench) -> None:
        # The first search of all is the one for what is marked.
        bench.server.faults.refused(*TOO_LONG, operation="search", skip=1)
        pages = await read(bench)
        assert set(records_of(pages)) == bench.ids("invoices")
        assert {decode(page.cursor).stage for page in pages} == {Stage.WINDOWS, Stage.REST}
        assert [page.covered_until is not None for page in pages] == [*(False for _ in pages[1:]), True]
