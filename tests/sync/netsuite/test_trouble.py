import asyncio
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.netsuite.errors import request_blocked
from store.customers import Customer
from sync.connector import Page
from sync.connectors.netsuite import NetSuiteSource
from sync.errors import NotPermittedError, RetryError, SourceError, StopError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench
from tests.sync.netsuite.conftest import MakeSettings
from tests.sync.netsuite.wire import (
    Wire,
    account_facts,
    account_limit,
    customer_record,
    fault,
    integration_limit,
    page,
    refusal,
)

_LIMITS = (account_limit(), integration_limit())


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


class TestTrouble:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize(
        "trouble",
        ["truncate", "drop", "wrong_charset", "expired_session", "blocked", "http 500", "http 429", "http 503"],
    )
    async def test_that_passes_costs_no_record(self, trouble: str, bench: NetSuiteBench) -> None:
        name, _, status = trouble.partition(" ")
        arguments = (int(status),) if status else ()
        getattr(bench.server.faults, name)(*arguments, operation="searchMoreWithId", skip=1)
        pages = await read(bench)
        assert set(records_of(pages)) == bench.ids("invoices")
        assert sum(len(page.records) for page in pages) == pages[-1].expected

    async def test_that_lasts_ends_the_read_at_its_last_page(self, bench: NetSuiteBench) -> None:
        whole = await read(bench)
        bench.server.faults.truncate(operation="searchMoreWithId", skip=1, times=99)
        pages: list[Page] = []
        with pytest.raises(RetryError):
            pages.extend([one async for one in bench.source.pages("invoices", whole[0].cursor, now=bench.now)])
        bench.server.faults.clear()
        assert set(records_of([whole[0], *await read(bench, whole[0].cursor)])) == bench.ids("invoices")

    async def test_a_huge_answer_is_refused(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, max_answer_megabytes=4) as bench:
            bench.server.faults.huge(40, operation="search", times=9)
            tracemalloc.start()
            with pytest.raises(SourceError):
                await read(bench)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 200_000_000

    async def test_a_hanging_answer_is_given_up(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, read_timeout_seconds=0.2, retry_attempts=2) as bench:
            bench.server.faults.hang(operation="search", times=2)
            with pytest.raises(RetryError):
                await read(bench)

    @pytest.mark.parametrize("customers", [60, pytest.param(600, marks=pytest.mark.soak)])
    async def test_two_jobs_read_to_the_end_an_account_that_refuses_half_of_all_calls(
        self, customers: int, tmp_path: Path
    ) -> None:
        async with netsuite_bench(tmp_path, customers=customers, page_size=10, concurrency=4) as bench:
            bench.server.running.limit = 2
            streams = ("invoices", "payments")
            await asyncio.gather(*(read(bench, stream=stream) for stream in streams))
            fewest = len(bench.server.log)
            bench.server.log.clear()
            bench.server.faults.block_share(50, seed=7)
            both = await asyncio.gather(*(read(bench, stream=stream) for stream in streams))
            assert [set(records_of(pages)) for pages in both] == [bench.ids(stream) for stream in streams]
            assert len(bench.server.log) <= 2.5 * fewest
            assert bench.server.running.peak <= 2

    async def test_that_passes_costs_no_record_of_any_stream(self, bench: NetSuiteBench) -> None:
        for stream in bench.source.streams:
            for operation in ("search", "getDeleted"):
                bench.server.faults.truncate(operation=operation)
                bench.server.faults.wrong_charset(operation=operation)
                bench.server.faults.fault_with_200(request_blocked(), operation=operation)
            assert set(records_of(await read(bench, stream=stream))) == bench.ids(stream)
            bench.server.faults.clear()

    async def test_a_role_without_currencies_is_told_what_it_needs(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*_LIMITS, fault("insufficientPermissionFault", "INSUFFICIENT_PERMISSION"))
        with pytest.raises(NotPermittedError, match=r"Lists > Currency, or set \[netsuite\] currency"):
            await scripted(make_settings(), schemas)

    async def test_an_account_of_one_currency_needs_no_list(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*_LIMITS, fault("insufficientPermissionFault", "WS_FEATURE_REQD"), page(customer_record(1)))
        (only,) = await scripted(make_settings(currency="SEK"), schemas)
        (record,) = only.records
        assert isinstance(record, Customer)
        assert record.currency == "SEK"

    async def test_a_search_that_takes_too_long_is_divided(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*account_facts(), refusal("ABORT_SEARCH_EXCEEDED_MAX_TIME"), page(customer_record(1)), page())
        pages = await scripted(make_settings(), schemas)
        assert [len(one.records) for one in pages] == [1, 0]
        assert wire.operations[2:] == ["getAll", "search", "search", "search"]

    async def test_a_search_that_dies_every_time_ends_with_an_error(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*account_facts())
        for _ in range(9):
            wire.answers(page(customer_record(1), total=2, pages=2), refusal("INVALID_JOB_ID"))
        with pytest.raises(SourceError):
            await scripted(make_settings(), schemas)
        assert Counter(wire.operations)["search"] == 4

    async def test_a_missing_wsdl_says_what_to_run(self, make_settings: MakeSettings, tmp_path: Path) -> None:
        with pytest.raises(StopError, match="tesorio connect netsuite"):
            await scripted(make_settings(), tmp_path / "netsuite" / "2025_2" / "netsuite.wsdl")


async def scripted(settings: Any, wsdl: Path) -> list[Page]:
    source = NetSuiteSource(settings.model_copy(update={"wsdl": str(wsdl)}), wsdl.parent, clock=lambda: START)
    try:
        return [one async for one in source.pages("customers", "", now=START)]
    finally:
        await source.close()
